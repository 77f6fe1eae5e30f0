//! The world of one seed: everything that is outside the engine and the driver, and what time it is.

mod reach;

pub(super) use reach::Reach;

use super::database::Database;
use super::draw::Draw;
use super::fault::{Fault, Recovery};
use super::plan::{Ms, Plan, own_group, stamp};
use super::summary::Counters;
use super::trace::{Ended, Fact, How, Kind, ProcessId, What};
use crate::levers::SimLevers;
use jiff::Timestamp;
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use understudy_driver::{IncidentItem, PolicyHash};
use understudy_engine::{Breaker, DbInstanceArn, Order, Person, Policy, RunId, State, Votes};

pub(super) struct World {
    pub(super) plan: Arc<Plan>,
    pub(super) draw: Draw,
    pub(super) now: Ms,
    pub(super) healed: bool,
    /// Nobody schedules anything any more.
    pub(super) asleep: bool,
    due: BinaryHeap<Reverse<Due>>,
    serial: u64,
    /// When the process that is being polled wants to be polled again.
    pub(super) wake: Option<Ms>,
    pub(super) items: Vec<Item>,
    pub(super) breaker: (Arc<Breaker>, Option<String>),
    pub(super) incidents: BTreeMap<(usize, String), (IncidentItem, Timestamp)>,
    pub(super) processes: Vec<Process>,
    pub(super) facts: Vec<Fact>,
    pub(super) counters: Counters,
    /// The lasting faults that anybody ran into, a bit each.
    met: Cell<u128>,
}

/// One application's record, and what belongs to it in the world.
pub(super) struct Item {
    pub(super) policy: Arc<Policy>,
    pub(super) hash: PolicyHash,
    pub(super) state: Arc<State>,
    pub(super) votes: Arc<Votes>,
    pub(super) nonce: Option<String>,
    pub(super) databases: BTreeMap<DbInstanceArn, Database>,
    pub(super) levers: SimLevers,
    /// Where each voter's alarm has come to in its timeline.
    pub(super) alarms: Vec<usize>,
    /// Whether the stream owes the conductor, and the notifier, a wake.
    pub(super) owed: [Owed; 2],
    /// How many replicas were named so far.
    pub(super) replicas: usize,
    /// What people were asked before.
    pub(super) asked: Vec<understudy_engine::Question>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owed {
    Nothing,
    Scheduled,
    Running,
    RunningAndMore,
}

/// Something that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Ms,
    serial: u64,
    what: Wake,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wake {
    Process(ProcessId),
    Tick(usize),
    Stream(usize),
    Notice(usize),
    Alarm { application: usize, voter: usize },
    Event(Delivery),
    People(usize),
    Heal,
}

/// One delivery of one alarm's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Delivery {
    pub(super) application: usize,
    pub(super) voter: usize,
    pub(super) change: usize,
    pub(super) corrupt: bool,
    pub(super) tries: u32,
    pub(super) sent_at: Ms,
}

/// What is known of a process, apart from its future.
pub(super) struct Process {
    pub(super) kind: Kind,
    pub(super) application: usize,
    pub(super) place: usize,
    pub(super) offset: Ms,
    pub(super) run: RunId,
    pub(super) began: Ms,
    /// Whether it was frozen; whoever was is not timed out.
    pub(super) frozen: bool,
    /// Its clock as last read, or the time of what it last did.
    pub(super) clock: Timestamp,
    /// Its clock as first read after the last load.
    pub(super) weighed_at: Timestamp,
    /// Whether that was after the last load: then it steps by a tick, and else by what it did.
    pub(super) read_since_load: bool,
    pub(super) how: How,
    pub(super) order: Option<Order>,
    pub(super) by: Option<Person>,
    pub(super) loaded: Option<(Arc<State>, Arc<Policy>, Arc<Votes>)>,
    /// The event that an intake was woken with: the value, and whether it is suppressed.
    pub(super) event: Option<(String, bool)>,
    /// How it is delivered again if it fails.
    pub(super) again: Option<Wake>,
    pub(super) killed_by: Option<Fault>,
}

