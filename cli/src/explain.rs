//! Why it acts, or why it does not: now, and at any past revision.

mod record;
mod table;

use crate::args::{DrillNamed, Explain, Output, Scenario};
use crate::desk::Door;
use crate::failure::Failure;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use understudy_driver::Ask;
use understudy_engine::{Explained, Explanation, Revision};
use understudy_sim::{Breadth, DrillError, DrillOptions, Moment, explain_drill};

pub(crate) fn run(args: &Explain, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let explanation = match (&args.record, &args.drill) {
        (Some(file), _) => record::explain(file, args.revision.map(Revision))?,
        (None, Some(DrillNamed::Scenario(drill))) => replayed(args, *drill)?,
        (None, Some(DrillNamed::Begun(file))) => asked(args, Some(file))?,
        (None, None) => asked(args, None)?,
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

/// As it stands now, by whoever keeps the record.
fn asked(args: &Explain, begun: Option<&Path>) -> Result<Explanation, Failure> {
    let Some(application) = &args.application else {
        return Err(Failure {
            problem: "there is nothing to explain".to_owned(),
            mend: "name an application with --application, a scenario with --drill, or a file with --record".to_owned(),
        });
    };
    if args.at.is_some() || args.revision.is_some() {
        return Err(Failure {
            problem: "only the present moment can be asked for".to_owned(),
            mend: "leave out --at and --revision, or name an exported incident with --record".to_owned(),
        });
    }
    let told = Door::found(begun, None, args.url.as_deref())?.ask(application, Ask::Explain {}, false)?;
    told.explanation.ok_or_else(|| Failure {
        problem: "the answer has no explanation".to_owned(),
        mend: "deploy the runbook of this release".to_owned(),
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
