//! Which room answers for which noun.

use crate::args::{Arguments, Noun};
use crate::failure::Failure;
use crate::{app, desk, drill, explain, fsm, manual, readiness, sim, traffic};
use std::io::Write;
use std::process::ExitCode;

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let code = match &arguments.noun {
        Noun::App { verb } => app::run(verb, out, err)?,
        Noun::Completions { shell } => manual::completions(*shell, out)?,
        Noun::Drill { verb } => drill::run(verb, out, err)?,
        Noun::Explain(args) => explain::run(args, out)?,
        Noun::Failback { verb } => desk::failback(verb, out)?,
        Noun::Failover { verb } => desk::failover(verb, out, err)?,
        Noun::Fsm { verb } => fsm::run(verb, out)?,
        Noun::Incident { verb } => desk::incident(verb, out, err)?,
        Noun::Man { folder } => manual::pages(folder, out)?,
        Noun::Pause(args) => desk::pause(args, out)?,
        Noun::Readiness { verb } => readiness::run(verb, out, err)?,
        Noun::Sim { verb } => sim::run(verb, out, err)?,
        Noun::Status(args) => desk::status(args, out)?,
        Noun::Storm { verb } => desk::storm(verb, out)?,
        Noun::Switchover { verb } => desk::switchover(verb, out)?,
        Noun::Traffic { verb } => traffic::run(verb, out, err)?,
        Noun::Unpause(args) => desk::unpause(args, out)?,
        Noun::Vote(args) => desk::vote(&args.said, args.verdict.into(), out)?,
    };
    out.flush()?;
    Ok(code)
}
