//! Effects: what must be done, derived from the state alone, so that a crash loses none of them.

use crate::breaker::Admit;
use crate::candidate::LAG_MAX_AGE;
use crate::fence::{Fence, FenceAct};
use crate::lever::LeverCall;
use crate::name::{AlarmArn, DbInstanceArn, Epoch, RunId, SecurityGroup, VoterName};
use crate::phase::{Aborting, Call, Decision, Phase, Promoting, Rebuilding, Rebuilt};
use crate::policy::Policy;
use crate::state::State;
use crate::suspicion::{Suspicion, Turn};
use crate::time::Seconds;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

mod due;
mod levers;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    Look(Look),
    Admit(Admit),
    Fence(FenceCall),
    Promote(Promote),
    ReadBack { epoch: Epoch, replica: DbInstanceArn },
    Create(CreateReplica),
    Lever(LeverCall),
}

/// Read the voters that are alarms again, each in its own Region, and an instance. What a probe said is not read again:
/// the probe itself observes anew before it is stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub alarms: BTreeMap<VoterName, AlarmArn>,
    pub candidate: DbInstanceArn,
    /// The span over which the candidate's lag is asked for: up to when the quorum formed, not since.
    pub lag_after: Timestamp,
    pub lag_until: Timestamp,
}

/// Promote the replica, unless it is later than `not_after` when the call would leave: a process that
/// was frozen in between must not act on a decision of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promote {
    pub epoch: Epoch,
    pub attempt: u32,
    pub replica: DbInstanceArn,
    pub not_after: Timestamp,
}

/// Do one thing to the old writer, unless it is later than `not_after`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FenceCall {
    pub epoch: Epoch,
    pub writer: DbInstanceArn,
    pub act: FenceAct,
    pub not_after: Timestamp,
}

/// Create a replica of `source` under the name of `replica`, unless it is later than `not_after`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateReplica {
    pub epoch: Epoch,
    pub source: DbInstanceArn,
    pub replica: DbInstanceArn,
    /// The old writer, which stood in the same Region: class, key, network and parameters are as it has them.
    pub like: DbInstanceArn,
    /// The security groups that the old writer had of its own; none where they are not known.
    pub groups: BTreeSet<SecurityGroup>,
    pub not_after: Timestamp,
}

impl State {
    /// What the run must do now.
    #[must_use]
    pub fn outstanding(&self, policy: &Policy, run: &RunId, now: Timestamp) -> Option<Effect> {
        let poll = policy.windows.poll_seconds;
        match &self.phase {
            Phase::Watching => self.look_when_due(policy, now),
            Phase::Suspected(phase) => self.weighing(&phase.suspicion, policy, now),
            Phase::AwaitingApproval(phase) => self.weighing(&phase.suspicion, policy, now),
            Phase::AwaitingVeto(phase) => self.weighing(&phase.suspicion, policy, now),
            Phase::Held(phase) if phase.is_queued() => self.weighing(&phase.suspicion, policy, now),
            Phase::Held(_) => self.look_when_due(policy, now),
            Phase::Fencing(phase) => {
                // Without a group there is nothing to wait for, and looking only takes time.
                policy.fence_group(&phase.decision.writer.region())?;
                self.look_when_due(policy, now).or_else(|| self.fence(&phase.decision, policy, poll, now))
            }
            Phase::Draining(phase) => {
                let span = (phase.fenced_at, now);
                (due(self.looked_at, poll) <= now).then(|| look_at(&phase.decision.replica, span))
            }
            Phase::Promoting(phase) if self.repeats_unseen(phase, policy, now) => Some(self.look(policy, now)),
            Phase::Promoting(phase) => self.promoting(phase, policy, run, now),
            Phase::Verifying(phase) => read_back_when(due(phase.polled_at, poll) <= now, &phase.decision),
            Phase::Shifting(phase) => {
                self.fence(&phase.decision, policy, poll, now).or_else(|| self.lever(policy, now))
            }
            Phase::FailedOver(phase) => {
                let every = policy.windows.look_seconds;
                self.fence(&phase.decision, policy, every, now).or_else(|| self.lever(policy, now))
            }
            Phase::Rebuilding(phase) => self.rebuilding(phase, policy, now),
            Phase::Rebuilt(phase) => self.rebuilt(phase, policy, now),
            Phase::Aborting(phase) => self.aborting(phase, policy, now),
            Phase::Stuck(phase) => {
                read_back_when(due(phase.polled_at, policy.windows.look_seconds) <= now, &phase.decision)
            }
        }
    }

    fn weighing(&self, suspicion: &Suspicion, policy: &Policy, now: Timestamp) -> Option<Effect> {
        self.look_when_due(policy, now).or_else(|| match suspicion.turn {
            Turn::Wanted { asked_at, .. } if due(asked_at, policy.windows.look_seconds) <= now => {
                Some(Effect::Admit(suspicion.admit(policy)))
            }
            Turn::Wanted { .. } | Turn::NotWanted | Turn::Admitted { .. } => None,
        })
    }

    fn look_when_due(&self, policy: &Policy, now: Timestamp) -> Option<Effect> {
        (now >= self.look_due(policy)).then(|| self.look(policy, now))
    }

