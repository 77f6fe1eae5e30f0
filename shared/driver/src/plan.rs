//! The plan: what an order would lead to, with each call to AWS, in which Region and when. The engine itself is played
//! forward with every call answered as one hopes, so that a plan cannot say anything else than what would be done.

mod calls;
mod hope;

use crate::ledger::Record;
use hope::Hope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use understudy_engine::{
    DbInstanceArn, Decision, Event, IncidentId, Order, Person, Phase, PhaseName, Policy, Region, RunId, Seconds, State,
    Votes, step,
};

/// How far a plan is thought ahead.
const STEPS_MAX: usize = 2000;

/// How long a call is taken to last.
const CALL: Seconds = Seconds(1);

/// What would happen, if every call were answered as one hopes and the evidence stayed as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub steps: Vec<PlannedStep>,
    /// The phase that it ends in: nothing more happens there by itself, or somebody is asked.
    pub ends: PhaseName,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Seconds from the order, as the policy's windows have it. What AWS needs is not in it.
    pub after_seconds: i64,
    #[serde(flatten)]
    pub what: PlannedWhat,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum PlannedWhat {
    Phase { to: PhaseName },
    Call(PlannedCall),
}

/// One call to AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedCall {
    pub service: String,
    pub operation: String,
    pub region: Region,
    pub resource: String,
    /// What is asked for; empty for a reading.
    pub detail: String,
    pub changes: bool,
}

/// Plays a record forward from an event, which is not entered anywhere.
#[must_use]
pub fn plan(record: &Record, event: &Event, now: Timestamp) -> Plan {
    let mut ahead = Ahead::new(record, now);
    ahead.give(event);
    ahead.plan()
}

/// The whole way home: a new replica of the present writer, and then the switchover to it.
#[must_use]
pub fn plan_home(record: &Record, by: &Person, incident: &IncidentId, replica: &DbInstanceArn, now: Timestamp) -> Plan {
    let order = |order| Event::Ordered { by: by.clone(), order };
    let mut ahead = Ahead::new(record, now);
    ahead.give(&order(Order::Rebuild { incident: incident.clone(), replica: replica.clone() }));
    ahead.give(&order(Order::SwitchOver(incident.clone())));
    ahead.plan()
}

struct Ahead<'a> {
    state: State,
    policy: &'a Policy,
    votes: Votes,
    hope: Hope,
    begun_at: Timestamp,
    now: Timestamp,
    steps: Vec<PlannedStep>,
}

impl<'a> Ahead<'a> {
    fn new(record: &'a Record, now: Timestamp) -> Self {
        Self {
            state: record.state.clone(),
            policy: &record.policy,
            votes: record.votes.clone(),
            hope: Hope::of(&record.state, &record.policy),
            begun_at: now,
            now,
            steps: Vec::new(),
        }
    }

    fn plan(self) -> Plan {
        Plan { ends: self.state.phase.name(), steps: self.steps }
    }

    /// Takes an order, and all that follows on it.
    fn give(&mut self, event: &Event) {
        self.take(event);
        self.hope = Hope::of(&self.state, self.policy);
        self.play();
    }

    fn play(&mut self) {
        // The run that plans is the one that calls.
        let run = RunId::from(0);
        for _ in 0..STEPS_MAX {
            if self.take(&Event::Tick { run: run.clone() }) {
                continue;
            }
            if self.rests() {
                return;
            }
            if let Some(effect) = self.state.outstanding(self.policy, &run, self.now) {
                for call in calls::of(&effect, self.policy) {
                    self.note(PlannedWhat::Call(call));
                }
                self.now = CALL.after(self.now);
                let event = self.hope.answer(effect, (&self.state, self.policy), self.now);
                self.take(&event);
                continue;
            }
            let Some(due) = self.state.next_due(self.policy, self.now) else { return };
            self.now = due.max(CALL.after(self.now));
        }
    }

    /// Whether the event changed something.
    fn take(&mut self, event: &Event) -> bool {
        for vote in self.votes.values_mut() {
            vote.observed_at = vote.observed_at.max(self.now);
        }
        let before = self.state.phase.name();
        let stepped = step(&self.state, self.policy, &self.votes, event, self.now);
        let changed = stepped.next.revision != self.state.revision;
        self.state = stepped.next;
        // Telling is not planned: it waits for nobody, and nobody waits for it.
        self.state.journal.outbox.clear();
        let after = self.state.phase.name();
        if after != before {
            self.note(PlannedWhat::Phase { to: after });
        }
        changed
    }

    /// A reading that is repeated is noted once; whatever changes something, each time.
    fn note(&mut self, what: PlannedWhat) {
        let is_repeated = match &what {
            PlannedWhat::Call(call) if !call.changes => self.steps.iter().any(|step| step.what == what),
            PlannedWhat::Call(_) | PlannedWhat::Phase { .. } => false,
        };
        if !is_repeated {
            let after_seconds = self.now.duration_since(self.begun_at).as_secs();
            self.steps.push(PlannedStep { after_seconds, what });
        }
    }

    /// Whether nothing more is done by itself, but for looking on.
    fn rests(&self) -> bool {
        match &self.state.phase {
            Phase::Watching
            | Phase::AwaitingApproval(_)
            | Phase::AwaitingVeto(_)
            | Phase::Held(_)
            | Phase::Stuck(_) => true,
            Phase::FailedOver(phase) => self.is_through(&phase.decision),
            Phase::Rebuilt(phase) => self.is_through(&phase.after.decision),
            Phase::Suspected(_)
            | Phase::Fencing(_)
            | Phase::Draining(_)
            | Phase::Promoting(_)
            | Phase::Verifying(_)
            | Phase::Shifting(_)
            | Phase::Rebuilding(_)
            | Phase::Aborting(_) => false,
        }
    }

    /// Whether the old writer is cut off, as far as it can be, and every lever has followed.
    fn is_through(&self, decision: &Decision) -> bool {
        let can_fence = self.policy.fence_group(&decision.writer.region()).is_some();
        let is_cut_off = decision.fence.proven_at().is_some() || !can_fence || self.state.paused.is_some();
        is_cut_off && self.state.levers.values().all(|pull| pull.moved_at().is_some())
    }
}
