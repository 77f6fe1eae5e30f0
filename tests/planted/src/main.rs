//! Runs the simulator on engines and drivers that are wrong in one way each, until it says what is
//! wrong. Prints the table of docs/reference/planted-bugs.md, writes it with `--write FILE`, or compares
//! it with `--check FILE`. Ends with 1 where a bug is not found or the file differs.

mod hunt;
mod table;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let found = hunt::hunt_all();
    match table::deliver(&found, &arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