    fn look(&self, policy: &Policy, now: Timestamp) -> Effect {
        let lag_until = self.phase.suspicion().and_then(|suspicion| suspicion.quorum_since).unwrap_or(now);
        let alarms = policy
            .voters
            .iter()
            .filter_map(|voter| Some((voter.name.clone(), voter.source.alarm()?.clone())))
            .collect();
        let lag_after = LAG_MAX_AGE.before(lag_until);
        Effect::Look(Look { alarms, candidate: policy.database.replica.clone(), lag_after, lag_until })
    }

    /// Whether the evidence must be read again before a call that never arrived is repeated.
    fn repeats_unseen(&self, phase: &Promoting, policy: &Policy, now: Timestamp) -> bool {
        phase.may_repeat(&policy.windows) && due(self.looked_at, policy.windows.look_seconds) <= now
    }

    fn promoting(&self, phase: &Promoting, policy: &Policy, run: &RunId, now: Timestamp) -> Option<Effect> {
        match &phase.call {
            Call::Intended { caller, not_after } => {
                (caller == run && now < *not_after && self.paused.is_none()).then(|| {
                    Effect::Promote(Promote {
                        epoch: phase.decision.epoch,
                        attempt: phase.attempt,
                        replica: phase.decision.replica.clone(),
                        not_after: *not_after,
                    })
                })
            }
            Call::ReadBack(read_back) => {
                read_back_when(due(read_back.polled_at, policy.windows.poll_seconds) <= now, &phase.decision)
            }
        }
    }

    /// The next act on the old writer. A pause lets it only be looked at.
    fn fence(&self, decision: &Decision, policy: &Policy, every: Seconds, now: Timestamp) -> Option<Effect> {
        let act = decision.fence.act(policy.fence_group(&decision.writer.region()))?;
        let act = if self.paused.is_some() { FenceAct::Describe } else { act };
        let every = decision.fence.looked_at_every(every, policy.windows.poll_seconds);
        (fence_due(&decision.fence, &act, every) <= now).then(|| fence_call(decision, act, policy, now))
    }

    fn rebuilding(&self, phase: &Rebuilding, policy: &Policy, now: Timestamp) -> Option<Effect> {
        if phase.seen_missing && self.paused.is_none() {
            return Some(Effect::Create(CreateReplica {
                epoch: phase.after.decision.epoch,
                source: phase.after.decision.replica.clone(),
                replica: phase.replica.clone(),
                like: phase.after.decision.writer.clone(),
                groups: phase.after.decision.fence.own_groups().cloned().unwrap_or_default(),
                not_after: policy.windows.call_seconds.after(now),
            }));
        }
        let span = (LAG_MAX_AGE.before(now), now);
        let every = policy.windows.look_seconds;
        let look = (due(phase.polled_at, every) <= now).then(|| look_at(&phase.replica, span));
        look.or_else(|| self.fence(&phase.after.decision, policy, every, now)).or_else(|| self.lever(policy, now))
    }

    fn rebuilt(&self, phase: &Rebuilt, policy: &Policy, now: Timestamp) -> Option<Effect> {
        let span = (LAG_MAX_AGE.before(now), now);
        let look = (phase.look_due(policy) <= now).then(|| look_at(&phase.replica, span));
        let every = policy.windows.look_seconds;
        look.or_else(|| self.fence(&phase.after.decision, policy, every, now)).or_else(|| self.lever(policy, now))
    }

    fn aborting(&self, phase: &Aborting, policy: &Policy, now: Timestamp) -> Option<Effect> {
        let poll = policy.windows.poll_seconds;
        let fence = &phase.decision.fence;
        let act = phase.may_restore().then(|| fence.act(None)).flatten();
        let act = act.map(|act| if self.paused.is_some() { FenceAct::Describe } else { act });
        act.filter(|act| fence_due(fence, act, poll) <= now)
            .map(|act| fence_call(&phase.decision, act, policy, now))
            .or_else(|| read_back_when(phase.call.is_some() && due(phase.polled_at, poll) <= now, &phase.decision))
    }
}

/// An act that follows on what was just seen is due at once; looking again is not.
fn fence_due(fence: &Fence, act: &FenceAct, every: Seconds) -> Timestamp {
    match act {
        FenceAct::Describe => due(fence.tried_at, every),
        FenceAct::Isolate { .. } | FenceAct::Restart | FenceAct::Restore { .. } => Timestamp::MIN,
    }
}

fn fence_call(decision: &Decision, act: FenceAct, policy: &Policy, now: Timestamp) -> Effect {
    let not_after = policy.windows.call_seconds.after(now);
    Effect::Fence(FenceCall { epoch: decision.epoch, writer: decision.writer.clone(), act, not_after })
}

fn due(last: Option<Timestamp>, every: Seconds) -> Timestamp {
    last.map_or(Timestamp::MIN, |last| every.after(last))
}

/// Look at one instance, and at no voter.
impl Rebuilt {
    /// A standby that nobody looks at is none by the time it is needed.
    fn look_due(&self, policy: &Policy) -> Timestamp {
        due(self.seen.as_ref().map(|seen| seen.at), policy.windows.patrol_seconds)
    }
}

fn look_at(instance: &DbInstanceArn, (lag_after, lag_until): (Timestamp, Timestamp)) -> Effect {
    Effect::Look(Look { alarms: BTreeMap::new(), candidate: instance.clone(), lag_after, lag_until })
}

fn read_back_when(due: bool, decision: &Decision) -> Option<Effect> {
    due.then(|| Effect::ReadBack { epoch: decision.epoch, replica: decision.replica.clone() })
}
