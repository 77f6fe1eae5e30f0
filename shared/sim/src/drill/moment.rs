//! Moments of a drill: it is played again, the same to the byte, and its record is explained as it was.

use super::{DrillError, DrillOptions, Played, Rehearsal, play};
use crate::ledger::SimLedger;
use jiff::{SignedDuration, Timestamp};
use understudy_engine::{Explanation, Revision, explain};

/// Which moment of a drill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment {
    End,
    /// So many seconds after the fault, or before it.
    Offset(f64),
    /// The commit of this revision.
    Revision(Revision),
}

/// Explains the record of a drill as it was at a moment.
///
/// # Errors
/// When the simulated world cannot be set up or read, or the drill has no such moment.
pub fn explain_drill(options: &DrillOptions, moment: Moment) -> Result<Explanation, DrillError> {
    let rehearsal = Rehearsal::new(*options)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let played = play(*options, &rehearsal.orders, &mut |_, _| {}).await?;
        explain_at(&played, moment)
    })
}

fn explain_at(played: &Played<'_>, moment: Moment) -> Result<Explanation, DrillError> {
    let Played { world, orders, fault_at, state, .. } = played;
    let history = SimLedger::new(world).history(&orders.policy.application)?;
    let now = world.now();
    let (at, record) = match moment {
        Moment::End => history.last().map(|(_, record)| (now, record)),
        Moment::Offset(seconds) => {
            let at = after(*fault_at, seconds).filter(|at| *at <= now);
            at.and_then(|at| history.iter().rfind(|(written, _)| *written <= at).map(|(_, record)| (at, record)))
        }
        Moment::Revision(revision) => {
            let committed = history.iter().find(|(_, record)| record.state.revision == revision);
            committed.map(|(at, record)| (*at, record))
        }
    }
    .ok_or_else(|| no_such(moment, *fault_at, now, state.revision))?;
    Ok(explain(&record.state, &record.policy, &record.votes, at))
}

fn after(fault_at: Timestamp, seconds: f64) -> Option<Timestamp> {
    fault_at.checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

fn no_such(moment: Moment, fault_at: Timestamp, now: Timestamp, last: Revision) -> DrillError {
    DrillError::NoSuchMoment(match moment {
        Moment::End => "nothing was ever written".to_owned(),
        Moment::Offset(seconds) => {
            format!(
                "{seconds} s is not within it; it ends {:.1} s after the fault",
                now.duration_since(fault_at).as_secs_f64()
            )
        }
        Moment::Revision(Revision(asked)) => format!("revision {asked} was never written; the last one is {}", last.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::{Breadth, Script};
    use understudy_driver::Ledger;
    use understudy_engine::{Entry, Mode};

    fn options(mode: Mode) -> DrillOptions {
        DrillOptions { script: Script::RegionLoss, mode, breadth: Breadth::Two }
    }

    #[test]
    fn recomputing_a_past_revision_gives_the_evidence_that_its_entry_carries() {
        for mode in [Mode::Auto, Mode::Approve, Mode::Observe] {
            let options = options(mode);
            let rehearsal = Rehearsal::new(options).unwrap();
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            let (played, entries) = runtime.block_on(async {
                let played = play(options, &rehearsal.orders, &mut |_, _| {}).await.unwrap();
                let ledger = SimLedger::new(&played.world);
                let incident = played.state.phase.incident().unwrap();
                let items = ledger.incident(&played.orders.policy.application, incident).await.unwrap();
                (played, items)
            });
            let history = SimLedger::new(&played.world).history(&played.orders.policy.application).unwrap();
            let entries = entries.iter().map(|item| serde_json::from_str::<Entry>(&item.entry).unwrap());
            let mut compared = 0;
            for entry in entries.filter(|entry| entry.assessment.is_some()) {
                let before = history
                    .iter()
                    .rfind(|(at, record)| *at <= entry.at && record.state.revision.next() == entry.revision);
                let (_, record) = before.unwrap();
                let explained = explain(&record.state, &record.policy, &record.votes, entry.at);
                assert_eq!(explained.evidence, entry.assessment, "{mode}, revision {}", entry.revision.0);
                compared += 1;
            }
            assert!(compared >= 3, "{mode}: {compared}");
        }
    }

    #[test]
    fn a_moment_that_the_drill_does_not_have_is_said_to_be_none() {
        let options = options(Mode::Auto);
        for moment in [Moment::Offset(1e9), Moment::Offset(-1e9), Moment::Revision(Revision(999_999))] {
            assert!(matches!(explain_drill(&options, moment), Err(DrillError::NoSuchMoment(_))), "{moment:?}");
        }
    }
}
