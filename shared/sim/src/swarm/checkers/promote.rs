//! I1, I14, I15, I18 and I19: intent, call, read-back, done, and nothing in between left out.

use super::decision::nothing_happened;
use super::recount::seconds;
use super::{Findings, Invariant, Trace};
use crate::swarm::trace::{Commit, Fact, How, Kind as Process, PromoteCall, SeenBack, What};
use jiff::Timestamp;
use understudy_engine::{Call, DbStatus, Epoch, Kind, Phase, PhaseName, RunId, Sight, Sighting};

/// An intent that is durable.
struct Intent {
    epoch: Epoch,
    attempt: u32,
    caller: RunId,
    not_after: Timestamp,
    clock: Timestamp,
    switchover: bool,
}

pub(super) fn check(trace: &Trace<'_>, findings: &mut Findings) {
    let mut intents: Vec<Intent> = Vec::new();
    let mut calls: Vec<&PromoteCall> = Vec::new();
    for (index, fact) in trace.facts.iter().enumerate() {
        if let What::PromoteCall(call) = &fact.what {
            check_call(trace, fact, call, &intents, &calls, findings);
            calls.push(call);
        }
        let What::Commit(commit) = &fact.what else { continue };
        check_move(commit, findings);
        if let Some(phase) = commit.intends()
            && let Call::Intended { caller, not_after } = &phase.call
        {
            let (epoch, attempt) = (phase.decision.epoch, phase.attempt);
            if attempt > 1 {
                check_repeat(trace, index, commit, (epoch, attempt), &intents, findings);
            }
            intents.push(Intent {
                epoch,
                attempt,
                caller: caller.clone(),
                not_after: *not_after,
                clock: commit.clock,
                switchover: phase.decision.kind != Kind::Failover,
            });
        }
        if let Some(epoch) = nothing_happened(commit)
            && let Some(last) = intents.iter().rev().find(|intent| intent.epoch == epoch)
        {
            let since = settled_from(commit, last.clock);
            let untouched = untouched_at(trace, index, since);
            findings.check(Invariant::I15, untouched, || {
                format!("epoch {epoch} is taken back before its call is known not to have arrived")
            });
        }
        if matches!((&commit.old.phase, &commit.new.phase), (Phase::Verifying(_), Phase::Shifting(_))) {
            let seen = seen_back(trace, index, fact);
            findings.check(Invariant::I18, seen.is_some_and(|seen| seen.alone), || {
                format!("r{} shifts traffic to a database that is not writable", commit.new.revision)
            });
        }
    }
}

fn check_call(
    trace: &Trace<'_>,
    fact: &Fact,
    call: &PromoteCall,
    intents: &[Intent],
    calls: &[&PromoteCall],
    findings: &mut Findings,
) {
    let named = format!("epoch {} attempt {}", call.epoch, call.attempt);
    let intent =
        intents.iter().find(|one| (one.epoch, one.attempt) == (call.epoch, call.attempt) && one.caller == call.run);
    findings.check(Invariant::I1, intent.is_some(), || format!("{named} is called without an intent of its run"));
    let in_time = intent.is_none_or(|intent| call.clock < intent.not_after);
    findings.check(Invariant::I1, in_time, || format!("{named} is called after its time"));
    let again = calls.iter().any(|one| (one.epoch, one.attempt) == (call.epoch, call.attempt));
    findings.check(Invariant::I1, !again, || format!("{named} is called twice"));
    let accepted = calls.iter().filter(|one| one.accepted && one.epoch == call.epoch).count();
    findings.check(Invariant::I1, !(call.accepted && accepted > 0), || format!("{named} is accepted a second time"));
    if call.accepted && intent.is_some_and(|intent| intent.switchover) {
        findings.check(Invariant::I19, call.writer_isolated, || {
            format!("{named}, a switchover, is accepted while the old writer takes writes")
        });
    }
    let caller = trace.facts.iter().find_map(|one| {
        if let What::Began { kind, .. } = &one.what { (one.process == fact.process).then_some(*kind) } else { None }
    });
    findings.check(Invariant::I25, caller == Some(Process::Conductor), || format!("{named} is called by {caller:?}"));
}

