//! The next state while it is being written. Every way out of a step goes through here, so that a
//! transition always has its entry and a change always has its revision.

use super::{Ignored, Step, StepVerdict};
use crate::assessment::{Assessment, Blocker};
use crate::candidate::{Sight, Sighting};
use crate::edge::Why;
use crate::event::ChainHash;
use crate::fence::{FenceAct, FenceAnswer, Standing};
use crate::journal::{Delivered, Entry, EntryId, Needs, Seq, What, Who};
use crate::name::{DbInstanceArn, Epoch, IncidentId, Person, Revision};
use crate::order::{BrokenGlass, Order};
use crate::phase::{Decision, HeldReason, Phase};
use crate::policy::Policy;
use crate::state::{Paused, State};
use crate::suspicion::{Suspicion, Weighed};
use crate::tally::tally;
use crate::vote::Votes;
use jiff::Timestamp;

/// How many journals are remembered as written down.
const JOURNALS_KEPT: usize = 8;

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
        let what = What::Moved { from: self.before.phase.name(), to: to.name(), why, needs: to.needs() };
        self.write(incident, who, what, assessment);
        self.next.phase = to;
        self.close(StepVerdict::Advanced(why))
    }

    /// Stays in the phase and records what is given.
    pub(super) fn note(mut self, phase: Phase) -> Step {
        self.next.phase = phase;
        self.close(StepVerdict::Noted)
    }

    /// Weighs a suspicion, and remembers a quorum that was lost.
    pub(super) fn weigh(&mut self, suspicion: &Suspicion) -> Weighed {
        let weighed = suspicion.weigh(self.before, self.policy, self.votes, self.now);
        if weighed.flapped {
            let oldest = self.policy.windows.flap_seconds.before(self.now);
            self.next.flaps.retain(|at| *at > oldest);
            let room = usize::try_from(self.policy.quorum.flaps_max).unwrap_or(usize::MAX);
            let excess = (self.next.flaps.len() + 1).saturating_sub(room);
            self.next.flaps.drain(..excess.min(self.next.flaps.len()));
            self.next.flaps.push(self.now);
        }
        weighed
    }

    /// The evidence as it is, and nothing else.
    pub(super) fn assess(&self, suspicion: &Suspicion) -> Assessment {
        suspicion.weigh(self.before, self.policy, self.votes, self.now).assessment
    }

    /// Whether a look shows that the replica was promoted by nobody here.
    pub(super) fn promoted_elsewhere(&self, instance: &DbInstanceArn, sight: &Sight) -> bool {
        let database = &self.policy.database;
        let ours = self.before.writer.as_ref().is_none_or(|writer| *writer == database.writer);
        ours && *instance == database.replica && matches!(sight, Sight::Seen(Sighting { source: None, .. }))
    }

    /// Whether an order was given before what stands now began. Orders name their incident, and one incident
    /// may hold a failover and several switchovers: a word on the last one is none on the next. A late abort
    /// stops more than was meant, and so does no harm; a question names its own time.
    pub(super) fn spoken_before(&self, order: &Order) -> bool {
        let latest = self.policy.windows.skew_seconds.after(self.now);
        match order {
            Order::Acknowledge(_)
            | Order::WeighAgain(_)
            | Order::Adopt { .. }
            | Order::Rebuild { .. }
            | Order::SwitchOver(_) => self.before.phase.began_at().is_some_and(|began_at| began_at > latest),
            Order::Approve(_) | Order::Veto(_) | Order::Abort(_) | Order::Pause | Order::Unpause => false,
        }
    }

    /// Whether a look is older than the last one.
    pub(super) fn looked_late(&self) -> bool {
        self.before.looked_at.is_some_and(|at| at > self.now)
    }

    /// What an act on the old writer came to, in whatever phase it is heard of.
    pub(super) fn fence_answered(mut self, epoch: Epoch, act: &FenceAct, answer: &FenceAnswer) -> Step {
        let policy = self.policy;
        let Some(decision) = self.next.phase.decision_mut().filter(|decision| decision.epoch == epoch) else {
            return self.ignore(Ignored::Stale);
        };
        let group = policy.fence_group(&decision.writer.region());
        // A call is due until its answer is in the record: dropped as old, because somebody with a clock ahead
        // had looked, it would be made again at once.
        let demanded = *act != FenceAct::Describe && decision.fence.act(group).as_ref() == Some(act);
        let late = !demanded && decision.fence.tried_at.is_some_and(|at| at > self.now);
        if late || decision.fence.proven_at().is_some() {
            return self.ignore(Ignored::Stale);
        }
        let before = decision.fence.clone();
        decision.fence = before.after(act, answer, group, policy.windows.settle_seconds, self.now);
        let incident = decision.incident.clone();
        let what = match (&before.standing, &decision.fence.standing) {
            (Standing::Open, Standing::Isolating { restore, .. }) => Some(What::Isolating { restore: restore.clone() }),
            (_, Standing::Fenced { .. } | Standing::Gone { .. }) => Some(What::Fenced),
            (
                _,
                Standing::Open | Standing::Isolating { .. } | Standing::Cutting { .. } | Standing::Restoring { .. },
            ) => None,
        };
        if let Some(what) = what {
            self.write(&incident, Who::Conductor, what, None);
        }
        self.close(StepVerdict::Noted)
    }

    /// Whether it holds until a person says that it shall go on from what somebody else did.
    pub(super) fn waits_to_adopt(&self) -> bool {
        matches!(&self.before.phase, Phase::Held(held) if held.reason == HeldReason::PromotedElsewhere)
    }

    /// Whatever became of the call, and whoever has gone on from it by now, it stands in the record who made it.
    pub(super) fn tell_of_glass(mut self, by: &Person, incident: &IncidentId, glass: &BrokenGlass) -> Step {
        if self.before.phase.incident() != Some(incident) {
            return self.ignore(Ignored::Stale);
        }
        if !self.note_glass(by, incident, glass) {
            return self.ignore(Ignored::Duplicate);
        }
        self.close(StepVerdict::Noted)
    }

    /// Writes a journal down, unless it stands there already.
    pub(super) fn note_glass(&mut self, by: &Person, incident: &IncidentId, glass: &BrokenGlass) -> bool {
        let known = &mut self.next.glass;
        let is_new = !known.contains(&glass.journal);
        if is_new {
            known.drain(..(known.len() + 1).saturating_sub(JOURNALS_KEPT));
            known.push(glass.journal.clone());
            self.write(incident, Who::Person(by.clone()), What::BrokeGlass(glass.clone()), None);
        }
        is_new
    }

    pub(super) fn pause(mut self, by: &Person) -> Step {
        if self.before.paused.is_some() {
            return self.ignore(Ignored::Duplicate);
        }
        self.next.paused = Some(Paused { by: by.clone(), since: self.now });
        self.write(&self.incident(), Who::Person(by.clone()), What::Paused, None);
        self.close(StepVerdict::Noted)
    }

    pub(super) fn unpause(mut self, by: &Person) -> Step {
        let Some(paused) = self.next.paused.take() else { return self.ignore(Ignored::Duplicate) };
        if paused.since > self.policy.windows.skew_seconds.after(self.now) {
            return self.ignore(Ignored::Stale);
        }
        self.write(&self.incident(), Who::Person(by.clone()), What::Unpaused, None);
        self.close(StepVerdict::Noted)
    }

    /// The present incident, or one of its own.
    fn incident(&self) -> IncidentId {
        let present = self.before.phase.incident().cloned();
        present.unwrap_or_else(|| IncidentId::opened(self.now, self.revision()))
    }

    /// Whether the evidence of a decision still stands: a quorum, nobody who can reach the writer, and no
    /// doubt about the observers. A switchover needs none.
    pub(super) fn evidence_holds(&self, decision: &Decision) -> bool {
        if decision.is_switchover() {
            return true;
        }
        let tally = tally(self.policy, self.votes, self.now);
        tally.has_quorum() && tally.alive().next().is_none() && tally.doubts().next().is_none()
    }

    /// What a pause puts in the way of anything new.
    pub(super) fn pause_blocks(&self) -> Option<Vec<Blocker>> {
        self.before.paused.as_ref().map(|paused| vec![Blocker::Paused(paused.clone())])
    }

    /// Leaves everything as it is, because of these rules.
    pub(super) fn refuse(self, blockers: Vec<Blocker>) -> Step {
        Step { next: self.before.clone(), verdict: StepVerdict::Refused(blockers) }
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

impl Phase {
    /// Since when there is something that waits for a person's order.
    fn began_at(&self) -> Option<Timestamp> {
        match self {
            Self::Held(phase) => Some(phase.since),
            Self::FailedOver(phase) => Some(phase.since),
            Self::Rebuilding(phase) => Some(phase.since),
            Self::Rebuilt(phase) => Some(phase.since),
            Self::Stuck(phase) => Some(phase.since),
            Self::Watching
            | Self::Suspected(_)
            | Self::AwaitingApproval(_)
            | Self::AwaitingVeto(_)
            | Self::Fencing(_)
            | Self::Draining(_)
            | Self::Promoting(_)
            | Self::Verifying(_)
            | Self::Shifting(_)
            | Self::Aborting(_) => None,
        }
    }

    /// What is needed of a person.
    #[must_use]
    pub fn needs(&self) -> Option<Needs> {
        match self {
            Self::AwaitingApproval(phase) => Some(Needs::Answer(phase.question.clone())),
            Self::AwaitingVeto(phase) => Some(Needs::Answer(phase.question.clone())),
            Self::Held(phase) => Some(Needs::Held(phase.reason)),
            Self::Stuck(phase) => Some(Needs::Stuck(phase.reason)),
            Self::Watching
            | Self::Suspected(_)
            | Self::Fencing(_)
            | Self::Draining(_)
            | Self::Promoting(_)
            | Self::Verifying(_)
            | Self::Shifting(_)
            | Self::FailedOver(_)
            | Self::Rebuilding(_)
            | Self::Rebuilt(_)
            | Self::Aborting(_) => None,
        }
    }

    fn decision_mut(&mut self) -> Option<&mut Decision> {
        match self {
            Self::Fencing(phase) => Some(&mut phase.decision),
            Self::Draining(phase) => Some(&mut phase.decision),
            Self::Promoting(phase) => Some(&mut phase.decision),
            Self::Verifying(phase) => Some(&mut phase.decision),
            Self::Shifting(phase) => Some(&mut phase.decision),
            Self::FailedOver(phase) => Some(&mut phase.decision),
            Self::Rebuilding(phase) => Some(&mut phase.after.decision),
            Self::Rebuilt(phase) => Some(&mut phase.after.decision),
            Self::Aborting(phase) => Some(&mut phase.decision),
            Self::Stuck(phase) => Some(&mut phase.decision),
            Self::Watching | Self::Suspected(_) | Self::AwaitingApproval(_) | Self::AwaitingVeto(_) | Self::Held(_) => {
                None
            }
        }
    }
}
