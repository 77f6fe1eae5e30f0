//! Levers of traffic: the intent is written with the latch, and what came of it in whatever phase it is heard of.

use super::draft::Draft;
use super::{Ignored, Step, StepVerdict};
use crate::journal::{What, Who};
use crate::lever::{CameTo, Lever, LeverAct, LeverAnswer, LeverNews, Pull};
use crate::name::{Epoch, IncidentId};
use crate::phase::Decision;

impl Draft<'_> {
    /// The latch has moved, and every lever that the policy names is to follow. What is left of an earlier move is
    /// no longer wanted.
    pub(super) fn pull_levers(&mut self, decision: &Decision) {
        let (on, off) = (decision.replica.region(), decision.writer.region());
        let named = Lever::ALL.into_iter().filter(|lever| self.policy.has_lever(*lever));
        let pull = |lever| {
            let aim = self.policy.aim(lever, &on, &off);
            (lever, Pull::wanted(decision.epoch, on.clone(), off.clone(), aim.as_ref(), self.now))
        };
        self.next.levers = named.map(pull).collect();
    }

    /// A lever that the policy has named since follows the latch as well.
    pub(super) fn pull_missed_levers(mut self) -> Step {
        let Some(decision) = self.before.phase.decision() else { return self.ignore(Ignored::NotDue) };
        let (on, off) = (decision.replica.region(), decision.writer.region());
        for lever in self.before.levers_missed(self.policy) {
            let aim = self.policy.aim(lever, &on, &off);
            let pull = Pull::wanted(decision.epoch, on.clone(), off.clone(), aim.as_ref(), self.now);
            self.next.levers.insert(lever, pull);
        }
        self.close(StepVerdict::Noted)
    }

    pub(super) fn misses_levers(&self) -> bool {
        self.before.levers_missed(self.policy).next().is_some()
    }

    pub(super) fn lever_answered(mut self, epoch: Epoch, lever: Lever, act: LeverAct, answer: LeverAnswer) -> Step {
        let Some(pull) = self.next.levers.get_mut(&lever).filter(|pull| pull.epoch == epoch) else {
            return self.ignore(Ignored::Stale);
        };
        // A call is due until its answer is in the record: dropped as old, because somebody with a clock ahead
        // had looked, it would be made again at once.
        let demanded = act == LeverAct::Set && pull.act() == Some(act);
        let late = !demanded && pull.tried_at.is_some_and(|at| at > self.now);
        // Somebody else has called it meanwhile: that this call failed is no news of the lever.
        let outdone = act == LeverAct::Set && !demanded && matches!(answer, LeverAnswer::Trouble(_));
        let Some(incident) = self.before.phase.decision().map(|decision| decision.incident.clone()) else {
            return self.ignore(Ignored::Stale);
        };
        if late || outdone || pull.moved_at().is_some() {
            return self.ignore(Ignored::Stale);
        }
        *pull = pull.after(act, answer, (lever, &self.policy.windows), self.now);
        if pull.moved_at().is_some() {
            let news = LeverNews { lever, on: pull.on.clone(), came_to: CameTo::Moved };
            self.write(&incident, Who::Conductor, What::Lever(news), None);
        }
        self.close(StepVerdict::Noted)
    }

    pub(super) fn has_levers_to_tell_of(&self) -> bool {
        self.before.levers_told_at(self.policy).any(|(_, at)| at <= self.now)
    }

    /// A lever that has not moved holds nothing up, so it must not go unsaid either.
    pub(super) fn tell_of_levers(mut self) -> Step {
        let Some(incident) = self.before.phase.decision().map(|decision| decision.incident.clone()) else {
            return self.ignore(Ignored::NotDue);
        };
        let due = self.before.levers_told_at(self.policy).filter(|(_, at)| *at <= self.now);
        for lever in due.map(|(lever, _)| lever).collect::<Vec<_>>() {
            if let Some(pull) = self.next.levers.get_mut(&lever) {
                pull.tell(self.now);
                let came_to = CameTo::Left { trouble: pull.trouble };
                let news = LeverNews { lever, on: pull.on.clone(), came_to };
                self.write(&incident, Who::Conductor, What::Lever(news), None);
            }
        }
        self.close(StepVerdict::Noted)
    }

    /// Nothing follows a closed incident: whatever has not moved by then is left to people, who are told so.
    pub(super) fn give_levers_up(&mut self, incident: &IncidentId) {
        if let Some(decision) = self.before.phase.decision() {
            for lever in self.before.levers_missed(self.policy) {
                let (on, off) = (decision.replica.region(), decision.writer.region());
                self.next.levers.insert(lever, Pull::wanted(decision.epoch, on, off, None, self.now));
            }
        }
        for (lever, pull) in std::mem::take(&mut self.next.levers) {
            if pull.moved_at().is_none() && self.policy.has_lever(lever) {
                let news = LeverNews { lever, on: pull.on, came_to: CameTo::GivenUp };
                self.write(incident, Who::Conductor, What::Lever(news), None);
            }
        }
    }
}
