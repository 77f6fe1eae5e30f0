//! What sensible people say once nothing goes wrong any more: they take pauses away, say yes when they
//! are asked and the Region is lost, and do by hand what they are told to do by hand.

use super::{Answer, Say, Word};
use crate::swarm::plan::{SECOND, own_group, stamp};
use crate::swarm::world::World;
use std::collections::BTreeSet;
use understudy_engine::{Decision, HeldReason, Order, Phase, PhaseName, Rule, State, Stuck, StuckReason, Suspicion};

pub(super) fn speak(world: &mut World, application: usize) -> Vec<Word> {
    let state = world.items[application].state.clone();
    let lost = world.plan.lost_for_good.is_some();
    let by = world.somebody();
    let order = |order: Order| vec![Word::order_of(by.clone(), order)];
    if state.paused.is_some() {
        return order(Order::Unpause);
    }
    match &state.phase {
        Phase::AwaitingApproval(phase) if lost => {
            let rule = world.items[application].policy.approval.clone();
            let approvers = rule.map_or(Vec::new(), |rule| rule.approvers);
            let missing = approvers.into_iter().filter(|person| !phase.approvals.contains_key(person));
            missing.map(|by| Word { by, say: Say::Answer(Answer::Yes, phase.question.clone()) }).collect()
        }
        Phase::Held(phase) => match phase.reason {
            HeldReason::Shadow => Vec::new(),
            HeldReason::PromotedElsewhere if lost => order(Order::adopt(phase.suspicion.incident.clone())),
            HeldReason::PromotedElsewhere => {
                world.follow_again_once(application);
                Vec::new()
            }
            HeldReason::Storm if lost => {
                let code = world.batch_code().filter(|_| world.asks(application));
                if code.is_none() {
                    world.by_hand_if_unfit(application, &state, &phase.suspicion);
                }
                code.map(|code| Word { by: super::person(0), say: Say::Release(code) }).into_iter().collect()
            }
            HeldReason::Storm => Vec::new(),
            HeldReason::Vetoed | HeldReason::Aborted | HeldReason::Flapping | HeldReason::Observer if lost => {
                order(Order::WeighAgain(phase.suspicion.incident.clone()))
            }
            HeldReason::Undecided if lost => {
                world.by_hand_if_unfit(application, &state, &phase.suspicion);
                Vec::new()
            }
            HeldReason::Undecided
            | HeldReason::Flapping
            | HeldReason::Observer
            | HeldReason::Vetoed
            | HeldReason::Aborted => Vec::new(),
        },
        Phase::Stuck(phase) => match world.unstick(application, phase) {
            true => order(Order::Acknowledge(phase.decision.incident.clone())),
            false => Vec::new(),
        },
        Phase::FailedOver(phase) if phase.acknowledged_by.is_none() => {
            order(Order::Acknowledge(phase.decision.incident.clone()))
        }
        Phase::Watching
        | Phase::Suspected(_)
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingVeto(_)
        | Phase::Fencing(_)
        | Phase::Draining(_)
        | Phase::Promoting(_)
        | Phase::Verifying(_)
        | Phase::Shifting(_)
        | Phase::FailedOver(_)
        | Phase::Rebuilding(_)
        | Phase::Rebuilt(_)
        | Phase::Aborting(_) => Vec::new(),
    }
}

impl World {
    /// Whether the application asks the storm breaker for its turn.
    fn asks(&self, application: usize) -> bool {
        let since = stamp(self.now - 150 * SECOND);
        let name = &self.items[application].policy.application;
        self.breaker.0.waiting.get(name).is_some_and(|one| one.asked_at > since)
    }

    /// A replica that was promoted by mistake is made a replica again.
    fn follow_again_once(&mut self, application: usize) {
        let (now, item) = (self.now, &self.items[application]);
        let replica = item.databases.get(&item.policy.database.replica).and_then(|one| one.being(now));
        if replica.is_none_or(|being| being.stands_alone(now)) {
            self.follow_again(application);
        }
    }

    /// Where only the candidate stands in the way, people promote it themselves: they know better than the
    /// metrics what is lost.
    fn by_hand_if_unfit(&mut self, application: usize, state: &State, suspicion: &Suspicion) {
        let unfit = suspicion.told.iter().all(|rule| *rule == Rule::Candidate) && !suspicion.told.is_empty();
        if unfit && state.phase.name() == PhaseName::Held {
            let replica = self.items[application].policy.database.replica.clone();
            self.promote_by_hand(application, &replica);
        }
    }

    /// Does by hand what a stuck failover asks for; says whether it may be acknowledged then.
    fn unstick(&mut self, application: usize, phase: &Stuck) -> bool {
        match phase.reason {
            StuckReason::PromoteOverdue
            | StuckReason::PromoteDenied
            | StuckReason::PromoteInvalid
            | StuckReason::CallsExhausted
            | StuckReason::VerifyOverdue => {
                self.promote_by_hand(application, &phase.decision.replica);
                false
            }
            StuckReason::CandidateMissing | StuckReason::CandidateTaken => true,
            // Nothing goes wrong any more: by now a call that was accepted would show.
            StuckReason::FenceLeft | StuckReason::CallUnaccounted => {
                self.give_back(application, &phase.decision);
                true
            }
        }
    }

    /// Gives an old writer its own groups.
    fn give_back(&mut self, application: usize, decision: &Decision) {
        let now = self.now;
        if let Some(database) = self.items[application].databases.get_mut(&decision.writer) {
            database.change(now, |being| being.regroup(&BTreeSet::from([own_group()]), now));
        }
    }
}
