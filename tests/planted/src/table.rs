//! The table, as Markdown.

use crate::hunt::{Caught, SEEDS_MAX};
use std::fmt::Write as _;
use std::fs;
use understudy_driver::planted::Bug;

/// Prints, writes or compares the table. The answer: every bug was found, and the file is as it should be.
pub(crate) fn deliver(found: &[(Bug, Option<Caught>)], arguments: &[&str]) -> Result<bool, String> {
    let text = table(found);
    let found_all = found.iter().all(|(_, caught)| caught.is_some());
    match arguments {
        [] => print!("{text}"),
        ["--write", file] => fs::write(file, &text).map_err(|error| format!("{file}: {error}"))?,
        ["--check", file] => {
            let stands = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
            if stands != text {
                eprintln!("{file} is not what the simulator finds: run `make planted-bugs` and commit the file");
                return Ok(false);
            }
        }
        _ => return Err("usage: understudy-planted [--write FILE | --check FILE]".to_owned()),
    }
    Ok(found_all)
}

fn table(found: &[(Bug, Option<Caught>)]) -> String {
    let mut text = String::from(HEAD);
    for (bug, caught) in found {
        let wrong = bug.sentence();
        // Writing to a string cannot fail.
        let _ = match caught {
            Some(Caught { seed, invariant, story }) => {
                writeln!(text, "| `{bug:?}` | {wrong} | {invariant} | {} | {} |", seed + 1, story.replace('|', "/"))
            }
            None => writeln!(text, "| `{bug:?}` | {wrong} | {} is NOT FOUND broken | > {SEEDS_MAX} | |", bug.breaks()),
        };
    }
    text
}

const HEAD: &str = "# Planted bugs

Engines and drivers that are wrong in one way each (`shared/driver/src/planted.rs`, compiled only with the feature `planted`), and
how many seeds the simulator needs until the invariant that forbids it is broken; others may notice earlier. This file is generated:
`make planted-bugs` writes it, `make simulate` compares it.

| bug | what is wrong | invariant that forbids it | seeds needed | what the simulator says |
|---|---|---|---|---|
";
