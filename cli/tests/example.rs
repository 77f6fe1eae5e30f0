//! The application file of the Terraform example: what it gives is valid, and decides as its comments say.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;
use std::fs;
use std::path::Path;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/examples/two-region-postgres/tests/orders.toml");
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/examples/two-region-postgres/tests/orders.json");

fn understudy(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_understudy")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A scenario plays alarms alone: each probe of the file becomes an alarm in the probe's Region, of the voter's name.
fn with_alarms_for_probes(file: &str) -> String {
    let tables = file.split("\n\n").map(|table| {
        let Some((voter, probe)) = table.split_once("[voters.source.probe]\n") else { return table.to_owned() };
        let quoted = |text: &str, key: &str| {
            let line = text.lines().find(|line| line.starts_with(key)).unwrap();
            line.split('"').nth(1).unwrap().to_owned()
        };
        let (name, region) = (quoted(voter, "name = "), quoted(probe, "region = "));
        format!("{voter}source = {{ alarm = \"arn:aws:cloudwatch:{region}:111122223333:alarm:{name}\" }}\n")
    });
    tables.collect::<Vec<_>>().join("\n\n")
}

fn play(name: &str, happens: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("orders.toml"), with_alarms_for_probes(&fs::read_to_string(FILE).unwrap())).unwrap();
    let scenario = folder.join("scenario.toml");
    fs::write(&scenario, format!("title = \"{name}\"\npolicy = \"orders.toml\"\n{happens}")).unwrap();
    let (code, out, err) = understudy(&["drill", "replay", scenario.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn the_examples_file_is_valid_and_nothing_is_to_be_warned_of() {
    let (code, out, err) = understudy(&["app", "validate", FILE]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("valid (application orders, mode approve, 6 voters, quorum 3)\n"), "{out}");
}

#[test]
fn the_examples_document_is_what_the_command_prints_of_its_file() {
    let (code, out, err) = understudy(&["app", "show", FILE, "--format", "terraform"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out, fs::read_to_string(DOCUMENT).unwrap(), "print the document anew");
}

#[test]
fn the_loss_of_the_examples_region_is_asked_about_although_its_alarm_and_the_lag_are_silent() {
    let happens = r#"
        [voters]
        tasks = { at = 0, verdict = "missing" }
        "front-door front-door-from-standby front-door-port" = { at = 0, verdict = "down" }
        replica-lag = { at = 0, verdict = "missing" }
        [replication]
        state = "frozen"
        lag_seconds = 1
        [control_plane]
        region = "primary"
        state = "lost"
        [expect]
        answer = "ask"
        not_before_seconds = 180
        within_seconds = 300
        promote_calls = 0
    "#;
    play("region-lost", happens);
}

#[test]
fn the_loss_of_the_examples_load_balancer_promotes_nothing_while_the_replica_follows() {
    let happens = r#"
        [voters]
        "tasks front-door front-door-from-standby front-door-port" = { at = 0, verdict = "down" }
        [expect]
        answer = "hold"
        promote_calls = 0
    "#;
    play("balancer-lost", happens);
}

#[test]
fn both_regions_of_the_example_down_is_held_for_a_person() {
    let happens = r#"
        [voters]
        "tasks front-door front-door-from-standby front-door-port standby-door" = { at = 0, verdict = "down" }
        [replication]
        state = "frozen"
        lag_seconds = 1
        [expect]
        answer = "hold"
        promote_calls = 0
    "#;
    play("both-lost", happens);
}
