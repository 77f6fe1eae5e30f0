//! People: what they say to the conductor and do behind its back, in the middle of things and badly
//! informed; and, once everything has healed, sensibly.

mod mend;
mod orders;

use super::fault::{Fault, Recovery};
use super::plan::{changed, hash, person, swapped};
use super::ports::Ports;
use super::trace::What;
use super::world::World;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use understudy_driver::{
    Answer, ApprovalCode, Release, Run, answer, code_of_batch, code_of_question, command, release,
};
use understudy_engine::{DbInstanceArn, Event, Order, Person, Policy, Question};

/// What one person says.
#[derive(Debug, Clone)]
pub(super) struct Word {
    by: Person,
    say: Say,
}

#[derive(Debug, Clone)]
enum Say {
    Order(Order),
    Answer(Answer, Question),
    Release(ApprovalCode),
}

impl Word {
    fn order_of(by: Person, order: Order) -> Self {
        Self { by, say: Say::Order(order) }
    }

    pub(super) fn by(&self) -> &Person {
        &self.by
    }

    /// What it comes to, where it is about one application.
    pub(super) fn order(&self) -> Option<Order> {
        match &self.say {
            Say::Order(order) => Some(order.clone()),
            Say::Answer(Answer::Yes, question) => Some(Order::Approve(question.clone())),
            Say::Answer(Answer::No, question) => Some(Order::Veto(question.clone())),
            Say::Release(_) => None,
        }
    }
}

/// What is said now about one application.
pub(super) fn speak(world: &mut World, application: usize) -> Vec<Word> {
    world.remember_question(application);
    if world.healed {
        return mend::speak(world, application);
    }
    let mut words = orders::speak(world, application);
    world.meddle(application);
    words.truncate(4);
    words
}

/// Enters a word, as the runbook function does.
pub(super) async fn enter(ports: Ports, word: Word, now: Timestamp) -> Result<(), String> {
    let (application, mut run) = {
        let world = ports.lock();
        let process = &world.processes[ports.process];
        let application = world.items[process.application].policy.application.clone();
        (application, Run::new(process.run.clone()))
    };
    let by = word.by.clone();
    let order = word.order();
    let said = match word.say {
        Say::Order(order) => {
            let event = Event::Ordered { by: by.clone(), order };
            command(&ports, &application, &mut run, &event, now).await
        }
        Say::Answer(what, question) => {
            let code = code_of_question(&application, &question);
            answer(&ports, &application, &mut run, &by, (what, &code), now).await
        }
        Say::Release(code) => {
            let released = release(&ports, &mut run, &by, &code, now).await.map_err(|error| error.to_string())?;
            let mut world = ports.lock();
            let code_stands = matches!(released, Release::Released { .. });
            let fault = if code_stands { Fault::BatchReleased } else { Fault::BatchReleasedStale };
            world.counters.fault(fault);
            let application = world.processes[ports.process].application;
            world.tell(Some(application), Some(ports.process), What::Released { by, code_stands });
            return Ok(());
        }
    };
    let verdict = said.map_err(|error| error.to_string())?;
    let mut world = ports.lock();
    world.counters.verdict(&verdict);
    let application = world.processes[ports.process].application;
    world.tell(Some(application), Some(ports.process), What::Said { by, order, verdict });
    Ok(())
}

impl World {
    /// People keep the questions that they were asked.
    fn remember_question(&mut self, application: usize) {
        let item = &mut self.items[application];
        if let Some(question) = item.state.phase.question()
            && item.asked.last() != Some(question)
        {
            item.asked.push(question.clone());
        }
    }

    /// The code of the batch that waits at the storm breaker.
    fn batch_code(&self) -> Option<ApprovalCode> {
        let batch: BTreeMap<_, _> = self.breaker.0.batch();
        (!batch.is_empty()).then(|| code_of_batch(&batch))
    }

    fn applies(&mut self, application: usize, policy: Policy) {
        let item = &mut self.items[application];
        if policy == *item.policy || !policy.is_sound() {
            return;
        }
        item.hash = hash(&policy);
        item.policy = Arc::new(policy);
        let policy = item.policy.clone();
        self.tell(Some(application), None, What::PolicyApplied(policy));
    }

