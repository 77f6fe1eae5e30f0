//! The stage: who is woken when, and what becomes of it. One loop drives every future of a world, in
//! the order of virtual time, so that a seed is one story.

mod intake;
mod settle;

use super::fault::{Fault, Recovery};
use super::people;
use super::plan::{Ms, Plan, SECOND, STANDBY, WITNESS};
use super::ports::Ports;
use super::summary::Idle;
use super::trace::{Ended, Fact, Kind, ProcessId, What};
use super::world::{Owed, Wake, World};
use serde_json::json;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use understudy_driver::{ConductError, Run, attend, deliver, turn};
use understudy_engine::{Application, Call, Phase, RunId, Seconds, StepVerdict};
use understudy_events::{Wake as Woken, wake};

type Task = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// How long a function may take, by the platform's clock.
const LAMBDA_MAX: Ms = 120 * SECOND;
const LAMBDA_MAX_SHORT: Ms = 25 * SECOND;

/// A world, and the futures of its processes.
pub(super) struct Stage {
    world: Arc<Mutex<World>>,
    tasks: Vec<Option<Task>>,
    plan: Arc<Plan>,
}

impl Stage {
    pub(super) fn new(plan: Plan) -> Self {
        let plan = Arc::new(plan);
        let mut world = World::new(plan.clone());
        world.schedule(plan.heals_at, Wake::Heal);
        for (application, one) in plan.applications.iter().enumerate() {
            world.schedule(SECOND * application as Ms, Wake::Tick(application));
            world.schedule(20 * SECOND, Wake::People(application));
            for voter in 0..one.alarms.len() {
                world.schedule(0, Wake::Alarm { application, voter });
            }
        }
        Self { world: Arc::new(Mutex::new(world)), tasks: Vec::new(), plan }
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plays the world to its end.
    pub(super) fn play(mut self) -> (Vec<Fact>, super::summary::Counters) {
        loop {
            let Some(next) = self.lock().next() else { break };
            self.happens(next);
            if matches!(next, Wake::People(_)) && self.has_settled() {
                break;
            }
        }
        self.latecomers();
        let mut world = self.lock();
        let now = world.now;
        for weather in self.plan.weather.iter().filter(|weather| weather.from < now) {
            if world.has_met(weather.fault) {
                world.counters.fault(weather.fault);
            }
        }
        for application in 0..world.items.len() {
            let databases = std::mem::take(&mut world.items[application].databases);
            world.tell(Some(application), None, What::Databases(databases));
        }
        let facts = std::mem::take(&mut world.facts);
        let mut counters = std::mem::take(&mut world.counters);
        counters.facts += facts.len() as u64;
        (facts, counters)
    }

    fn happens(&mut self, wake: Wake) {
        match wake {
            Wake::Process(process) => self.poll(process),
            Wake::Tick(application) => self.tick(application),
            Wake::Stream(application) => self.stream(application),
            Wake::Notice(application) => self.notice(application),
            Wake::Alarm { application, voter } => self.alarm(application, voter),
            Wake::Event(delivery) => self.event(delivery),
            Wake::People(application) => self.people(application),
            Wake::Heal => self.heal(),
        }
    }

    fn heal(&self) {
        let mut world = self.lock();
        world.healed = true;
        world.tell(None, None, What::Healed);
    }

    fn start(&mut self, process: ProcessId, task: Task) {
        if self.tasks.len() <= process {
            self.tasks.resize_with(process + 1, || None);
        }
        self.tasks[process] = Some(task);
        self.poll(process);
    }

    fn poll(&mut self, process: ProcessId) {
        let Some(Some(task)) = self.tasks.get_mut(process) else { return };
        if self.world.lock().unwrap_or_else(PoisonError::into_inner).has_timed_out(process) {
            self.over(process, Ended::Killed(Fault::TimedOut));
            return;
        }
        let polled = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        match polled {
            Poll::Ready(Ok(())) => self.over(process, Ended::Returned),
            Poll::Ready(Err(error)) => self.over(process, Ended::Failed(error)),
            Poll::Pending => {
                let mut world = self.lock();
                match world.wake.take() {
                    Some(at) => world.schedule(at, Wake::Process(process)),
                    None => {
                        let fault = world.processes[process].killed_by.unwrap_or(Fault::TimedOut);
                        drop(world);
                        self.over(process, Ended::Killed(fault));
                    }
                }
            }
        }
    }

    fn over(&mut self, process: ProcessId, how: Ended) {
        self.tasks[process] = None;
        let mut world = self.lock();
        if how == Ended::Killed(Fault::TimedOut) {
            world.counters.fault(Fault::TimedOut);
        }
        let one = &world.processes[process];
        let (application, kind) = (one.application, one.kind);
        let returned = how == Ended::Returned;
        world.end(process, how);
        if returned {
            world.processes[process].again = None;
        }
        let (reader, wake) = match kind {
            Kind::Conductor => (0, Wake::Stream(application)),
            Kind::Notify => (1, Wake::Notice(application)),
            Kind::Intake => return world.deliver_again(process),
            Kind::Person => return,
        };
        let owed = world.items[application].owed[reader];
        world.items[application].owed[reader] = match owed {
            Owed::RunningAndMore => {
                let at = world.now + SECOND;
                world.schedule(at, wake);
                Owed::Scheduled
            }
            Owed::Running => Owed::Nothing,
            Owed::Nothing | Owed::Scheduled => owed,
        };
    }

    /// The schedule: a conductor that stays awake until the next tick, and a notifier.
    fn tick(&mut self, application: usize) {
        let tick = self.plan.tick;
        if self.lock().asleep {
            return;
        }
        let at = self.lock().now + tick;
        self.lock().schedule(at, Wake::Tick(application));
        if self.lock().strike_weather(Fault::FunctionThrottled, application) {
            return;
        }
        // The notifier has a schedule of its own, which mostly finds nothing.
        let quiet = self.lock().items[application].state.journal.outbox.is_empty();
        if !quiet || self.lock().draw.chance(100) {
            self.notify(application);
        }
        let stays = Seconds(u32::try_from((tick - 5 * SECOND).max(0) / SECOND).unwrap_or(20));
        self.conduct(application, STANDBY, Some(stays));
        let twins = self.lock().strikes(Fault::Twins);
        if twins {
            self.lock().struck(Fault::Twins, Some(application), None);
            self.conduct(application, WITNESS, Some(stays));
        }
    }

    fn stream(&mut self, application: usize) {
        self.lock().items[application].owed[0] = Owed::Running;
        self.conduct(application, STANDBY, None);
    }

    fn notice(&mut self, application: usize) {
        self.lock().items[application].owed[1] = Owed::Running;
        self.notify(application);
    }

    fn conduct(&mut self, application: usize, place: usize, stays: Option<Seconds>) {
        if self.lock().is_lost(place) {
            return;
        }
        let ports = self.process(Kind::Conductor, application, place);
        let process = ports.process;
        let name = self.name(application, stays.is_none());
        let task = async move {
            let Some(name) = name else { return Err("nobody knows what woke it".to_owned()) };
            let mut run = Run::new(ports.run());
            let clock = || ports.clock();
            let taken = match stays {
                Some(stays) => {
                    let until = stays.after(ports.clock());
                    attend(&ports, &ports, &name, &mut run, clock, until, |time| ports.sleep(time)).await
                }
                None => turn(&ports, &ports, &name, &mut run, &clock).await.map(|turn| turn.verdicts),
            };
            ports.conducted(taken)
        };
        self.start(process, Box::pin(task));
    }

    fn notify(&mut self, application: usize) {
        if self.lock().is_lost(STANDBY) {
            return;
        }
        let ports = self.process(Kind::Notify, application, STANDBY);
        let process = ports.process;
        let name = self.plan.applications[application].names.application.clone();
        let now = ports.clock();
        let task = async move {
            let mut run = Run::new(ports.run());
            let delivered = deliver(&ports, &ports, &name, &mut run, now).await;
            delivered.map(|_| ()).map_err(|error| error.to_string())
        };
        self.start(process, Box::pin(task));
    }

    fn process(&self, kind: Kind, application: usize, place: usize) -> Ports {
        let process = self.lock().begin(kind, application, place);
        Ports::new(&self.world, process)
    }

    /// What the function reads from its event: the schedule's input, or the stream's records.
    fn name(&self, application: usize, stream: bool) -> Option<Application> {
        let name = &self.plan.applications[application].names.application;
        let event = if stream {
            json!({"Records": [{"dynamodb": {"Keys": {"pk": {"S": format!("app#{name}")}}, "SequenceNumber": "1"}}]})
        } else {
            json!({ "application": name })
        };
        match wake(&event).ok()? {
            Woken::Tick(application) => Some(application),
            Woken::Stream(records) => records.into_iter().find_map(|record| record.application),
        }
    }

    fn people(&mut self, application: usize) {
        let at = self.lock().now + self.plan.people;
        if self.lock().asleep {
            return;
        }
        self.lock().schedule(at, Wake::People(application));
        let words = people::speak(&mut self.lock(), application);
        for word in words {
            let ports = self.process(Kind::Person, application, WITNESS);
            let process = ports.process;
            {
                let mut world = ports.lock();
                world.processes[process].order = word.order();
                world.processes[process].by = Some(word.by().clone());
            }
            let now = ports.clock();
            self.start(process, Box::pin(people::enter(ports, word, now)));
        }
    }
}

impl Ports {
    fn run(&self) -> RunId {
        self.lock().processes[self.process].run.clone()
    }

