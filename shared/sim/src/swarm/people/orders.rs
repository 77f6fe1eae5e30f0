//! What people say in the middle of things, by the phase that they believe it to be in.

use super::{Answer, Say, Word};
use crate::swarm::fault::Fault;
use crate::swarm::plan::{PRIMARY, STANDBY, person, stranger};
use crate::swarm::world::World;
use understudy_engine::{FailedOver, HeldReason, IncidentId, Order, Phase, Question, Rebuilt, State};

pub(super) fn speak(world: &mut World, application: usize) -> Vec<Word> {
    let state = world.items[application].state.clone();
    let mut words = Vec::new();
    world.pause(&state, &mut words);
    match &state.phase {
        Phase::Watching => world.late_answer(application, &mut words),
        Phase::Suspected(phase) => world.abort(&phase.suspicion.incident, 30, &mut words),
        Phase::AwaitingApproval(phase) => {
            world.approve(application, &phase.question, &mut words);
            world.veto(&phase.question, &mut words);
            world.abort(&phase.suspicion.incident, 20, &mut words);
            world.act_unasked(application, 60);
        }
        Phase::AwaitingVeto(phase) => {
            world.veto(&phase.question, &mut words);
            world.abort(&phase.suspicion.incident, 30, &mut words);
            world.act_unasked(application, 60);
            if world.readily(100) {
                words.push(Word { by: world.somebody(), say: Say::Answer(Answer::Yes, phase.question.clone()) });
            }
        }
        Phase::Held(phase) => world.held(application, phase.reason, &phase.suspicion.incident, &mut words),
        Phase::Fencing(phase) => world.abort(&phase.decision.incident, 120, &mut words),
        Phase::Draining(phase) => world.abort(&phase.decision.incident, 120, &mut words),
        Phase::Promoting(phase) => {
            world.abort(&phase.decision.incident, 150, &mut words);
            world.acknowledge(&phase.decision.incident, 30, &mut words);
        }
        Phase::Verifying(phase) => world.abort(&phase.decision.incident, 50, &mut words),
        Phase::Shifting(phase) => world.acknowledge(&phase.decision.incident, 100, &mut words),
        Phase::FailedOver(phase) if world.plan.homeward => world.go_home(application, &state, phase, &mut words),
        Phase::FailedOver(phase) => {
            world.acknowledge(&phase.decision.incident, 400, &mut words);
            world.rebuild(application, &state, &mut words);
        }
        Phase::Rebuilding(phase) => world.abort(&phase.after.decision.incident, 40, &mut words),
        Phase::Rebuilt(phase) => world.rebuilt(application, phase, &mut words),
        Phase::Aborting(_) => {
            world.act_unasked(application, 120);
            world.delete_unasked(application, 60);
        }
        Phase::Stuck(phase) => {
            world.act_unasked(application, 150);
            world.acknowledge(&phase.decision.incident, 100, &mut words);
        }
    }
    words
}

impl World {
    /// Whether somebody does what is this readily done, among people as they are in this world.
    fn readily(&mut self, per_mille: usize) -> bool {
        let meddling = self.plan.meddling;
        self.draw.chance(meddling) && self.draw.chance(per_mille * 3)
    }

    /// Somebody does not wait, and promotes in the console what is to be promoted.
    fn act_unasked(&mut self, application: usize, per_mille: usize) {
        let item = &self.items[application];
        let decided = item.state.phase.decision().map(|decision| &decision.replica);
        let replica = decided.unwrap_or(&item.policy.database.replica).clone();
        if self.readily(per_mille) {
            self.promote_by_hand(application, &replica);
        }
    }

    fn delete_unasked(&mut self, application: usize, per_mille: usize) {
        let replica = self.items[application].state.phase.decision().map(|decision| decision.replica.clone());
        if let Some(replica) = replica.filter(|_| self.readily(per_mille)) {
            self.struck(Fault::ReplicaDeleted, Some(application), None);
            self.delete(application, &replica, self.now);
        }
    }

    fn says(&mut self, fault: Fault, order: Order, words: &mut Vec<Word>) {
        self.counters.fault(fault);
        let by = self.somebody();
        words.push(Word::order_of(by, order));
    }

    fn pause(&mut self, state: &State, words: &mut Vec<Word>) {
        let per_mille = if state.paused.is_some() { 200 } else { 12 };
        if self.readily(per_mille) {
            let order = if state.paused.is_some() { Order::Unpause } else { Order::Pause };
            self.says(Fault::PausedMidway, order, words);
        } else if self.readily(4) {
            self.says(Fault::PausedMidway, Order::Pause, words);
        }
    }

    fn abort(&mut self, incident: &IncidentId, per_mille: usize, words: &mut Vec<Word>) {
        if self.readily(per_mille) {
            self.says(Fault::AbortedByPerson, Order::Abort(incident.clone()), words);
        }
    }

    fn acknowledge(&mut self, incident: &IncidentId, per_mille: usize, words: &mut Vec<Word>) {
        if self.readily(per_mille) {
            self.says(Fault::AcknowledgedEarly, Order::Acknowledge(incident.clone()), words);
        }
    }

