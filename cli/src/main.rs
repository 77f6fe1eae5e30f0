//! The command line of Understudy: data on stdout, messages on stderr, and an exit code that answers.

mod app;
mod args;
mod drill;
mod explain;
mod failure;
mod fsm;
mod pipe;
mod sim;

use args::{Arguments, Noun};
use clap::Parser;
use failure::Failure;
use pipe::QuietPipe;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut out = QuietPipe::new(io::stdout().lock());
    let mut err = QuietPipe::new(io::stderr().lock());
    match run(&Arguments::parse(), &mut out, &mut err) {
        Ok(code) => code,
        Err(failure) => {
            // Without stderr there is nobody left to tell; the exit code still says it.
            drop(writeln!(err, "{failure}"));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let code = match &arguments.noun {
        Noun::App { verb } => app::run(verb, out, err)?,
        Noun::Drill { verb } => drill::run(verb, out, err)?,
        Noun::Explain(args) => explain::run(args, out)?,
        Noun::Fsm { verb } => fsm::run(verb, out)?,
        Noun::Sim { verb } => sim::run(verb, out, err)?,
    };
    out.flush()?;
    Ok(code)
}
