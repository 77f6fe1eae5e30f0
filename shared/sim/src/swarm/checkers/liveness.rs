//! L1 to L6: once nothing goes wrong any more, everything comes to where it belongs, by itself or by
//! what people do who were told.

use super::recount::seconds;
use super::{Findings, Invariant, Trace};
use crate::swarm::trace::{Ended, Expected, What};
use jiff::Timestamp;
use std::collections::BTreeMap;
use understudy_engine::{HeldReason, Phase, PhaseName, State};

/// What one run may write at the most: a turn has sixty steps, and a run takes a few turns.
const COMMITS_MAX: usize = 120;

pub(super) fn check(trace: &Trace<'_>, findings: &mut Findings) {
    let mut commits: BTreeMap<usize, usize> = BTreeMap::new();
    for fact in &trace.facts {
        match &fact.what {
            What::Rest { clock, state, policy } => {
                let deadline = deadline(state);
                findings.check(Invariant::L2, deadline.is_none_or(|at| *clock < at), || {
                    format!("r{}: a run leaves {} behind after its deadline", state.revision, state.phase.name())
                });
                if let Some(told_at) = told_at(&state.phase) {
                    let told = seconds(told_at, *clock) < i64::from(policy.windows.remind_seconds.0);
                    findings.check(Invariant::L3, told, || format!("r{}: nobody is reminded", state.revision));
                }
            }
            What::Commit(_) => {
                let Some(process) = fact.process else { continue };
                let count = commits.entry(process).or_default();
                *count += 1;
                findings.check(Invariant::L5, *count <= COMMITS_MAX, || format!("run {process} does not come to rest"));
            }
            What::Ended(Ended::Failed(error)) => {
                findings.check(Invariant::L5, !error.contains("without coming to rest"), || error.clone());
            }
            What::Settled(settled) => {
                let phase = settled.state.phase.name();
                let there = match settled.expected {
                    Expected::FailedOver => {
                        matches!(phase, PhaseName::FailedOver | PhaseName::Rebuilding | PhaseName::Rebuilt)
                    }
                    Expected::Watching => phase == PhaseName::Watching,
                    Expected::Nothing => continue,
                };
                let story = || format!("it is {phase} instead of {:?} ({})", settled.expected, settled.story);
                let end = if settled.expected == Expected::FailedOver { Invariant::L1 } else { Invariant::L6 };
                findings.check(end, there, story);
                if !trace.plan.events && !trace.plan.streams {
                    findings.check(Invariant::L4, there, story);
                }
                if trace.plan.applications.len() > 1 {
                    findings.check(Invariant::L5, there, story);
                }
                let told = settled.state.journal.outbox.is_empty();
                findings.check(Invariant::I25, told, || format!("r{}: entries wait untold", settled.state.revision));
            }
            _other => {}
        }
    }
}

/// When somebody must have moved on; a pause holds up what has not begun.
fn deadline(state: &State) -> Option<Timestamp> {
    let paused = state.paused.is_some();
    match &state.phase {
        Phase::Suspected(phase) => Some(phase.deadline),
        Phase::AwaitingApproval(phase) => Some(phase.expires_at),
        Phase::AwaitingVeto(phase) => Some(phase.until),
        Phase::Fencing(phase) => Some(phase.deadline).filter(|_| !paused),
        Phase::Draining(phase) => Some(phase.deadline).filter(|_| !paused),
        Phase::Promoting(phase) => Some(phase.deadline),
        Phase::Verifying(phase) => Some(phase.deadline),
        Phase::Shifting(phase) => Some(phase.until),
        Phase::Rebuilding(phase) => Some(phase.deadline),
        Phase::Aborting(phase) => Some(phase.deadline),
        Phase::Watching | Phase::Held(_) | Phase::FailedOver(_) | Phase::Rebuilt(_) | Phase::Stuck(_) => None,
    }
}

/// When people were last told that it waits for them. A shadow waits for nobody.
fn told_at(phase: &Phase) -> Option<Timestamp> {
    match phase {
        Phase::Held(phase) if phase.reason == HeldReason::Shadow => None,
        Phase::Held(phase) => Some(phase.told_at),
        Phase::Stuck(phase) => Some(phase.told_at),
        _other => None,
    }
}
