//! Effects: what must be done, derived from the state alone, so that a crash loses none of them.

use crate::candidate::LAG_MAX_AGE;
use crate::name::{AlarmArn, DbInstanceArn, Epoch, RunId, VoterName};
use crate::phase::{Call, Phase, Promoting};
use crate::policy::{Policy, Source};
use crate::state::State;
use crate::time::Seconds;
use jiff::Timestamp;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    Look(Look),
    Promote(Promote),
    ReadBack { epoch: Epoch, replica: DbInstanceArn },
}

/// Read the voters again, each in its own Region, and the candidate.
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

impl State {
    /// What the run must do now.
    #[must_use]
    pub fn outstanding(&self, policy: &Policy, run: &RunId, now: Timestamp) -> Option<Effect> {
        match &self.phase {
            Phase::Watching | Phase::Suspected(_) | Phase::AwaitingApproval(_) | Phase::Held(_) => {
                (now >= self.look_due(policy)).then(|| Effect::Look(self.look(policy, now)))
            }
            Phase::Promoting(phase) if repeats_unseen(phase, policy, self.looked_at, now) => {
                Some(Effect::Look(self.look(policy, now)))
            }
            Phase::Promoting(phase) => promoting(phase, policy, run, now),
            Phase::Verifying(phase) => read_back_when(
                due(phase.polled_at, policy.windows.poll_seconds) <= now,
                phase.decision.epoch,
                &phase.decision.replica,
            ),
            Phase::Stuck(phase) => read_back_when(
                due(phase.polled_at, policy.windows.look_seconds) <= now,
                phase.decision.epoch,
                &phase.decision.replica,
            ),
            Phase::Shifting(_) | Phase::FailedOver(_) => None,
        }
    }

    fn look(&self, policy: &Policy, now: Timestamp) -> Look {
        let lag_until = self.phase.suspicion().and_then(|suspicion| suspicion.down_since).unwrap_or(now);
        let alarms = policy
            .voters
            .iter()
            .map(|voter| {
                let Source::Alarm(arn) = &voter.source;
                (voter.name.clone(), arn.clone())
            })
            .collect();
        Look { alarms, candidate: policy.database.replica.clone(), lag_after: LAG_MAX_AGE.before(lag_until), lag_until }
    }

    fn look_due(&self, policy: &Policy) -> Timestamp {
        let every = match &self.phase {
            Phase::Suspected(_) | Phase::AwaitingApproval(_) | Phase::Held(_) => policy.windows.look_seconds,
            Phase::Watching
            | Phase::Promoting(_)
            | Phase::Verifying(_)
            | Phase::Shifting(_)
            | Phase::FailedOver(_)
            | Phase::Stuck(_) => policy.windows.patrol_seconds,
        };
        due(self.looked_at, every)
    }

    /// When something is due next, without anybody's doing.
    #[must_use]
    pub fn next_due(&self, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
        let windows = &policy.windows;
        match &self.phase {
            Phase::Watching | Phase::Held(_) => Some(self.look_due(policy)),
            Phase::Suspected(phase) => {
                // Once the window is over, whatever else refuses shows in the next look.
                let sustained = phase.suspicion.down_since.map(|since| windows.sustain_seconds.after(since));
                let sustained = sustained.filter(|until| *until > now);
                let waits = [Some(self.look_due(policy)), sustained, Some(phase.deadline)];
                waits.into_iter().flatten().min()
            }
            Phase::AwaitingApproval(phase) => Some(self.look_due(policy).min(phase.expires_at)),
            Phase::Promoting(phase) => Some(match &phase.call {
                Call::Intended { not_after, .. } => (*not_after).min(phase.deadline),
                Call::ReadBack(read_back) => due(read_back.polled_at, windows.poll_seconds).min(phase.deadline),
            }),
            Phase::Verifying(phase) => Some(due(phase.polled_at, windows.poll_seconds).min(phase.deadline)),
            Phase::Shifting(phase) => Some(phase.until),
            Phase::Stuck(phase) => Some(due(phase.polled_at, windows.look_seconds)),
            Phase::FailedOver(_) => None,
        }
    }
}

fn due(last: Option<Timestamp>, every: Seconds) -> Timestamp {
    last.map_or(Timestamp::MIN, |last| every.after(last))
}

fn promoting(phase: &Promoting, policy: &Policy, run: &RunId, now: Timestamp) -> Option<Effect> {
    match &phase.call {
        Call::Intended { caller, not_after } => (caller == run && now < *not_after).then(|| {
            Effect::Promote(Promote {
                epoch: phase.decision.epoch,
                attempt: phase.attempt,
                replica: phase.decision.replica.clone(),
                not_after: *not_after,
            })
        }),
        Call::ReadBack(read_back) => read_back_when(
            due(read_back.polled_at, policy.windows.poll_seconds) <= now,
            phase.decision.epoch,
            &phase.decision.replica,
        ),
    }
}

/// Whether the evidence must be read again before a call that never arrived is repeated.
fn repeats_unseen(phase: &Promoting, policy: &Policy, looked_at: Option<Timestamp>, now: Timestamp) -> bool {
    phase.may_repeat(&policy.windows) && due(looked_at, policy.windows.look_seconds) <= now
}

fn read_back_when(due: bool, epoch: Epoch, replica: &DbInstanceArn) -> Option<Effect> {
    due.then(|| Effect::ReadBack { epoch, replica: replica.clone() })
}
