//! Staying on: the same question or word again and again, and a line for each change.

use super::{Door, print};
use crate::args::{Output, Place, Status};
use crate::failure::Failure;
use std::io::Write;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;
use understudy_driver::{Ask, Outcome, Told};
use understudy_engine::PhaseName;

/// After how many failures in a row nobody looks on any more.
const FAILURES_MAX: u32 = 5;

#[expect(clippy::disallowed_methods, reason = "nothing tells of a change: the record is asked again after a while")]
fn pass(seconds: u32) {
    sleep(Duration::from_secs(seconds.into()));
}

pub(super) fn run(args: &Status, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    stay(&args.place, &Ask::Status {}, args.every, out)
}

/// How often a person's word is given again: twice before it is stale by the default window.
const SAID_EVERY: u32 = 30;

/// Says it for as long as nothing is decided.
pub(super) fn keep_saying(place: &Place, ask: &Ask, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    stay(place, ask, SAID_EVERY, out)
}

fn stay(place: &Place, ask: &Ask, every: u32, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let door = Door::of(place)?;
    if let Door::Drill { .. } = door {
        return Err(Failure {
            problem: "no time passes in a drill while a command runs".to_owned(),
            mend: "let it pass with `understudy drill forward`, which prints what happens".to_owned(),
        });
    }
    let (mut last, mut failures) = (None, 0);
    loop {
        match door.ask(&place.application, ask.clone(), ask.may_enter()) {
            Ok(told) => {
                failures = 0;
                if last.as_ref() != Some(&told.status) {
                    match place.output {
                        Output::Text => print::changed(out, &told)?,
                        Output::Json => writeln!(out, "{}", serde_json::to_string(&told)?)?,
                    }
                    out.flush()?;
                }
                if let Some(code) = over(ask, &told) {
                    return Ok(code);
                }
                last = Some(told.status);
            }
            Err(failure) => {
                failures += 1;
                if failures == FAILURES_MAX {
                    return Err(failure);
                }
            }
        }
        pass(every);
    }
}

/// Whether nothing is left to say.
fn over(ask: &Ask, told: &Told) -> Option<ExitCode> {
    if !ask.may_enter() {
        return None;
    }
    if told.outcome == Outcome::Refused {
        return Some(ExitCode::FAILURE);
    }
    match told.status.phase {
        PhaseName::Watching | PhaseName::Suspected => None,
        PhaseName::AwaitingApproval
        | PhaseName::AwaitingVeto
        | PhaseName::Held
        | PhaseName::Fencing
        | PhaseName::Draining
        | PhaseName::Promoting
        | PhaseName::Verifying
        | PhaseName::Shifting
        | PhaseName::FailedOver
        | PhaseName::Rebuilding
        | PhaseName::Rebuilt
        | PhaseName::Aborting
        | PhaseName::Stuck => Some(ExitCode::SUCCESS),
    }
}
