//! Which room answers for which noun.

use crate::args::{Arguments, Noun};
use crate::failure::Failure;
use crate::{app, drill, explain, fsm, incident, sim, traffic};
use std::io::Write;
use std::process::ExitCode;

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let code = match &arguments.noun {
        Noun::App { verb } => app::run(verb, out, err)?,
        Noun::Drill { verb } => drill::run(verb, out, err)?,
        Noun::Explain(args) => explain::run(args, out)?,
        Noun::Fsm { verb } => fsm::run(verb, out)?,
        Noun::Incident { verb } => incident::run(verb, out)?,
        Noun::Sim { verb } => sim::run(verb, out, err)?,
        Noun::Traffic { verb } => traffic::run(verb, out, err)?,
    };
    out.flush()?;
    Ok(code)
}
