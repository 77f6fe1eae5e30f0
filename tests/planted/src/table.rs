//! The table, as Markdown.

use crate::hunt::{Caught, SEEDS_MAX};
use std::fmt::Write as _;
use understudy_driver::planted::Bug;

pub(crate) fn table(found: &[(Bug, Option<Caught>)]) -> String {
    let mut text = String::from(HEAD);
    for (bug, caught) in found {
        let wrong = bug.sentence();
        // Writing to a string cannot fail.
        let _ = match caught {
            Some(Caught { seed, invariant, story }) => {
                writeln!(text, "| `{bug:?}` | {wrong} | {invariant} | {} | {} |", seed + 1, story.replace('|', "/"))
            }
            None => writeln!(text, "| `{bug:?}` | {wrong} | NOT FOUND | > {SEEDS_MAX} | |"),
        };
    }
    text
}

const HEAD: &str = "# Planted bugs

Engines and drivers that are wrong in one way each (`shared/driver/src/planted.rs`, compiled only with the feature `planted`), and
how many seeds the simulator needs to say so. This file is generated: `make planted-bugs` writes it, `make simulate` compares it.

| bug | what is wrong | invariant that says so | seeds needed | what the simulator says |
|---|---|---|---|---|
";