    /// What people do without asking the conductor.
    fn meddle(&mut self, application: usize) {
        let (now, policy) = (self.now, self.items[application].policy.clone());
        if self.strikes(Fault::PolicyChanged) {
            self.struck(Fault::PolicyChanged, Some(application), None);
            let another = self.another_replica(application, &policy);
            let next = changed(&mut self.draw, &policy, &another);
            self.applies(application, next);
        }
        self.apply_old_file(application, &policy);
        if self.strikes(Fault::PromotedByPerson) {
            self.promote_by_hand(application, &policy.database.replica);
        }
        let decided = self.items[application].state.phase.decision().is_some();
        if decided && self.strikes(Fault::ReplicaDeleted) {
            self.struck(Fault::ReplicaDeleted, Some(application), None);
            self.delete(application, &policy.database.replica, now);
        }
        if decided && self.strikes(Fault::WriterDeleted) {
            let writer = self.items[application].state.phase.decision().map(|decision| decision.writer.clone());
            self.struck(Fault::WriterDeleted, Some(application), None);
            if let Some(writer) = writer {
                self.delete(application, &writer, now);
            }
        }
    }

    /// A second replica of the writer, which is there as soon as anybody thinks of it.
    fn another_replica(&mut self, application: usize, policy: &Policy) -> DbInstanceArn {
        let names = &self.plan.applications[application].names;
        let another = names.another(99, &policy.regions.standby);
        let writer = policy.database.writer.clone();
        let standing = super::database::Database::new(Some(writer), super::plan::own_group(), i64::MIN / 2, 0);
        self.items[application].databases.entry(another.clone()).or_insert(standing);
        another
    }

    /// A pipeline applies the file of before the failover once more, when everything is home again.
    fn apply_old_file(&mut self, application: usize, policy: &Policy) {
        let state = self.items[application].state.clone();
        let named = state.writer.as_ref() == Some(&policy.database.writer);
        if named && state.phase.suspicion().is_some() && self.draw.chance(300) {
            self.struck(Fault::OldFileApplied, Some(application), None);
            self.applies(application, swapped(policy, &policy.database.replica, &policy.database.writer));
        }
    }

    fn delete(&mut self, application: usize, database: &DbInstanceArn, now: i64) {
        if let Some(database) = self.items[application].databases.get_mut(database) {
            database.change(now, |being| being.exists = false);
        }
    }

    /// Promotes a replica in the console, if that can be done.
    fn promote_by_hand(&mut self, application: usize, replica: &DbInstanceArn) {
        let now = self.now;
        let being = self.items[application].databases.get(replica).and_then(|one| one.being(now));
        if being.is_some_and(|being| being.promotable(now)) {
            self.struck(Fault::PromotedByPerson, Some(application), None);
            self.tell(Some(application), None, What::PromotedByHand);
            self.accept(application, replica, false);
        }
    }

    /// Makes a replica of the policy's writer anew, under the same name.
    fn follow_again(&mut self, application: usize) {
        let now = self.now;
        let policy = self.items[application].policy.clone();
        let database = super::database::Database::new(
            Some(policy.database.writer.clone()),
            super::plan::own_group(),
            now,
            now + 60_000,
        );
        self.items[application].databases.insert(policy.database.replica.clone(), database);
    }

    /// The policy with the roles of now, if they are others.
    fn send_home(&mut self, application: usize, writer: &DbInstanceArn, replica: &DbInstanceArn) {
        let policy = swapped(&self.items[application].policy, writer, replica);
        if self.items[application].policy.database != policy.database {
            self.counters.fault(Fault::SentHome);
            self.applies(application, policy);
        }
    }

    fn somebody(&mut self) -> Person {
        person(self.draw.below(4))
    }

    fn weighed_again(&mut self) {
        self.counters.fault(Fault::WeighedAgain);
        self.recovered(Recovery::HeldLeft);
    }
}