impl World {
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        let items = (0..plan.applications.len()).map(|index| item(&plan, index)).collect();
        let draw = Draw::new(plan.seed ^ 0xa076_1d64_78bd_642f);
        Self {
            draw,
            now: 0,
            healed: false,
            asleep: false,
            due: BinaryHeap::new(),
            serial: 0,
            wake: None,
            items,
            breaker: (Arc::new(Breaker::default()), None),
            incidents: BTreeMap::new(),
            processes: Vec::new(),
            facts: Vec::with_capacity(512),
            counters: Counters::default(),
            met: Cell::new(0),
            plan,
        }
    }

    pub(super) fn schedule(&mut self, at: Ms, what: Wake) {
        self.serial += 1;
        self.due.push(Reverse(Due { at: at.max(self.now), serial: self.serial, what }));
    }

    /// The next thing that is due, at which time it is then.
    pub(super) fn next(&mut self) -> Option<Wake> {
        let Reverse(due) = self.due.pop()?;
        self.now = due.at;
        Some(due.what)
    }

    /// Whether anything but the schedules is still to come.
    pub(super) fn has_latecomers(&self) -> bool {
        self.due.iter().any(|Reverse(due)| match due.what {
            Wake::Process(_) | Wake::Event(_) => true,
            Wake::Tick(_) | Wake::Stream(_) | Wake::Notice(_) | Wake::Alarm { .. } | Wake::People(_) | Wake::Heal => {
                false
            }
        })
    }

    pub(super) fn tell(&mut self, application: Option<usize>, process: Option<ProcessId>, what: What) {
        let at = self.now;
        self.facts.push(Fact { at, application, process, what });
    }

    /// Whether a fault strikes now.
    pub(super) fn strikes(&mut self, fault: Fault) -> bool {
        let rate = self.plan.rate(fault);
        !self.healed && rate > 0 && self.draw.chance(rate)
    }

    pub(super) fn struck(&mut self, fault: Fault, application: Option<usize>, process: Option<ProcessId>) {
        self.counters.fault(fault);
        self.tell(application, process, What::Struck(fault));
    }

    /// Strikes, and says so.
    pub(super) fn strike(&mut self, fault: Fault, process: ProcessId) -> bool {
        let strikes = self.strikes(fault);
        if strikes {
            let application = self.processes[process].application;
            self.struck(fault, Some(application), Some(process));
        }
        strikes
    }

    pub(super) fn recovered(&mut self, recovery: Recovery) {
        self.counters.recovery(recovery);
    }

    /// A process's own clock.
    pub(super) fn clock(&self, process: ProcessId) -> Timestamp {
        stamp(self.now + self.processes[process].offset)
    }

    pub(super) fn begin(&mut self, kind: Kind, application: usize, place: usize) -> ProcessId {
        let id = self.processes.len();
        let offset = self.offset(kind);
        let run = RunId::from(id as u128);
        let clock = stamp(self.now + offset);
        self.processes.push(Process {
            kind,
            application,
            place,
            offset,
            run: run.clone(),
            began: self.now,
            frozen: false,
            clock,
            weighed_at: clock,
            read_since_load: false,
            how: How::Tick,
            order: None,
            by: None,
            loaded: None,
            event: None,
            again: None,
            killed_by: None,
        });
        self.tell(Some(application), Some(id), What::Began { kind, place, offset, run });
        id
    }

    /// How far off a new process's clock is: a second or so, and minutes where that is the fault.
    fn offset(&mut self, kind: Kind) -> Ms {
        if self.strikes(Fault::ClockSkewed) {
            self.counters.fault(Fault::ClockSkewed);
            return self.draw.span(-300_000, 300_000);
        }
        match kind {
            Kind::Conductor | Kind::Notify | Kind::Intake => self.draw.span(-500, 500),
            Kind::Person => 0,
        }
    }

    pub(super) fn end(&mut self, process: ProcessId, how: Ended) {
        let one = &mut self.processes[process];
        // What a process knew goes with it.
        one.loaded = None;
        let application = one.application;
        self.tell(Some(application), Some(process), What::Ended(how));
    }
}

fn item(plan: &Plan, index: usize) -> Item {
    let application = &plan.applications[index];
    let names = &application.names;
    let writer = Database::new(None, own_group(), Ms::MIN / 2, 0);
    let replica = Database::new(Some(names.writer.clone()), own_group(), Ms::MIN / 2, 0);
    let mut levers = SimLevers::default();
    levers.add(&application.policy);
    levers.rules.extend(application.safety_rule.clone());
    Item {
        levers,
        policy: application.policy.clone(),
        hash: application.hash.clone(),
        state: Arc::new(State::new(names.application.clone())),
        votes: Arc::default(),
        nonce: None,
        databases: BTreeMap::from([(names.writer.clone(), writer), (names.replica.clone(), replica)]),
        alarms: vec![0; application.alarms.len()],
        owed: [Owed::Nothing; 2],
        replicas: 2,
        asked: Vec::new(),
    }
}
