//! The next state while it is being written. Every way out of a step goes through here, so that a
//! transition always has its entry and a change always has its revision.

use super::{Ignored, Step, StepVerdict};
use crate::assessment::Assessment;
use crate::edge::Why;
use crate::event::ChainHash;
use crate::journal::{Delivered, Entry, EntryId, Seq, What, Who};
use crate::name::{IncidentId, Revision};
use crate::phase::{Phase, StuckReason};
use crate::policy::Policy;
use crate::state::State;
use crate::vote::Votes;
use jiff::Timestamp;

pub(super) struct Draft<'a> {
    pub(super) before: &'a State,
    pub(super) policy: &'a Policy,
    pub(super) votes: &'a Votes,
    pub(super) now: Timestamp,
    pub(super) next: State,
}

impl<'a> Draft<'a> {
    pub(super) fn new(before: &'a State, policy: &'a Policy, votes: &'a Votes, now: Timestamp) -> Self {
        Self { before, policy, votes, now, next: before.clone() }
    }

    /// The revision that this draft will have if it changes anything.
    pub(super) fn revision(&self) -> Revision {
        self.before.revision.next()
    }

    /// Moves to another phase, by an edge of the table.
    pub(super) fn advance(
        mut self,
        to: Phase,
        why: Why,
        who: Who,
        incident: &IncidentId,
        assessment: Option<Assessment>,
    ) -> Step {
        let stuck = stuck_reason(&to);
        let what = What::Moved { from: self.before.phase.name(), to: to.name(), why, stuck };
        self.write(incident, who, what, assessment);
        self.next.phase = to;
        self.close(StepVerdict::Advanced(why))
    }

    /// Stays in the phase and records what is given.
    pub(super) fn note(mut self, phase: Phase) -> Step {
        self.next.phase = phase;
        self.close(StepVerdict::Noted)
    }

    /// Leaves everything as it is.
    pub(super) fn ignore(self, why: Ignored) -> Step {
        Step { next: self.before.clone(), verdict: StepVerdict::Ignored(why) }
    }

    pub(super) fn write(&mut self, incident: &IncidentId, who: Who, what: What, assessment: Option<Assessment>) {
        let (at, revision, epoch) = (self.now, self.revision(), self.next.epoch);
        self.next.journal.write(incident, |id, withheld| Entry {
            id,
            at,
            revision,
            epoch,
            who,
            what,
            assessment,
            withheld,
        });
    }

    pub(super) fn delivered(mut self, incident: &IncidentId, through: Seq, head: &ChainHash) -> Step {
        let entry = EntryId { incident: incident.clone(), seq: through };
        if self.next.journal.delivered(Delivered { entry, hash: head.clone() }) {
            self.close(StepVerdict::Noted)
        } else {
            self.ignore(Ignored::Duplicate)
        }
    }

    pub(super) fn close(mut self, verdict: StepVerdict) -> Step {
        if self.next != *self.before {
            self.next.revision = self.revision();
        }
        Step { next: self.next, verdict }
    }
}

fn stuck_reason(phase: &Phase) -> Option<StuckReason> {
    match phase {
        Phase::Stuck(stuck) => Some(stuck.reason),
        Phase::Watching
        | Phase::Suspected(_)
        | Phase::AwaitingApproval(_)
        | Phase::Promoting(_)
        | Phase::Verifying(_)
        | Phase::Shifting(_)
        | Phase::FailedOver(_)
        | Phase::Held(_) => None,
    }
}
