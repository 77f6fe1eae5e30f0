//! The two ports, as one process has them. Every call has two legs, there and back; on each of them the
//! process may be killed, which its future never hears of, or frozen, which it takes for a slow reply.

mod cloud;
mod ledger;
mod levers;

use super::fault::Fault;
use super::plan::{DAY, Ms, SECOND, stamp};
use super::trace::{How, Kind, ProcessId, What};
use super::world::World;
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// The longest that reading something takes; whoever was frozen is frozen for longer.
const READING_MAX: SignedDuration = SignedDuration::from_secs(15);
const FROZEN_MIN: Ms = 20 * SECOND;

/// How long an adapter waits for one that does not answer.
const PATIENCE: Ms = 5 * SECOND;

#[derive(Clone)]
pub(super) struct Ports {
    world: Arc<Mutex<World>>,
    pub(super) process: ProcessId,
}

/// A stretch of time in a process; without an end it is the last that is heard of it.
pub(super) struct Pause<'a> {
    ports: &'a Ports,
    millis: Option<Ms>,
    until: Option<Ms>,
}

/// On which side of a call a process is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leg {
    There,
    Back,
}

impl Ports {
    pub(super) fn new(world: &Arc<Mutex<World>>, process: ProcessId) -> Self {
        Self { world: world.clone(), process }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pause(&self, millis: Option<Ms>) -> Pause<'_> {
        Pause { ports: self, millis, until: None }
    }

    /// One leg of a call that takes so long where nothing is the matter.
    fn leg(&self, leg: Leg, millis: Ms) -> Pause<'_> {
        let mut world = self.lock();
        let kind = world.processes[self.process].kind;
        let kill = match (kind, leg) {
            (Kind::Conductor, Leg::There) => Fault::ConductorKilledBefore,
            (Kind::Conductor, Leg::Back) => Fault::ConductorKilledAfter,
            (Kind::Notify, Leg::There) => Fault::NotifyKilledBefore,
            (Kind::Notify, Leg::Back) => Fault::NotifyKilledAfter,
            (Kind::Intake, Leg::There) => Fault::IntakeKilledBefore,
            (Kind::Intake, Leg::Back) => Fault::IntakeKilledAfter,
            (Kind::Person, Leg::There | Leg::Back) => Fault::OrderKilled,
        };
        if world.strike(kill, self.process) {
            world.processes[self.process].killed_by = Some(kill);
            return self.pause(None);
        }
        let frozen = kind != Kind::Person && world.strike(Fault::Frozen, self.process);
        let millis = if frozen {
            world.processes[self.process].frozen = true;
            world.draw.long_tailed(FROZEN_MIN, DAY)
        } else {
            world.draw.span(millis, millis * 3)
        };
        drop(world);
        self.pause(Some(millis))
    }

    /// Reads the process's clock, as a conductor does after each load.
    pub(super) fn clock(&self) -> Timestamp {
        let mut world = self.lock();
        let clock = world.clock(self.process);
        let process = &mut world.processes[self.process];
        process.clock = clock;
        if !process.read_since_load {
            process.weighed_at = clock;
        }
        process.read_since_load = true;
        clock
    }

    /// Notes what was seen, and gives the time. A conductor that was frozen over it dates it by when it
    /// asked, and so does the trace.
    fn seen(&self, how: How) -> Timestamp {
        let mut world = self.lock();
        let clock = world.clock(self.process);
        let process = &mut world.processes[self.process];
        if clock.duration_since(process.clock) <= READING_MAX {
            process.clock = clock;
        }
        process.how = how;
        clock
    }

    /// Notes what was done and when, and gives the time.
    fn performed(&self, how: How) -> Timestamp {
        let mut world = self.lock();
        let clock = world.clock(self.process);
        let process = &mut world.processes[self.process];
        process.clock = clock;
        process.how = how;
        clock
    }

    /// Between two turns: the last one came to rest.
    pub(super) fn sleep(&self, time: Duration) -> Pause<'_> {
        self.rest();
        self.pause(Some(Ms::try_from(time.as_millis()).unwrap_or(DAY)))
    }

    /// Says that nothing more is due.
    pub(super) fn rest(&self) {
        let mut world = self.lock();
        let process = &world.processes[self.process];
        let (clock, application) = (process.clock, process.application);
        if let Some((state, policy, _)) = process.loaded.clone() {
            world.tell(Some(application), Some(self.process), What::Rest { clock, state, policy });
        }
    }
}

impl Future for Pause<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        let mut world = self.ports.lock();
        let now = world.now;
        let until = self.until.or_else(|| self.millis.map(|millis| now.saturating_add(millis)));
        if self.until.is_some_and(|until| now >= until) {
            return Poll::Ready(());
        }
        world.wake = until;
        drop(world);
        self.until = until;
        Poll::Pending
    }
}

/// Whether a time by a process's clock has come.
fn has_come(world: &World, process: ProcessId, at: Timestamp) -> bool {
    stamp(world.now + world.processes[process].offset) >= at
}
