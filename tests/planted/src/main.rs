//! Runs the simulator on engines and drivers that are wrong in one way each, until it says what is
//! wrong. Prints the table of docs/reference/planted-bugs.md, writes it with `--write FILE`, or compares
//! it with `--check FILE`. Ends with 1 where a bug is not found or the file differs.

mod hunt;
mod table;

use std::process::ExitCode;
use understudy_driver::planted::Bug;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let found: Vec<_> = Bug::ALL
        .into_iter()
        .map(|bug| {
            let caught = hunt::hunt(bug);
            match &caught {
                Some(caught) => eprintln!("{bug:?}: {} at seed {}", caught.invariant, caught.seed),
                None => eprintln!("{bug:?}: NOT FOUND within {} seeds", hunt::SEEDS_MAX),
            }
            (bug, caught)
        })
        .collect();
    let text = table::table(&found);
    let found_all = found.iter().all(|(_, caught)| caught.is_some());
    match arguments.as_slice() {
        [] => print!("{text}"),
        ["--write", file] => {
            if let Err(error) = std::fs::write(file, &text) {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        }
        ["--check", file] => match std::fs::read_to_string(file) {
            Ok(stands) if stands == text => {}
            Ok(_) => {
                eprintln!("{file} is not what the simulator finds: run `make planted-bugs` and commit the file");
                return ExitCode::FAILURE;
            }
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        },
        _ => {
            eprintln!("usage: understudy-planted [--write FILE | --check FILE]");
            return ExitCode::from(2);
        }
    }
    if found_all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
