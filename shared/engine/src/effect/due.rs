//! When something is due, without anybody's doing.

use super::{due, fence_due};
use crate::fence::FenceAct;
use crate::phase::{Aborting, Call, Decision, Phase};
use crate::policy::Policy;
use crate::state::State;
use crate::suspicion::{Suspicion, Turn};
use crate::time::Seconds;
use jiff::Timestamp;

impl State {
    pub(super) fn look_due(&self, policy: &Policy) -> Timestamp {
        let every = match &self.phase {
            Phase::Suspected(_)
            | Phase::AwaitingApproval(_)
            | Phase::AwaitingVeto(_)
            | Phase::Held(_)
            | Phase::Fencing(_) => policy.windows.look_seconds,
            Phase::Watching
            | Phase::Draining(_)
            | Phase::Promoting(_)
            | Phase::Verifying(_)
            | Phase::Shifting(_)
            | Phase::FailedOver(_)
            | Phase::Rebuilding(_)
            | Phase::Rebuilt(_)
            | Phase::Aborting(_)
            | Phase::Stuck(_) => policy.windows.patrol_seconds,
        };
        due(self.looked_at, every)
    }

    /// When something is due next, without anybody's doing.
    #[must_use]
    pub fn next_due(&self, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
        let windows = &policy.windows;
        match &self.phase {
            Phase::Watching => Some(self.look_due(policy)),
            Phase::Suspected(phase) => Some(self.weighing_due(&phase.suspicion, policy, now).min(phase.deadline)),
            Phase::AwaitingApproval(phase) => Some(self.look_due(policy).min(phase.expires_at)),
            Phase::AwaitingVeto(phase) => Some(self.look_due(policy).min(phase.until)),
            Phase::Held(phase) => {
                let due = self.weighing_due(&phase.suspicion, policy, now);
                Some(if phase.reason.is_told_again() {
                    due.min(windows.remind_seconds.after(phase.told_at))
                } else {
                    due
                })
            }
            Phase::Fencing(phase) => {
                let fence = self.fence_next(&phase.decision, policy, windows.poll_seconds);
                let deadline = Some(phase.deadline).filter(|at| *at > now);
                let look = policy.fence_group(&phase.decision.writer.region()).map(|_| self.look_due(policy));
                [fence.filter(|_| look.is_some()), deadline, look].into_iter().flatten().min()
            }
            Phase::Draining(phase) => {
                let look = due(self.looked_at, windows.poll_seconds);
                // A pause outlasts the deadline, and only looks meanwhile.
                Some(if self.paused.is_some() { look } else { look.min(phase.deadline) })
            }
            Phase::Promoting(phase) => Some(match &phase.call {
                Call::Intended { not_after, .. } => (*not_after).min(phase.deadline),
                Call::ReadBack(read_back) => due(read_back.polled_at, windows.poll_seconds).min(phase.deadline),
            }),
            Phase::Verifying(phase) => Some(due(phase.polled_at, windows.poll_seconds).min(phase.deadline)),
            Phase::Shifting(phase) => {
                let fence = self.fence_next(&phase.decision, policy, windows.poll_seconds);
                [fence, self.levers_due(policy), Some(phase.until)].into_iter().flatten().min()
            }
            Phase::FailedOver(phase) => {
                let fence = self.fence_next(&phase.decision, policy, windows.look_seconds);
                let told = fence.filter(|_| phase.acknowledged_by.is_none());
                let told = told.map(|_| windows.remind_seconds.after(phase.told_at));
                [fence, told, self.levers_due(policy)].into_iter().flatten().min()
            }
            Phase::Rebuilding(phase) => {
                let fence = self.fence_next(&phase.after.decision, policy, windows.look_seconds);
                let looks = due(phase.polled_at, windows.look_seconds).min(phase.deadline);
                [fence, self.levers_due(policy), Some(looks)].into_iter().flatten().min()
            }
            Phase::Rebuilt(phase) => {
                let fence = self.fence_next(&phase.after.decision, policy, windows.look_seconds);
                let looks = phase.look_due(policy);
                [fence, self.levers_due(policy), Some(looks)].into_iter().flatten().min()
            }
            Phase::Aborting(phase) => Some(self.aborting_due(phase, policy)),
            Phase::Stuck(phase) => {
                let told = windows.remind_seconds.after(phase.told_at);
                Some(due(phase.polled_at, windows.look_seconds).min(told))
            }
        }
    }

    fn weighing_due(&self, suspicion: &Suspicion, policy: &Policy, now: Timestamp) -> Timestamp {
        let windows = &policy.windows;
        // Once the window is over, whatever else refuses shows in the next look.
        let sustained = suspicion.down_since.map(|since| windows.sustain_seconds.after(since));
        let queued = if let Phase::Held(phase) = &self.phase { phase.is_queued() } else { true };
        let turn = match suspicion.turn {
            Turn::Wanted { asked_at, .. } if queued => Some(due(asked_at, windows.look_seconds)),
            Turn::Wanted { .. } | Turn::NotWanted | Turn::Admitted { .. } => None,
        };
        let waits = [Some(self.look_due(policy)), sustained.filter(|until| *until > now), turn];
        waits.into_iter().flatten().min().unwrap_or(now)
    }

    fn fence_next(&self, decision: &Decision, policy: &Policy, every: Seconds) -> Option<Timestamp> {
        let act = decision.fence.act(policy.fence_group(&decision.writer.region()))?;
        let every = decision.fence.looked_at_every(every, policy.windows.poll_seconds);
        Some(if self.paused.is_some() {
            due(decision.fence.tried_at, every)
        } else {
            fence_due(&decision.fence, &act, every)
        })
    }

    fn aborting_due(&self, phase: &Aborting, policy: &Policy) -> Timestamp {
        let poll = policy.windows.poll_seconds;
        let fence = &phase.decision.fence;
        let act = phase.may_restore().then(|| fence.act(None)).flatten();
        let fence = act.map(|act| if self.paused.is_some() { FenceAct::Describe } else { act });
        let fence = fence.map(|act| fence_due(&phase.decision.fence, &act, poll));
        let read_back = phase.call.is_some().then(|| due(phase.polled_at, poll));
        let settled = Some(phase.until).filter(|_| fence.is_none() && read_back.is_none());
        [fence, read_back, settled, Some(phase.deadline)].into_iter().flatten().min().unwrap_or(phase.deadline)
    }
}
