//! The help of every command: it is there, fits a terminal of 80 columns, and names the exit codes where they differ.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;
use std::collections::BTreeSet;

fn help(path: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_understudy")).args(path).arg("--help").output().unwrap();
    assert!(output.status.success(), "{path:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that a help lists.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| line.starts_with("  "));
    listed.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn the_help_of_every_command_fits_a_terminal() {
    let mut open = vec![Vec::new()];
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        let help = help(&path);
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{path:?}: {line}");
        }
        open.extend(commands(&help).into_iter().map(|name| [&path[..], &[name]].concat()));
        seen.insert(path.join(" "));
    }
    for command in ["status", "failover approve", "incident show", "drill forward", "switchover start", "app apply"] {
        assert!(seen.contains(command), "{seen:?}");
    }
}