    /// What a conductor's wake came to.
    fn conducted(&self, taken: Result<Vec<StepVerdict>, ConductError>) -> Result<(), String> {
        let verdicts = taken.map_err(|error| error.to_string())?;
        self.rest();
        let mut world = self.lock();
        for verdict in &verdicts {
            world.counters.verdict(verdict);
        }
        let process = &world.processes[self.process];
        let idle = process.loaded.as_ref().map(|(state, _, _)| match &state.phase {
            Phase::Watching => Idle::AllQuiet,
            Phase::Promoting(phase) if calls_another(&phase.call, &process.run) => Idle::AnotherRunCalls,
            Phase::Suspected(_)
            | Phase::AwaitingApproval(_)
            | Phase::AwaitingVeto(_)
            | Phase::Held(_)
            | Phase::Fencing(_)
            | Phase::Draining(_)
            | Phase::Promoting(_)
            | Phase::Verifying(_)
            | Phase::Shifting(_)
            | Phase::FailedOver(_)
            | Phase::Rebuilding(_)
            | Phase::Rebuilt(_)
            | Phase::Aborting(_)
            | Phase::Stuck(_) => Idle::NotDue,
        });
        if process.frozen {
            world.recovered(Recovery::LateRunHarmless);
        }
        if let Some(idle) = idle {
            world.counters.idle(idle);
        }
        Ok(())
    }
}

fn calls_another(call: &Call, run: &RunId) -> bool {
    matches!(call, Call::Intended { caller, .. } if caller != run)
}

impl World {
    fn has_timed_out(&self, process: ProcessId) -> bool {
        let one = &self.processes[process];
        let short = !self.healed && self.plan.rate(Fault::TimedOut) > 0;
        let most = if short { LAMBDA_MAX_SHORT } else { LAMBDA_MAX };
        !one.frozen && one.kind != Kind::Person && self.now - one.began > most
    }

    /// Whether a lasting fault strikes now; says so if it does.
    fn strike_weather(&mut self, fault: Fault, application: usize) -> bool {
        let strikes = self.is_on(fault, application) && self.draw.chance(500);
        if strikes {
            self.struck(fault, Some(application), None);
        }
        strikes
    }
}
