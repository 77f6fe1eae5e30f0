//! What a wrong engine makes of a step, and what it wants done.

use super::Bug;
use jiff::Timestamp;
use understudy_engine::{
    Call, Effect, Latched, Phase, PhaseName, Policy, RunId, Standing, State, Step, Verdict, Votes, What,
};

/// The step, made wrong. What was hidden from the engine comes back into the state.
pub(super) fn made(bug: Bug, before: &State, votes: &Votes, mut stepped: Step, now: Timestamp) -> Step {
    let next = &mut stepped.next;
    match bug {
        Bug::IgnorePause if next.paused.is_none() => next.paused.clone_from(&before.paused),
        Bug::IgnoreCooldown if next.cooldown.is_none() => next.cooldown.clone_from(&before.cooldown),
        Bug::LatchBeforeVerified => latch_early(next, now),
        Bug::LatchOpensOnRecovery => open_on_recovery(next, votes),
        Bug::LatchBothRegions => latch_both(next),
        Bug::ReuseApproval => reuse_approvals(before, next),
        Bug::ClaimFenced => claim_fenced(next, now),
        Bug::HideSplitRisk => next.journal.outbox.retain(|entry| !matches!(entry.what, What::SplitRisk { .. })),
        Bug::MoveSilently => next
            .journal
            .outbox
            .retain(|entry| !matches!(entry.what, What::Moved { to: PhaseName::Fencing | PhaseName::Verifying, .. })),
        Bug::NeverLatch => next.latch.clone_from(&before.latch),
        Bug::ForgetReminder => next.journal.outbox.retain(|entry| !matches!(entry.what, What::Reminded { .. })),
        Bug::ReuseEpoch => next.epoch = before.epoch,
        Bug::AbortAtOnce => {
            if let Phase::Aborting(aborting) = &mut next.phase {
                aborting.until = now;
                aborting.call = None;
            }
        }
        Bug::IgnorePause
        | Bug::IgnoreCooldown
        | Bug::CountResponders
        | Bug::MissingIsDown
        | Bug::ForgetFreshness
        | Bug::TrustTheFuture
        | Bug::DropAliveVeto
        | Bug::DropDiversity
        | Bug::DropSustain
        | Bug::IgnoreLag
        | Bug::IgnoreObserver
        | Bug::IgnoreBreaker
        | Bug::AcceptStaleRevision
        | Bug::ForgetIntent
        | Bug::ForgetWhoIntended
        | Bug::RetryOnTimeout
        | Bug::CallHoweverLate
        | Bug::DecideByOldPolicy
        | Bug::TellNobody
        | Bug::ForgetStop
        | Bug::TrustOldSight
        | Bug::LeverBeforeVerified
        | Bug::LeverGoesHome
        | Bug::LeverClosesBoth
        | Bug::LeverUnread
        | Bug::HideLever
        | Bug::HushRefusal
        | Bug::TrustOldRecord => {}
    }
    if stepped.next != *before && stepped.next.revision == before.revision {
        stepped.next.revision = before.revision.next();
    }
    stepped
}

fn latch_early(next: &mut State, now: Timestamp) {
    if let Phase::Promoting(phase) = &next.phase {
        let latched = Latched { since: now, epoch: phase.decision.epoch };
        next.latch.entry(phase.decision.writer.region()).or_insert(latched);
    }
}

fn open_on_recovery(next: &mut State, votes: &Votes) {
    let recovered = votes.values().any(|vote| vote.verdict == Verdict::Up);
    if recovered && matches!(next.phase, Phase::FailedOver(_)) {
        next.latch.clear();
    }
}

fn latch_both(next: &mut State) {
    if let Phase::Shifting(phase) = &next.phase {
        let latched = Latched { since: phase.verified_at, epoch: phase.decision.epoch };
        next.latch.insert(phase.decision.replica.region(), latched);
    }
}

fn reuse_approvals(before: &State, next: &mut State) {
    if let (Phase::AwaitingApproval(earlier), Phase::AwaitingApproval(later)) = (&before.phase, &mut next.phase) {
        later.approvals.extend(earlier.approvals.clone());
    }
}

fn claim_fenced(next: &mut State, now: Timestamp) {
    let fence = match &mut next.phase {
        Phase::Fencing(phase) => &mut phase.decision.fence,
        Phase::FailedOver(phase) => &mut phase.decision.fence,
        Phase::Watching
        | Phase::Suspected(_)
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingVeto(_)
        | Phase::Held(_)
        | Phase::Draining(_)
        | Phase::Promoting(_)
        | Phase::Verifying(_)
        | Phase::Shifting(_)
        | Phase::Rebuilding(_)
        | Phase::Rebuilt(_)
        | Phase::Aborting(_)
        | Phase::Stuck(_) => return,
    };
    if let Standing::Isolating { restore, .. } = &fence.standing {
        fence.standing = Standing::Fenced { restore: restore.clone(), at: now };
    }
}

/// What is wanted of the cloud, made wrong.
pub(super) fn wanted(bug: Bug, state: &State, policy: &Policy, run: &RunId, now: Timestamp) -> Option<Effect> {
    if bug == Bug::IgnorePause {
        let unpaused = State { paused: None, ..state.clone() };
        return unpaused.outstanding(policy, run, now);
    }
    if bug == Bug::ForgetWhoIntended
        && let Phase::Promoting(phase) = &state.phase
        && let Call::Intended { caller, .. } = &phase.call
    {
        return state.outstanding(policy, caller, now);
    }
    let mut wanted = state.outstanding(policy, run, now);
    if bug == Bug::CallHoweverLate
        && let Some(Effect::Promote(promote)) = &mut wanted
    {
        promote.not_after = Timestamp::MAX;
    }
    wanted
}
