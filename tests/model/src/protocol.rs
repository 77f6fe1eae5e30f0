//! The protocol: what may happen next, and what comes of it.

use crate::act::{Act, Fate, Said};
use crate::bounds::{Bounds, RUNS, Tick, at, run};
use crate::bug::Bug;
use crate::cloud::{Flight, Replica, Seen};
use crate::conductor::{Answer, Conductor, Duty, Evidence, Offer, Report};
use crate::memo::{Asked, Cause, Memo};
use crate::record::{Record, STORED};
use crate::rules;
use crate::world::{Word, World};
use stateright::{Model, Property};
use understudy_engine::{Event, Person, Policy, RunId, State, step};

/// The model: how far it goes, and the bug that it has, if any.
#[derive(Debug)]
pub struct Protocol {
    pub(crate) bounds: Bounds,
    pub(crate) bug: Option<Bug>,
    pub(crate) policy: Policy,
    runs: [RunId; 2],
    anybody: Person,
    steps: Memo,
    aged: Memo,
}

impl Protocol {
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        let anybody = "ann".parse().expect("a person");
        Self {
            bounds,
            bug: None,
            policy: bounds.policy(),
            runs: RUNS.map(run),
            anybody,
            steps: Memo::new(),
            aged: Memo::new(),
        }
    }

    #[must_use]
    pub fn with(self, bug: Bug) -> Self {
        Self { bug: Some(bug), ..self }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    fn reduced(&self, world: World) -> World {
        if self.bounds.reduced { self.canonical(world) } else { world }
    }

    /// The world that stands for this one and for all that cannot be told from it.
    #[must_use]
    pub fn canonical(&self, world: World) -> World {
        world.canonical(&self.aged)
    }

    fn acts_of(&self, world: &World, conductor: usize, acts: &mut Vec<Act>) {
        let idle = match &world.conductors[conductor] {
            Conductor::Ready => {
                acts.push(Act::Loads { conductor });
                world.record.caller() != Some(&self.runs[conductor])
            }
            Conductor::Offers { .. } => {
                acts.push(Act::Commits { conductor });
                false
            }
            Conductor::Reports(_) => {
                acts.push(Act::Loads { conductor });
                false
            }
            Conductor::Performs(duty) => {
                self.performances(world.now, *duty, conductor, acts);
                false
            }
        };
        if !idle {
            acts.push(Act::Crashes { conductor });
        }
    }

    fn performances(&self, now: Tick, duty: Duty, conductor: usize, acts: &mut Vec<Act>) {
        match duty {
            Duty::Admit { .. } => acts.push(Act::IsAdmitted { conductor }),
            Duty::Look => {
                acts.push(Act::Looks { conductor, blind: false });
                if self.bounds.blind {
                    acts.push(Act::Looks { conductor, blind: true });
                }
            }
            Duty::ReadBack { .. } => {
                acts.push(Act::ReadsBack { conductor, blind: false });
                if self.bounds.blind {
                    acts.push(Act::ReadsBack { conductor, blind: true });
                }
            }
            Duty::Promote { not_after, .. } => {
                if now < not_after || self.has(Bug::IgnoresNotAfter) {
                    acts.push(Act::Calls { conductor, fate: Fate::Accepted });
                    acts.push(Act::Calls { conductor, fate: Fate::Unknown });
                }
                acts.push(Act::Calls { conductor, fate: Fate::NotArrived });
                acts.push(Act::Calls { conductor, fate: Fate::Denied });
            }
        }
    }

    /// Loads the record and steps, with what is reported or a tick.
    fn load(&self, world: &mut World, conductor: usize) {
        let report = match &world.conductors[conductor] {
            Conductor::Reports(report) => Some(*report),
            Conductor::Ready | Conductor::Offers { .. } | Conductor::Performs(_) => None,
        };
        let stepped_at = report.map_or(world.now, |report| report.at().unwrap_or(0));
        let cause = report.map_or(Cause::Tick { conductor }, Cause::Report);
        let next = self.stepped(world, cause, stepped_at);
        if next.is_as(&world.record) {
            self.go_on(world, conductor, report.is_none(), stepped_at);
            return;
        }
        if self.has(Bug::CallsBeforeTheCommit)
            && report.is_none()
            && let Some(duty @ Duty::Promote { .. }) = self.duty(&next, conductor, stepped_at)
        {
            world.conductors[conductor] = Conductor::Performs(duty);
            return;
        }
        let intends = next.caller().is_some() && next.caller() != world.record.caller();
        let evidence = if intends { world.evidence(stepped_at) } else { Evidence::NEUTRAL };
        if self.bounds.reduced && report.is_some_and(Report::is_one_move) && !self.has(Bug::NoCompareAndSwap) {
            self.store(world, next, evidence);
            self.go_on(world, conductor, false, stepped_at);
            return;
        }
        let offer = Offer { fresh: true, next: Some(next), evidence };
        world.conductors[conductor] = Conductor::Offers { report, stepped_at, offer };
    }

    fn stepped(&self, world: &World, cause: Cause, now: Tick) -> Record {
        let asked = Asked { record: world.record.digest(), votes: world.votes, cause, now };
        self.steps.get(&asked, || Record::new(self.step(world, &self.event(world, cause), now)))
    }

    /// The real step, and what a bug makes of it.
    fn step(&self, world: &World, event: &Event, now: Tick) -> State {
        let state = world.record.state();
        let votes = world.ballots(&self.policy, self.has(Bug::DatesVotesAnew).then_some(now));
        let next = step(state, &self.policy, &votes, event, at(now)).next;
        match self.bug {
            Some(bug) => bug.spoil(next, &self.policy, &votes, event, at(now)),
            None => next,
        }
    }

    fn event(&self, world: &World, cause: Cause) -> Event {
        let incident = world.record.incident();
        match cause {
            Cause::Tick { conductor } => Event::Tick { run: self.runs[conductor].clone() },
            Cause::Report(report) => report.event(&self.policy, &incident),
            Cause::Said(said) => Event::Ordered { by: self.anybody.clone(), order: said.order(incident) },
        }
    }

    /// What is to be done once a tick is durable; after a report the next tick tells.
    fn go_on(&self, world: &mut World, conductor: usize, ticked: bool, stepped_at: Tick) {
        let duty = ticked.then(|| self.duty(&world.record, conductor, stepped_at)).flatten();
        world.conductors[conductor] = duty.map_or(Conductor::Ready, Conductor::Performs);
    }

    fn duty(&self, record: &Record, conductor: usize, now: Tick) -> Option<Duty> {
        let effect = record.state().outstanding(&self.policy, &self.runs[conductor], at(now))?;
        Duty::of(&effect)
    }

    /// Offers what was stepped to. The ledger takes it if the record is still the one that was loaded.
    fn commit(&self, world: &mut World, conductor: usize) {
        let Conductor::Offers { report, stepped_at, offer } = world.conductors[conductor].clone() else { return };
        let taken = offer.next.filter(|_| offer.fresh || self.has(Bug::NoCompareAndSwap));
        let Some(next) = taken else {
            world.conductors[conductor] = report.map_or(Conductor::Ready, Conductor::Reports);
            return;
        };
        self.store(world, next, offer.evidence);
        self.go_on(world, conductor, report.is_none(), stepped_at);
    }

    /// Makes a record durable, by whoever's hand.
    fn store(&self, world: &mut World, next: Record, evidence: Evidence) {
        world.facts.commit(&world.record, &next, evidence);
        let opened = world.record.state().phase.incident().is_none() && next.state().phase.incident().is_some();
        world.record = next.numbered(STORED.0);
        for conductor in &mut world.conductors {
            conductor.outrun(self.has(Bug::NoCompareAndSwap));
            if opened {
                conductor.date();
            }
        }
    }

    fn look(&self, world: &mut World, conductor: usize, blind: bool) {
        let now = world.now;
        let seen = if blind { Seen::Nothing } else { Seen::As(world.replica) };
        if !blind {
            for voter in 0..world.sources.len() {
                let word = Word { down: world.sources[voter].down, at: now };
                world.cast(voter, word, &self.policy);
            }
        }
        world.conductors[conductor] = Conductor::Reports(Report::Looked { at: now, seen });
    }

    fn call(&self, world: &mut World, conductor: usize, fate: Fate) {
        let Conductor::Performs(Duty::Promote { epoch, attempt, .. }) = world.conductors[conductor] else { return };
        let at = world.now;
        let answer = match fate {
            Fate::Accepted => {
                world.facts.call(epoch, attempt);
                world.arrive(epoch);
                Answer::Accepted
            }
            Fate::Unknown => {
                world.facts.call(epoch, attempt);
                world.flights.push(Flight { epoch, until: at + self.bounds.settle });
                Answer::Ambiguous
            }
            Fate::NotArrived => Answer::NotArrived,
            Fate::Denied => Answer::Denied,
        };
        if answer == Answer::Ambiguous && self.has(Bug::CallsAgainUnread) {
            return;
        }
        world.conductors[conductor] = Conductor::Reports(Report::Answered { at, epoch, attempt, answer });
    }

    fn read_back(&self, world: &mut World, conductor: usize, blind: bool) {
        let Conductor::Performs(Duty::ReadBack { epoch }) = world.conductors[conductor] else { return };
        let seen = if blind { Seen::Nothing } else { Seen::As(world.replica) };
        world.conductors[conductor] = Conductor::Reports(Report::ReadBack { at: world.now, epoch, seen });
    }

    fn order(&self, world: &mut World, said: Said) {
        let next = self.stepped(world, Cause::Said(said), world.now);
        if !next.is_as(&world.record) {
            world.orders -= 1;
            self.store(world, next, world.evidence(world.now));
        }
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        let worlds = self.bounds.sources.iter().map(|down| World::new(&self.bounds, &self.policy, *down));
        worlds.map(|world| self.reduced(world)).collect()
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        if world.now < self.bounds.horizon {
            acts.push(Act::TickPasses);
        }
        for voter in 0..world.sources.len() {
            acts.push(Act::VoteArrives { voter });
            if world.turns > 0 {
                acts.push(Act::SourceTurns { voter });
            }
        }
        for conductor in 0..world.conductors.len() {
            self.acts_of(world, conductor, acts);
        }
        acts.extend((0..world.flights.len()).map(|flight| Act::CallArrives { flight }));
        match world.replica {
            Replica::Following if world.meddling => acts.push(Act::SomebodyPromotes),
            Replica::Following | Replica::Writable => {}
            Replica::Underway => acts.push(Act::ReplicaStandsAlone),
            Replica::Alone => acts.push(Act::ReplicaTakesWrites),
        }
        if world.orders > 0 {
            acts.extend(self.bounds.words.iter().copied().map(Act::Ordered));
        }
    }

    fn next_state(&self, last: &World, act: Act) -> Option<World> {
        let mut world = last.clone();
        match act {
            Act::TickPasses => world.pass(),
            Act::SourceTurns { voter } => {
                world.turns -= 1;
                world.sources[voter] = Word { down: !world.sources[voter].down, at: world.now };
            }
            Act::VoteArrives { voter } => world.cast(voter, world.sources[voter], &self.policy),
            Act::Loads { conductor } => self.load(&mut world, conductor),
            Act::Commits { conductor } => self.commit(&mut world, conductor),
            Act::Looks { conductor, blind } => self.look(&mut world, conductor, blind),
            Act::IsAdmitted { conductor } => {
                let Conductor::Performs(Duty::Admit { former }) = world.conductors[conductor] else { return None };
                world.conductors[conductor] = Conductor::Reports(Report::Admitted { former });
            }
            Act::Calls { conductor, fate } => self.call(&mut world, conductor, fate),
            Act::ReadsBack { conductor, blind } => self.read_back(&mut world, conductor, blind),
            Act::Crashes { conductor } => world.end_run(conductor),
            Act::CallArrives { flight } => {
                let flight = world.flights.remove(flight);
                world.arrive(flight.epoch);
            }
            Act::ReplicaStandsAlone => world.replica = Replica::Alone,
            Act::ReplicaTakesWrites => world.replica = Replica::Writable,
            Act::SomebodyPromotes => {
                world.meddling = false;
                world.replica = Replica::Writable;
            }
            Act::Ordered(said) => self.order(&mut world, said),
        }
        let world = self.reduced(world);
        (world != *last).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        rules::properties(&self.bounds)
    }
}
