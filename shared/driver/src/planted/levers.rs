//! What a wrong engine makes of the levers of traffic.

use super::Bug;
use jiff::Timestamp;
use understudy_engine::{
    Aim, Effect, Lever, LeverAct, LeverCall, Phase, Policy, Pulled, State, Step, Verdict, Votes, What,
};

/// The step, made wrong.
pub(super) fn made(bug: Bug, votes: &Votes, mut stepped: Step, now: Timestamp) -> Step {
    let next = &mut stepped.next;
    if bug == Bug::LeverUnread {
        for pull in next.levers.values_mut().filter(|pull| matches!(pull.standing, Pulled::Called { .. })) {
            pull.standing = Pulled::Moved { at: now };
        }
    }
    if bug == Bug::HideLever {
        next.journal.outbox.retain(|entry| !matches!(entry.what, What::Lever(_)));
    }
    if bug == Bug::HushRefusal {
        for pull in next.levers.values_mut().filter(|pull| pull.told_at.is_some()) {
            pull.told_of.extend(pull.trouble);
        }
    }
    let recovered = votes.values().any(|vote| vote.verdict == Verdict::Up);
    if bug == Bug::LeverGoesHome && recovered && matches!(next.phase, Phase::FailedOver(_)) {
        for pull in next.levers.values_mut().filter(|pull| matches!(pull.standing, Pulled::Moved { .. })) {
            std::mem::swap(&mut pull.on, &mut pull.off);
            pull.standing = Pulled::Wanted;
        }
    }
    stepped
}

/// A call that nothing demands, or one that is made wrong; none where the bug is another.
pub(super) fn wanted(bug: Bug, state: &State, policy: &Policy, now: Timestamp) -> Option<Effect> {
    match (bug, &state.phase) {
        (Bug::LeverBeforeVerified, Phase::Verifying(phase)) if phase.polled_at.is_none() => {
            let (on, off) = (phase.decision.replica.region(), phase.decision.writer.region());
            let pull = |lever: Lever| {
                Some(Effect::Lever(LeverCall {
                    epoch: phase.decision.epoch,
                    lever,
                    act: LeverAct::Set,
                    aim: policy.aim(lever, &on, &off)?,
                    endpoints: vec![on.clone()],
                    not_after: policy.windows.call_seconds.after(now),
                }))
            };
            Lever::ALL.into_iter().find_map(pull)
        }
        (Bug::LeverClosesBoth, Phase::Shifting(_)) => {
            let run = understudy_engine::RunId::from(0);
            let Effect::Lever(mut call) = state.outstanding(policy, &run, now)? else { return None };
            if let Aim::Controls { on, off, .. } = &mut call.aim {
                on.clone_from(off);
            }
            Some(Effect::Lever(call))
        }
        (_bug, _phase) => None,
    }
}
