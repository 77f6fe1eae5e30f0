//! The drill as a shell sees it, and the README's word on it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn drill(name: &str, more: &[&str]) -> (i32, String) {
    let out = folder(name);
    let output = Command::new(env!("CARGO_BIN_EXE_understudy"))
        .args(["drill", "run", "region-loss", "--out", out.to_str().unwrap()])
        .args(more)
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn what_the_readme_shows_is_what_the_drill_prints() {
    let (code, printed) = drill("readme", &[]);
    assert_eq!(code, 0);
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let mut printed = printed.lines();
    for line in shown.lines().filter(|line| *line != "…" && !line.starts_with("Incident")) {
        assert!(printed.any(|found| found == line), "the drill does not print, in this order: {line}");
    }
}

#[test]
fn the_report_holds_the_incident_with_its_chain() {
    let (code, printed) = drill("report", &[]);
    assert_eq!(code, 0);
    let line = printed.lines().find(|line| line.starts_with("Incident")).unwrap();
    let path = line.split_whitespace().nth(1).unwrap();
    let report: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(report["ended"], "FailedOver");
    assert_eq!(report["promote_calls"], 1);
    assert_eq!(report["incident"].as_array().unwrap().len(), 11);
    assert_eq!(report["chain_verifies"], true);
}

#[test]
fn each_mode_ends_as_it_should_and_json_is_the_report() {
    for (mode, ended, calls) in [("observe", "Held", 0), ("approve", "FailedOver", 1), ("auto", "FailedOver", 1)] {
        let (code, printed) = drill(mode, &["--mode", mode, "--output", "json"]);
        let report: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!((code, report["ended"].as_str().unwrap()), (0, ended), "{mode}");
        assert_eq!(report["promote_calls"], calls, "{mode}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named_with_the_mend() {
    let file = folder("a-file");
    fs::write(&file, "").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_understudy"))
        .args(["drill", "run", "region-loss", "--out", file.to_str().unwrap()])
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(errors.contains("cannot be written") && errors.contains("--out"), "{errors}");
}

#[test]
fn real_databases_are_for_the_drill_that_kills_one() {
    let refused = |words: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_understudy")).args(["drill", "run"]).args(words).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = refused(&["partition", "--postgres"]);
    assert_eq!(code, 2);
    assert!(said.contains("hint: understudy drill run region-loss --postgres"), "{said}");
    assert_eq!(refused(&["region-loss", "--postgres", "--dns"]).0, 2);
    assert_eq!(refused(&["region-loss", "--postgres", "--sustain", "49"]).0, 2);
    assert_eq!(refused(&["region-loss", "--sustain", "60"]).0, 2, "virtual time has windows of its own");
}
