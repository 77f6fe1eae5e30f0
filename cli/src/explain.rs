//! Why it acts, or why it does not: now, and at any past revision.

mod record;
mod table;

use crate::args::{Explain, Output, Scenario};
use crate::failure::Failure;
use std::io::Write;
use std::process::ExitCode;
use understudy_engine::{Explained, Explanation, Revision};
use understudy_sim::{Breadth, DrillError, DrillOptions, Moment, explain_drill};

pub(crate) fn run(args: &Explain, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let explanation = match (&args.record, args.drill) {
        (Some(file), _) => record::explain(file, args.revision.map(Revision))?,
        (None, Some(drill)) => replayed(args, drill)?,
        (None, None) => {
            return Err(Failure {
                problem: "there is nothing to explain".to_owned(),
                mend: "name a file with --record, or a scenario with --drill".to_owned(),
            });
        }
    };
    match args.output {
        Output::Text => table::write(out, &explanation)?,
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(&explanation)?)?,
    }
    Ok(match explanation.answer {
        Explained::Acts | Explained::WouldAct => ExitCode::SUCCESS,
        Explained::WouldNotAct => ExitCode::FAILURE,
    })
}

fn replayed(args: &Explain, drill: Scenario) -> Result<Explanation, Failure> {
    let moment = match (args.at, args.revision) {
        (Some(seconds), _) => Moment::Offset(seconds),
        (None, Some(revision)) => Moment::Revision(Revision(revision)),
        (None, None) => Moment::End,
    };
    let options = DrillOptions { script: drill.into(), mode: args.mode.into(), breadth: Breadth::Two };
    explain_drill(&options, moment).map_err(|error| Failure {
        mend: match &error {
            DrillError::NoSuchMoment(_) => "name a moment of the drill, as `understudy drill run` prints them",
            DrillError::Clock(_) | DrillError::Application(_) | DrillError::Zone(_) | DrillError::Ledger(_) => {
                "this is a fault of the drill itself: report it"
            }
        }
        .to_owned(),
        problem: error.to_string(),
    })
}
