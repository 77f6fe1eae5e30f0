//! I16 and I19 of the old writer: what is said of it is true, and we never open it again beside the new one.

use super::recount::seconds;
use super::{Findings, Invariant, Trace};
use crate::swarm::trace::{Commit, Fact, What};
use understudy_engine::{Fence, FenceAct, Phase, Standing, What as Told};

/// Whether something has shown that the writer takes no writes.
fn is_proven(fence: &Fence) -> bool {
    matches!(fence.standing, Standing::Fenced { .. } | Standing::Gone { .. })
}

pub(super) fn check_commit(commit: &Commit, findings: &mut Findings) {
    if let (Phase::Shifting(_), Phase::FailedOver(phase)) = (&commit.old.phase, &commit.new.phase)
        && !is_proven(&phase.decision.fence)
    {
        let said = commit
            .new
            .journal
            .outbox
            .iter()
            .any(|entry| entry.revision == commit.new.revision && matches!(entry.what, Told::SplitRisk { .. }));
        findings.check(Invariant::I16, said, || format!("r{} keeps quiet about a split risk", commit.new.revision));
    }
}

pub(super) fn check(trace: &Trace<'_>, findings: &mut Findings) {
    for (index, _, commit) in trace.commits() {
        let fence = |phase: &Phase| phase.decision().map(|decision| (decision.epoch, decision.fence.clone()));
        let before = fence(&commit.old.phase);
        let Some((epoch, after)) = fence(&commit.new.phase).filter(|(_, fence)| is_proven(fence)) else { continue };
        // Coming back from a switchover that was not had, the proof is that of the failover before it.
        let known = before.is_some_and(|(one, fence)| one != epoch || is_proven(&fence));
        if known {
            continue;
        }
        // Of two that look at once, one sees the restart and the other its end: what counts is that it was
        // seen by anybody since it was decided.
        let decided = |one: &Fact| matches!(&one.what, What::Commit(commit) if commit.old.epoch < epoch);
        let since = trace.facts[..index].iter().rposition(|one| decided(one)).unwrap_or(0);
        let seen = trace.facts[since..index].iter().any(|one| matches!(one.what, What::FenceSeen { cut_off: true }));
        findings.check(Invariant::I16, seen, || {
            format!("r{} calls the old writer {:?}, and it was not cut off", commit.new.revision, after.standing)
        });
    }
    let mut latest: Option<&Commit> = None;
    for fact in &trace.facts {
        if let What::Commit(commit) = &fact.what {
            latest = Some(commit);
        }
        if let What::FenceCall { epoch, act, arrived: true, .. } = &fact.what
            && *act != FenceAct::Describe
        {
            let asks = latest.and_then(|commit| commit.new.phase.decision()).is_some_and(|one| one.epoch == *epoch);
            findings.check(Invariant::I14, asks, || {
                format!("epoch {epoch}: the writer is changed, and the record has left that decision behind")
            });
        }
        if let What::FenceCall { epoch, act: FenceAct::Restore { .. }, arrived: true, promoted_by_us } = &fact.what {
            findings.check(Invariant::I19, !promoted_by_us, || {
                format!("epoch {epoch}: the old writer is opened again after its replica was promoted")
            });
        }
        if let What::Rest { clock, state, policy } = &fact.what
            && let Phase::FailedOver(phase) = &state.phase
            && phase.acknowledged_by.is_none()
            && !is_proven(&phase.decision.fence)
        {
            let told = seconds(phase.told_at, *clock) < i64::from(policy.windows.remind_seconds.0);
            findings.check(Invariant::I16, told, || format!("r{} does not repeat a split risk", state.revision));
        }
    }
}
