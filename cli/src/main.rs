//! The command line of Understudy: data on stdout, messages on stderr, and an exit code that answers.

mod app;
mod args;
mod desk;
mod drill;
mod explain;
mod failure;
mod fsm;
mod glass;
mod incident;
mod manual;
mod noun;
mod pipe;
mod readiness;
mod sim;
mod traffic;

use args::Arguments;
use clap::Parser;
use pipe::QuietPipe;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut out = QuietPipe::new(io::stdout().lock());
    // Not locked: a thread that panics has to say so.
    let mut err = QuietPipe::new(io::stderr());
    match noun::run(&Arguments::parse(), &mut out, &mut err) {
        Ok(code) => code,
        Err(failure) => {
            // Without stderr there is nobody left to tell; the exit code still says it.
            drop(writeln!(err, "{failure}"));
            ExitCode::from(2)
        }
    }
}
