//! L1 to L6: once nothing goes wrong any more, everything comes to where it belongs, by itself or by
//! what people do who were told.

use super::recount::seconds;
use super::{Findings, Invariant, Trace};
use crate::swarm::trace::{Commit, Ended, Expected, Settled, What};
use jiff::Timestamp;
use std::collections::BTreeMap;
use understudy_engine::{HeldReason, Phase, PhaseName, Policy, State, What as Told};

/// What one run may write at the most: a turn has sixty steps, and a run takes a few turns.
const COMMITS_MAX: usize = 120;

pub(super) fn check(trace: &Trace<'_>, findings: &mut Findings) {
    let mut commits: BTreeMap<usize, usize> = BTreeMap::new();
    for fact in &trace.facts {
        if let What::Rest { clock, state, policy } = &fact.what {
            check_rest(*clock, state, policy, findings);
        }
        if let What::Commit(commit) = &fact.what
            && let Some(process) = fact.process
        {
            reminds(commit, findings);
            let count = commits.entry(process).or_default();
            *count += 1;
            findings.check(Invariant::L5, *count <= COMMITS_MAX, || format!("run {process} does not come to rest"));
        }
        if let What::Ended(Ended::Failed(error)) = &fact.what {
            findings.check(Invariant::L5, !error.contains("without coming to rest"), || error.clone());
        }
        if let What::Settled(settled) = &fact.what {
            check_end(trace, settled, findings);
        }
    }
}

fn check_rest(clock: Timestamp, state: &State, policy: &Policy, findings: &mut Findings) {
    findings.check(Invariant::L2, deadline(state).is_none_or(|at| clock < at), || {
        format!("r{}: a run leaves {} behind after its deadline", state.revision, state.phase.name())
    });
    if let Some(told_at) = told_at(&state.phase) {
        let told = seconds(told_at, clock) < i64::from(policy.windows.remind_seconds.0);
        findings.check(Invariant::L3, told, || format!("r{}: nobody is reminded", state.revision));
    }
}

fn check_end(trace: &Trace<'_>, settled: &Settled, findings: &mut Findings) {
    let phase = settled.state.phase.name();
    let (end, there) = match settled.expected {
        Expected::FailedOver => {
            let there = matches!(phase, PhaseName::FailedOver | PhaseName::Rebuilding | PhaseName::Rebuilt);
            (Invariant::L1, there)
        }
        Expected::Watching => (Invariant::L6, phase == PhaseName::Watching),
        Expected::Nothing => return,
    };
    let story = || format!("it is {phase} instead of {:?} ({})", settled.expected, settled.story);
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

/// A record that says that people were told again holds the word that tells them.
fn reminds(commit: &Commit, findings: &mut Findings) {
    let (old, new) = (&*commit.old, &*commit.new);
    let (Some(before), Some(after)) = (told_at(&old.phase), told_at(&new.phase)) else { return };
    if old.phase.name() != new.phase.name() || after <= before {
        return;
    }
    let mut written = new.journal.outbox.iter().filter(|entry| entry.revision == new.revision);
    let said = written.any(|entry| matches!(entry.what, Told::Reminded { .. } | Told::Moved { .. }));
    findings.check(Invariant::L3, said || new.journal.withheld > old.journal.withheld, || {
        format!("r{} counts people as told again, and tells nobody", new.revision)
    });
}

/// When people were last told that it waits for them. A shadow waits for nobody.
fn told_at(phase: &Phase) -> Option<Timestamp> {
    if let Phase::Held(phase) = phase {
        return (phase.reason != HeldReason::Shadow).then_some(phase.told_at);
    }
    if let Phase::Stuck(phase) = phase { Some(phase.told_at) } else { None }
}
