//! Levers of traffic follow the latch: from when a promotion is verified until the incident is closed, however often
//! they have to be tried.

use super::Effect;
use crate::lever::{Lever, LeverAct, LeverCall, Pull};
use crate::phase::Phase;
use crate::policy::Policy;
use crate::state::State;
use crate::time::Seconds;
use jiff::Timestamp;

/// The longest that a call may wait to leave, whatever a promote call may: a switchover restarts one database and
/// promotes another, which takes longer, so that no call of an earlier move comes after the next one.
const CALL_MAX: Seconds = Seconds(30);

impl State {
    /// The levers that have not moved yet, each with what is to be done to it. A pause lets them only be read.
    fn levers_to_move<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = (Lever, &'a Pull, LeverAct)> {
        let named = self.levers.iter().filter(move |(lever, pull)| policy.aim(**lever, &pull.on, &pull.off).is_some());
        named.filter_map(|(lever, pull)| {
            let act = pull.act()?;
            Some((*lever, pull, if self.paused.is_some() { LeverAct::Read } else { act }))
        })
    }

    /// What is to be done to a lever now.
    pub(super) fn lever(&self, policy: &Policy, now: Timestamp) -> Option<Effect> {
        let due = self.levers_to_move(policy).filter(|(_, pull, act)| pull.due(*act, &policy.windows) <= now);
        // The one that waits longest, or one that hangs would leave the other no turn.
        let (lever, pull, act) = due.min_by_key(|(_, pull, _)| pull.tried_at)?;
        Some(Effect::Lever(LeverCall {
            epoch: pull.epoch,
            lever,
            act,
            aim: policy.aim(lever, &pull.on, &pull.off)?,
            endpoints: pull.endpoints(),
            not_after: policy.windows.call_seconds.min(CALL_MAX).after(now),
        }))
    }

    /// When something is to be done to a lever, or people are to be told of one.
    pub(super) fn levers_due(&self, policy: &Policy) -> Option<Timestamp> {
        let acts = self.levers_to_move(policy).map(|(_, pull, act)| pull.due(act, &policy.windows));
        let missed = self.levers_missed(policy).map(|_| Timestamp::MIN);
        acts.chain(self.levers_told_at(policy).map(|(_, at)| at)).chain(missed).min()
    }

    /// The levers that the policy has named, or named otherwise, since the latch was set, and that nothing pulls yet. In
    /// a pause nothing is begun.
    pub(crate) fn levers_missed<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = Lever> + 'a {
        let decision = self.phase.decision().filter(|_| self.phase.levers_follow() && self.paused.is_none());
        let missed = move |lever: &Lever| {
            decision.is_some_and(|decision| {
                let (on, off) = (decision.replica.region(), decision.writer.region());
                let pulled = |aim| self.levers.get(lever).is_some_and(|pull| pull.is_of(&aim));
                policy.aim(*lever, &on, &off).is_some_and(|aim| !pulled(aim))
            })
        };
        Lever::ALL.into_iter().filter(missed)
    }

    /// The levers that people are told of, each with when. After the first time they are reminded until somebody has
    /// taken note.
    pub(crate) fn levers_told_at<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = (Lever, Timestamp)> + 'a {
        let noted = self.phase.is_noted();
        let left = self.levers.iter().filter(|(lever, _)| self.phase.levers_follow() && policy.has_lever(**lever));
        left.filter_map(move |(lever, pull)| Some((*lever, pull.told_next(*lever, &policy.windows, noted)?)))
    }
}

impl Phase {
    /// Whether there is a verified writer that traffic is on its way to, and an incident to tell of it in.
    fn levers_follow(&self) -> bool {
        match self {
            Self::Shifting(_) | Self::FailedOver(_) | Self::Rebuilding(_) | Self::Rebuilt(_) => true,
            Self::Watching
            | Self::Suspected(_)
            | Self::AwaitingApproval(_)
            | Self::AwaitingVeto(_)
            | Self::Held(_)
            | Self::Fencing(_)
            | Self::Draining(_)
            | Self::Promoting(_)
            | Self::Verifying(_)
            | Self::Aborting(_)
            | Self::Stuck(_) => false,
        }
    }

    /// Whether a person has taken note of the failover.
    fn is_noted(&self) -> bool {
        match self {
            Self::FailedOver(phase) => phase.acknowledged_by.is_some(),
            Self::Rebuilding(phase) => phase.after.acknowledged_by.is_some(),
            Self::Rebuilt(phase) => phase.after.acknowledged_by.is_some(),
            Self::Watching
            | Self::Suspected(_)
            | Self::AwaitingApproval(_)
            | Self::AwaitingVeto(_)
            | Self::Held(_)
            | Self::Fencing(_)
            | Self::Draining(_)
            | Self::Promoting(_)
            | Self::Verifying(_)
            | Self::Shifting(_)
            | Self::Aborting(_)
            | Self::Stuck(_) => false,
        }
    }
}
