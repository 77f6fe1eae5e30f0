//! Scenario files as a shell sees them, and the table in the docs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/scenarios.md");
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios");

struct Printed {
    code: i32,
    out: String,
    err: String,
}

fn drill(arguments: &[&str]) -> Printed {
    let output = Command::new(env!("CARGO_BIN_EXE_understudy")).arg("drill").args(arguments).output().unwrap();
    Printed {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn written(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

fn replay(name: &str, text: &str) -> Printed {
    drill(&["replay", written(name, text).to_str().unwrap()])
}

fn shipped() -> BTreeSet<String> {
    let names = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| Some(name.strip_suffix(".toml")?.to_owned())).collect()
}

fn row(replay: &Value) -> String {
    let text = |field: &str| replay[field].as_str().unwrap().to_owned();
    let after = replay["answered_seconds"].as_f64().map_or("-".to_owned(), |at| format!("{at:.1} s"));
    let name = text("scenario");
    format!(
        "| [`{name}`](../../scenarios/{name}.toml) | {} | {} | {} | {after} | {} | {} |\n",
        text("title"),
        text("expected"),
        text("answer"),
        replay["promote_calls"],
        replay["pages"]
    )
}

#[test]
fn every_shipped_scenario_has_the_answer_that_it_expects_and_its_row_in_the_docs() {
    let printed = drill(&["replay", "--all", "--output", "json"]);
    let replays: Vec<Value> = serde_json::from_str(&printed.out).unwrap();
    let mut table = "| scenario | what happens | expected | actual | after | promote calls | pages |\n".to_owned();
    table.push_str("|---|---|---|---|---|---|---|\n");
    for replay in &replays {
        assert_eq!(replay["as_expected"], true, "{}: {:#}", replay["scenario"], replay["differences"]);
        table.push_str(&row(replay));
    }
    assert_eq!(printed.code, 0);
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once("<!-- table -->\n").unwrap();
    let (found, after) = rest.split_once("<!-- end of table -->").unwrap();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(PAGE, format!("{before}<!-- table -->\n{table}<!-- end of table -->{after}")).unwrap();
    } else {
        assert!(found == table, "run: UPDATE=1 cargo test -p understudy-cli --test scenarios");
    }
}

#[test]
fn every_file_of_the_folder_is_in_the_program_and_listed() {
    let printed = drill(&["list"]);
    assert_eq!(printed.code, 0);
    for name in shipped() {
        assert!(printed.out.lines().any(|line| line.trim_start().starts_with(&format!("{name} "))), "{name}");
    }
    assert!(printed.out.contains("region-loss"));
}

#[test]
fn a_file_and_its_name_are_the_same_scenario() {
    let by_path = drill(&["replay", &format!("{FOLDER}/in-region-failover.toml")]);
    let by_name = drill(&["replay", "in-region-failover"]);
    assert_eq!((by_path.code, &by_path.out), (0, &by_name.out));
    for expected in ["sustain window", "counts as", "Expected  nothing", "Answer    nothing", "as expected"] {
        assert!(by_name.out.contains(expected), "{expected}: {}", by_name.out);
    }
}

#[test]
fn the_example_of_the_page_is_played_as_it_says() {
    let page = fs::read_to_string(PAGE).unwrap();
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let printed = replay("example.toml", example);
    assert_eq!(printed.code, 0, "{}{}", printed.out, printed.err);
}

#[test]
fn another_answer_than_the_expected_one_is_exit_code_1() {
    let printed = replay(
        "other-answer.toml",
        "title = \"x\"\n[voters]\nall = { verdict = \"down\" }\n[expect]\nanswer = \"hold\"\npromote_calls = 0\n",
    );
    assert_eq!(printed.code, 1);
    assert!(printed.out.contains("DIFFERS   answer: expected hold, found promote"), "{}", printed.out);
    assert!(printed.out.contains("DIFFERS   promote calls: expected 0, found 1"), "{}", printed.out);
}

#[test]
fn every_fault_of_every_file_is_named_and_nothing_is_played() {
    let first = written(
        "first.toml",
        r#"
        title = "x"
        colour = "red"
        [policy.quorum]
        needed = 6
        [policy.windows]
        sustain_seconds = 30
        flap_seconds = 0
        [policy.regions]
        standby = "us-east-1"
        [policy.database]
        replica = "arn:aws:rds:us-east-1:111122223333:db:orders"
        [voters]
        Q = { verdict = "down" }
        A = [{ at = 5, until = 2, verdict = "down" }, { at = 5, verdict = "dwn" }]
        [expect]
        answer = "promote"
        within_seconds = 5
        not_before_seconds = 10
        "#,
    );
    let second = written(
        "second.toml",
        r#"
        title = "y"
        [policy.quorum]
        needed = 2
        [[policy.voters]]
        name = "one"
        class = "data_path"
        source = { alarm = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:one" }
        [[policy.voters]]
        name = "two"
        class = "replication"
        source = { alarm = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:two" }
        [candidate]
        state = "other-source"
        [expect]
        answer = "promote"
        "#,
    );
    let printed = drill(&["replay", first.to_str().unwrap(), second.to_str().unwrap(), "in-region-failover"]);
    assert_eq!((printed.code, printed.out.as_str()), (2, ""));
    for expected in [
        "first: colour = \"red\": is no field here",
        "first: policy.quorum.needed = 6: only 5 voters",
        "first: policy.windows.sustain_seconds = 30: Down would count as sustained",
        "first: policy.windows.flap_seconds = 0: the number is out of its range",
        "first: policy.regions.standby = us-east-1: the standby Region is the primary Region",
        "first: policy.database.replica = arn:aws:rds:us-east-1:111122223333:db:orders: the replica is the writer itself",
        "first: voters.Q = Q: is no voter of the application",
        "first: voters.A[0].until = 2: is not after at = 5",
        "first: voters.A[1].verdict = \"dwn\": is not one of the words",
        "first: expect.within_seconds = 5: is before not_before_seconds = 10",
        "second: policy.mode = auto: auto needs voters",
        "second: policy.voters = 2 voters: no voter",
        "all the time, and promote is expected",
    ] {
        assert!(printed.err.contains(expected), "{expected}\n{}", printed.err);
    }
}

#[test]
fn an_application_file_beside_the_scenario_is_read_and_its_faults_are_named() {
    let example = include_str!("../examples/orders.toml");
    written("beside.toml", &example.replace("lag_max_seconds = 60", "lag_max_seconds = 0"));
    let printed =
        replay("beside-bad.toml", "title = \"x\"\npolicy = \"beside.toml\"\n[expect]\nanswer = \"nothing\"\n");
    assert_eq!(printed.code, 2);
    assert!(printed.err.contains("beside.toml: database.lag_max_seconds = 0"), "{}", printed.err);

    written("beside.toml", example);
    let text =
        "title = \"x\"\npolicy = \"beside.toml\"\n[voters]\nall = { verdict = \"down\" }\n[expect]\nanswer = \"ask\"\n";
    let printed = replay("beside-good.toml", text);
    assert_eq!(printed.code, 0, "{}{}", printed.out, printed.err);
}