    fn veto(&mut self, question: &Question, words: &mut Vec<Word>) {
        if self.readily(60) {
            self.counters.fault(Fault::VetoedByPerson);
            words.push(Word { by: self.somebody(), say: Say::Answer(Answer::No, question.clone()) });
        }
    }

    /// Answers to a question that is asked: right ones, and every wrong one.
    fn approve(&mut self, application: usize, question: &Question, words: &mut Vec<Word>) {
        let yes = |by, question: &Question| Word { by, say: Say::Answer(Answer::Yes, question.clone()) };
        if self.draw.chance(600) {
            let by = self.somebody();
            words.push(yes(by.clone(), question));
            if self.strikes(Fault::ApprovedTwice) {
                self.counters.fault(Fault::ApprovedTwice);
                words.push(Word::order_of(by, Order::Approve(question.clone())));
            }
        }
        if self.strikes(Fault::ApprovedByStranger) {
            self.counters.fault(Fault::ApprovedByStranger);
            words.push(yes(stranger(), question));
        }
        if self.strikes(Fault::ApprovedStale) {
            let asked = &self.items[application].asked;
            if let Some(earlier) = asked.len().checked_sub(2).and_then(|index| asked.get(index)).cloned() {
                self.counters.fault(Fault::ApprovedStale);
                let by = self.somebody();
                words.push(Word::order_of(by.clone(), Order::Approve(earlier.clone())));
                words.push(yes(by, &earlier));
            }
        }
        let late = super::super::plan::stamp(self.now);
        if let Phase::AwaitingApproval(phase) = &self.items[application].state.phase
            && late >= phase.expires_at
        {
            self.counters.fault(Fault::ApprovedLate);
            let by = person(0);
            words.push(yes(by, question));
        }
    }

    /// A yes to what is not asked any more.
    fn late_answer(&mut self, application: usize, words: &mut Vec<Word>) {
        if let Some(question) = self.items[application].asked.last().cloned()
            && self.readily(50)
        {
            self.says(Fault::ApprovedLate, Order::Approve(question), words);
        }
    }

    fn held(&mut self, application: usize, reason: HeldReason, incident: &IncidentId, words: &mut Vec<Word>) {
        match reason {
            HeldReason::PromotedElsewhere => {
                if self.readily(150) {
                    self.says(Fault::AdoptedByPerson, Order::adopt(incident.clone()), words);
                } else if self.readily(80) {
                    self.follow_again(application);
                }
            }
            HeldReason::Storm => {
                if self.readily(150) {
                    self.release(words);
                }
            }
            HeldReason::Undecided
            | HeldReason::Shadow
            | HeldReason::Flapping
            | HeldReason::Observer
            | HeldReason::Vetoed
            | HeldReason::Aborted => {
                if self.readily(80) {
                    self.weighed_again();
                    let by = self.somebody();
                    words.push(Word::order_of(by, Order::WeighAgain(incident.clone())));
                }
            }
        }
        self.abort(incident, 20, words);
    }

    fn release(&mut self, words: &mut Vec<Word>) {
        if let Some(code) = self.batch_code() {
            let code = if self.draw.chance(250) { understudy_driver::ApprovalCode("0".repeat(16)) } else { code };
            words.push(Word { by: person(0), say: Say::Release(code) });
        }
    }

    /// The first steps of the way home.
    fn go_home(&mut self, application: usize, state: &State, phase: &FailedOver, words: &mut Vec<Word>) {
        if phase.acknowledged_by.is_none() {
            self.says(Fault::AcknowledgedEarly, Order::Acknowledge(phase.decision.incident.clone()), words);
        }
        self.rebuild(application, state, words);
    }

    fn rebuild(&mut self, application: usize, state: &State, words: &mut Vec<Word>) {
        let Some(decision) = state.phase.decision() else { return };
        if !self.readily(200) {
            return;
        }
        let number = self.items[application].replicas;
        self.items[application].replicas += 1;
        let names = &self.plan.applications[application].names;
        let home = if self.plan.place(&decision.writer.region()) == PRIMARY { PRIMARY } else { STANDBY };
        let replica = match self.draw.below(8) {
            0 => decision.writer.clone(),
            1 => names.another(number, &decision.replica.region()),
            _ => names.another(number, &self.plan.regions[home]),
        };
        let incident = decision.incident.clone();
        self.says(Fault::RebuiltByPerson, Order::Rebuild { incident, replica }, words);
    }

    fn rebuilt(&mut self, application: usize, phase: &Rebuilt, words: &mut Vec<Word>) {
        let incident = phase.after.decision.incident.clone();
        if self.readily(200) {
            self.says(Fault::SwitchedOver, Order::SwitchOver(incident), words);
        } else if self.readily(150) {
            if self.draw.chance(700) {
                self.send_home(application, &phase.after.decision.replica, &phase.replica);
            }
            self.says(Fault::AcknowledgedEarly, Order::Acknowledge(incident), words);
        }
    }
}
