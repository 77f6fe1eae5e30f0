//! The state machine as a shell sees it, and the page that shows it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use understudy_engine::{EDGES, PhaseName};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/concepts/phases.md");

fn show(arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_understudy"));
    let output = command.args(["fsm", "show"]).args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_page_shows_what_the_command_prints() {
    let page = fs::read_to_string(PAGE).unwrap();
    let drawn = format!("```mermaid\n{}```\n", show(&["--format", "mermaid"]).1);
    let table = show(&["--format", "text"]).1;
    for (expected, command) in [(drawn, "fsm show --format mermaid"), (table, "fsm show --format text")] {
        assert!(page.contains(&expected), "docs/concepts/phases.md should hold what `{command}` prints:\n{expected}");
    }
}

#[test]
fn the_page_says_what_each_phase_means() {
    let page = fs::read_to_string(PAGE).unwrap();
    let described: Vec<&str> = page.split("|---|---|---|\n").nth(1).unwrap().lines().map_while(first_cell).collect();
    assert_eq!(described, PhaseName::ALL.map(PhaseName::as_str));
}

fn first_cell(line: &str) -> Option<&str> {
    line.strip_prefix("| ")?.split(" |").next()
}

#[test]
fn every_format_shows_every_move() {
    let (_, mermaid) = show(&["--format", "mermaid"]);
    let (_, dot) = show(&["--format", "dot"]);
    let (_, text) = show(&[]);
    for edge in EDGES {
        assert!(mermaid.contains(&format!("{} --> {}: {:?}\n", edge.from, edge.to, edge.why)));
        let arrow = format!("{} -> {} [label = ", edge.from, edge.to);
        let label = dot.lines().find(|line| line.contains(&arrow)).unwrap();
        assert!(label.contains(&format!("{:?}", edge.why)), "{label}");
        assert!(text.lines().any(|line| line.contains(edge.from.as_str()) && line.contains(edge.why.sentence())));
    }
}

#[test]
fn programs_are_told_the_same() {
    let (code, printed) = show(&["--output", "json"]);
    let machine: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((code, &machine["schema"], &machine["first"]), (0, &Value::from(1), &Value::from("Watching")));
    assert_eq!(machine["phases"].as_array().unwrap().len(), PhaseName::ALL.len());
    let edges = machine["edges"].as_array().unwrap();
    assert_eq!(edges.len(), EDGES.len());
    assert_eq!(edges[0]["sentence"], EDGES[0].why.sentence());
}

#[test]
fn a_format_for_people_and_an_output_for_programs_are_not_asked_for_at_once() {
    assert_eq!(show(&["--format", "dot", "--output", "json"]).0, 2);
}
