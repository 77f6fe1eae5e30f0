//! Explanations as a shell sees them, and the page that documents them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use understudy_engine::Explanation;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/explain.md");

fn understudy(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_understudy")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn drill(more: &[&str]) -> (i32, String, String) {
    understudy(&[&["explain", "--drill", "region-loss"], more].concat())
}

fn json(more: &[&str]) -> (i32, Explanation) {
    let (code, printed, _) = drill(&[more, &["--output", "json"]].concat());
    (code, serde_json::from_str(&printed).unwrap())
}

/// The report of a drill, in a folder of its own.
fn report(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    understudy(&["drill", "run", "region-loss", "--out", folder.to_str().unwrap()]);
    fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn the_exit_code_is_the_answer() {
    for (moment, expected) in [("-10", 1), ("120", 1), ("250", 1), ("320", 0), ("700", 0), ("1000000", 2)] {
        assert_eq!(drill(&["--at", moment]).0, expected, "{moment} s after the fault");
    }
    assert_eq!(drill(&["--mode", "observe"]).0, 1);
}

#[test]
fn every_voter_and_every_blocker_is_listed() {
    let (_, printed, _) = drill(&["--at", "120"]);
    for voter in ["primary-health", "outside-checks", "standby-probe", "witness-probe", "replica-heartbeat"] {
        assert!(printed.lines().any(|line| line.trim_start().starts_with(voter)), "{voter}\n{printed}");
    }
    for rule in ["  - quorum: 2 of 5", "  - diversity: ", "  - alive veto: "] {
        assert!(printed.contains(rule), "{rule}\n{printed}");
    }
    assert!(printed.contains("its words: Threshold Crossed"), "{printed}");
}

#[test]
fn a_record_and_the_drill_that_wrote_it_say_the_same() {
    let file = report("explain-record");
    let file = file.to_str().unwrap();
    let (code, printed, _) = understudy(&["explain", "--record", file, "--output", "json"]);
    let of_record: Explanation = serde_json::from_str(&printed).unwrap();
    let (_, of_drill) = json(&[]);
    assert_eq!(code, 0);
    assert_eq!(of_record.evidence, of_drill.evidence, "the evidence of the decision");
    assert_eq!(of_record.incident, of_drill.incident);

    let (code, printed, _) = understudy(&["explain", "--record", file, "--revision", "12", "--output", "json"]);
    let early: Explanation = serde_json::from_str(&printed).unwrap();
    assert_eq!((code, early.phase.as_str()), (1, "Suspected"));
    assert!(early.revision.0 <= 12);
}

#[test]
fn a_record_that_was_changed_explains_nothing() {
    let file = report("explain-changed");
    let mut changed: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let entry = changed["incident"][2]["entry"].as_str().unwrap().replacen("\"epoch\":0", "\"epoch\":1", 1);
    changed["incident"][2]["entry"] = Value::from(entry);
    fs::write(&file, changed.to_string()).unwrap();
    let (code, _, errors) = understudy(&["explain", "--record", file.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(errors.contains("hash chain") && errors.contains("entry 3"), "{errors}");
}

#[test]
fn one_subject_is_asked_about_at_a_time() {
    assert_eq!(understudy(&["explain"]).0, 2);
    assert_eq!(drill(&["--record", "x.json"]).0, 2);
    assert_eq!(drill(&["--at", "1", "--revision", "1"]).0, 2);
}

#[test]
fn the_page_documents_every_field() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (_, printed, _) = drill(&["--output", "json"]);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let evidence = &printed["evidence"];
    for object in [&printed, evidence, &evidence["tally"]["heard"][0]] {
        for field in object.as_object().unwrap().keys() {
            let told = [format!("`{field}`"), format!("`{field}."), format!("`{field}[]`")];
            assert!(told.iter().any(|told| page.contains(told)), "docs/reference/explain.md does not tell of {field}");
        }
    }
}
