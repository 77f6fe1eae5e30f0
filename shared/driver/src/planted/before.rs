//! What a wrong engine is given in place of what there is.

use super::{Bug, first_seen};
use jiff::Timestamp;
use understudy_engine::{
    Admission, AwaitingApproval, AwaitingVeto, Event, EvidenceClass, Ground, HeldReason, Phase, Policy, PromoteAnswer,
    Seconds, State, Subject, Suspected, Verdict, Vote, Votes,
};

pub(super) struct Given {
    pub(super) state: State,
    pub(super) policy: Policy,
    pub(super) votes: Votes,
    pub(super) event: Event,
}

pub(super) fn given(bug: Bug, state: &State, policy: &Policy, votes: &Votes, event: &Event, now: Timestamp) -> Given {
    let mut given = Given { state: state.clone(), policy: policy.clone(), votes: votes.clone(), event: event.clone() };
    match bug {
        Bug::CountResponders => given.policy.quorum.needed = majority_of_responders(policy, votes, now),
        Bug::MissingIsDown => missing_as_down(policy, &mut given.votes, now),
        Bug::ForgetFreshness => given.votes.values_mut().for_each(|vote| vote.observed_at = vote.observed_at.max(now)),
        Bug::TrustTheFuture => given.votes.values_mut().for_each(|vote| vote.observed_at = vote.observed_at.min(now)),
        Bug::DropAliveVeto => given.votes.retain(|_, vote| vote.verdict != Verdict::Up),
        Bug::DropDiversity => diverse(&mut given.policy),
        Bug::DropSustain => given.policy.windows.sustain_seconds = Seconds(1),
        Bug::IgnoreCooldown => given.state.cooldown = None,
        Bug::IgnoreLag => given.policy.database.lag_max_seconds = Seconds(u32::MAX),
        Bug::IgnoreObserver => given.policy.voters.retain(|voter| voter.watches == Subject::Primary),
        Bug::IgnorePause => given.state.paused = None,
        Bug::ForgetStop => forget_stop(&mut given.state),
        Bug::TrustOldSight => trust_old_sight(&mut given.state, policy),
        Bug::DecideByOldPolicy => given.policy = first_seen(policy),
        Bug::IgnoreBreaker => {
            if let Event::AdmissionAnswered { answer, .. } = &mut given.event {
                *answer = Admission::Admitted { ground: Ground::BelowLimit, at: now };
            }
        }
        Bug::RetryOnTimeout => {
            if let Event::PromoteAnswered { answer, .. } = &mut given.event
                && *answer == PromoteAnswer::Ambiguous
            {
                *answer = PromoteAnswer::NotArrived;
            }
        }
        Bug::AcceptStaleRevision
        | Bug::ForgetIntent
        | Bug::ForgetWhoIntended
        | Bug::CallHoweverLate
        | Bug::LatchBeforeVerified
        | Bug::LatchOpensOnRecovery
        | Bug::LatchBothRegions
        | Bug::ReuseApproval
        | Bug::ClaimFenced
        | Bug::HideSplitRisk
        | Bug::MoveSilently
        | Bug::ReuseEpoch
        | Bug::AbortAtOnce
        | Bug::TellNobody
        | Bug::NeverLatch
        | Bug::ForgetReminder
        | Bug::LeverBeforeVerified
        | Bug::LeverGoesHome
        | Bug::LeverClosesBoth
        | Bug::LeverUnread
        | Bug::HideLever
        | Bug::HushRefusal
        | Bug::TrustOldRecord => {}
    }
    given
}

fn forget_stop(state: &mut State) {
    if let Phase::Held(held) = &mut state.phase
        && matches!(held.reason, HeldReason::Vetoed | HeldReason::Aborted)
    {
        held.reason = HeldReason::Undecided;
    }
}

fn trust_old_sight(state: &mut State, policy: &Policy) {
    if let Phase::Suspected(Suspected { suspicion, .. })
    | Phase::AwaitingApproval(AwaitingApproval { suspicion, .. })
    | Phase::AwaitingVeto(AwaitingVeto { suspicion, .. }) = &mut state.phase
        && let Some(seen) = &mut suspicion.candidate
    {
        seen.instance = Some(policy.database.replica.clone());
    }
}

fn majority_of_responders(policy: &Policy, votes: &Votes, now: Timestamp) -> u32 {
    let oldest = policy.windows.vote_max_age_seconds.before(now);
    let fresh =
        policy.electorate().filter(|voter| votes.get(&voter.name).is_some_and(|vote| vote.observed_at >= oldest));
    u32::try_from(fresh.count()).unwrap_or(u32::MAX) / 2 + 1
}

fn missing_as_down(policy: &Policy, votes: &mut Votes, now: Timestamp) {
    let oldest = policy.windows.vote_max_age_seconds.before(now);
    for voter in policy.electorate() {
        if votes.get(&voter.name).is_none_or(|vote| vote.observed_at < oldest) {
            let reason = "nothing was heard".to_owned();
            let vote =
                Vote { verdict: Verdict::Down, observed_at: now, since: None, source: voter.source.clone(), reason };
            votes.insert(voter.name.clone(), vote);
        }
    }
}

/// Every other voter gets a class that it has not.
fn diverse(policy: &mut Policy) {
    for (index, voter) in policy.voters.iter_mut().enumerate() {
        voter.class = if index % 2 == 0 { EvidenceClass::Infrastructure } else { EvidenceClass::Operator };
    }
}