/// I15: before a call is repeated the replica was seen untouched, late enough for the call before.
fn check_repeat(
    trace: &Trace<'_>,
    index: usize,
    commit: &Commit,
    (epoch, attempt): (Epoch, u32),
    intents: &[Intent],
    findings: &mut Findings,
) {
    let Some(before) = intents.iter().rev().find(|one| one.epoch == epoch && one.attempt + 1 == attempt) else {
        return findings.check(Invariant::I14, false, || format!("epoch {epoch} skips to attempt {attempt}"));
    };
    let call = trace.facts[..index].iter().rev().find_map(|fact| {
        let What::PromoteCall(call) = &fact.what else { return None };
        (call.epoch == epoch && call.attempt == before.attempt).then_some(call)
    });
    // A reply that says that the call was turned away needs no waiting, only a look.
    let since = match call {
        Some(call) if !call.ambiguous => call.clock,
        Some(call) => settled_from(commit, call.clock),
        None => before.clock,
    };
    findings.check(Invariant::I15, untouched_at(trace, index, since), || {
        format!("epoch {epoch} calls again (attempt {attempt}) without having read back")
    });
}

fn settled_from(commit: &Commit, clock: Timestamp) -> Timestamp {
    commit.stored.windows.settle_seconds.after(clock)
}

/// Whether a committed read-back before `index` saw the replica as if nothing had arrived, at `since` or later.
fn untouched_at(trace: &Trace<'_>, index: usize, since: Timestamp) -> bool {
    let earlier = trace.commits().take_while(|(at, _, _)| *at < index);
    let reads = earlier.filter(|(_, _, commit)| commit.how == How::ReadBack);
    reads.filter_map(|(at, fact, commit)| Some((seen_back(trace, at, fact)?, commit))).any(|(seen, commit)| {
        let untouched =
            matches!(&seen.sight, Sight::Seen(Sighting { source: Some(_), status: DbStatus::Available, .. }));
        untouched && seconds(since, commit.clock) >= 0
    })
}

/// What the process that made this commit had read back.
fn seen_back<'a>(trace: &Trace<'a>, index: usize, fact: &Fact) -> Option<&'a SeenBack> {
    trace.facts[..index]
        .iter()
        .rev()
        .filter(|one| one.process == fact.process)
        .find_map(|one| if let What::SeenBack(seen) = &one.what { Some(&**seen) } else { None })
}

/// I14: the few ways that lead into each phase after a decision.
fn check_move(commit: &Commit, findings: &mut Findings) {
    let (from, to) = (commit.old.phase.name(), commit.new.phase.name());
    if from == to {
        return;
    }
    let ways: &[PhaseName] = match to {
        PhaseName::Fencing => {
            &[PhaseName::Suspected, PhaseName::AwaitingApproval, PhaseName::AwaitingVeto, PhaseName::Rebuilt]
        }
        PhaseName::Draining => &[PhaseName::Fencing],
        PhaseName::Promoting => &[PhaseName::Fencing, PhaseName::Draining, PhaseName::Aborting],
        PhaseName::Verifying => &[PhaseName::Promoting, PhaseName::Aborting, PhaseName::Stuck, PhaseName::Held],
        PhaseName::Shifting => &[PhaseName::Verifying],
        PhaseName::FailedOver => &[PhaseName::Shifting, PhaseName::Rebuilding],
        PhaseName::Rebuilding => &[PhaseName::FailedOver],
        PhaseName::Rebuilt => &[PhaseName::Rebuilding, PhaseName::Aborting],
        PhaseName::Aborting => &[PhaseName::Fencing, PhaseName::Draining, PhaseName::Promoting],
        PhaseName::Stuck => &[PhaseName::Promoting, PhaseName::Verifying, PhaseName::Aborting],
        PhaseName::Watching
        | PhaseName::Suspected
        | PhaseName::AwaitingApproval
        | PhaseName::AwaitingVeto
        | PhaseName::Held => &[
            PhaseName::Watching,
            PhaseName::Suspected,
            PhaseName::AwaitingApproval,
            PhaseName::AwaitingVeto,
            PhaseName::Held,
            PhaseName::Aborting,
            PhaseName::Stuck,
            PhaseName::Rebuilt,
        ],
    };
    findings
        .check(Invariant::I14, ways.contains(&from), || format!("r{} moves from {from} to {to}", commit.new.revision));
    let kind = |phase: &Phase| phase.decision().map(|decision| (decision.writer.clone(), decision.replica.clone()));
    let carried = to == PhaseName::Fencing || from == PhaseName::Aborting || kind(&commit.old.phase).is_none();
    let same = carried || kind(&commit.new.phase).is_none_or(|new| kind(&commit.old.phase) == Some(new));
    findings.check(Invariant::I14, same, || format!("r{} changes what was decided about", commit.new.revision));
}
