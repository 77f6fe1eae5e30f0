//! The stage: the three functions, each woken by what wakes it in AWS, with the same events.

use crate::cloud::SimCloud;
use crate::ledger::SimLedger;
use crate::world::World;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use understudy_driver::{Cast, Cloud, Ledger, Receipt, Run, attend, deliver, receive, turn};
use understudy_engine::{Application, RunId, Seconds};
use understudy_events::{Wake, signals, wake};

/// From a change to the function that hears of it.
const EVENT_DELAY: Duration = Duration::from_millis(800);
const STREAM_DELAY: Duration = Duration::from_millis(250);

/// How often the schedule fires, and how much of the time in between a conductor stays awake.
const TICK: Duration = Duration::from_secs(60);
const TICK_SPAN: Seconds = Seconds(55);

/// Applications on the stage, their functions running until it is dropped.
pub struct Stage {
    world: World,
    application: Application,
    failures: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

#[derive(Clone)]
struct Functions<L, C> {
    world: World,
    ledger: L,
    cloud: C,
    failures: Arc<Mutex<Vec<String>>>,
    runs: Arc<Mutex<u128>>,
}

impl Stage {
    pub(crate) fn new(world: &World, application: &Application) -> Self {
        let (ledger, cloud) = (SimLedger::new(world), SimCloud::new(world));
        Self::between(world, &ledger, &cloud, application, &[])
    }

    /// The functions of several applications, between other ports than the simulated ones by themselves.
    pub fn between<L, C>(
        world: &World,
        ledger: &L,
        cloud: &C,
        application: &Application,
        others: &[Application],
    ) -> Self
    where
        L: Ledger + Clone + Send + 'static,
        C: Cloud + Clone + Send + 'static,
    {
        let functions = Functions {
            world: world.clone(),
            ledger: ledger.clone(),
            cloud: cloud.clone(),
            failures: Arc::default(),
            runs: Arc::default(),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(functions.clone().intake(world.bus()));
        tasks.spawn(functions.clone().conductor_on_stream(world.stream()));
        tasks.spawn(functions.clone().notify_on_stream(world.stream()));
        for application in std::iter::once(application).chain(others) {
            tasks.spawn(functions.clone().on_schedule(json!({"application": application})));
        }
        Self {
            world: world.clone(),
            application: application.clone(),
            failures: functions.failures.clone(),
            _tasks: tasks,
        }
    }

    pub(crate) fn ledger(&self) -> SimLedger {
        SimLedger::new(&self.world)
    }

    pub(crate) fn application(&self) -> &Application {
        &self.application
    }

    /// What a function answered with an error, which AWS would deliver again.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<L, C> Functions<L, C>
where
    L: Ledger + Clone + Send + 'static,
    C: Cloud + Clone + Send + 'static,
{
    /// A new run, numbered the same in every drill of the same script.
    fn run(&self) -> Run {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        *runs += 1;
        Run::new(RunId::from(*runs))
    }

    fn check<T>(&self, function: &str, result: Result<T, impl fmt::Display>) -> Option<T> {
        result
            .map_err(|error| {
                let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
                failures.push(format!("{function}: {error}"));
            })
            .ok()
    }

    /// Each event is an invocation of its own, and one that fails is invoked twice again.
    async fn intake(self, mut bus: UnboundedReceiver<Value>) {
        while let Some(event) = bus.recv().await {
            let functions = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(EVENT_DELAY).await;
                for pause in [Some(Duration::from_secs(60)), Some(Duration::from_secs(120)), None] {
                    functions.invoked().await;
                    if functions.take_in(&event).await {
                        break;
                    }
                    if let Some(pause) = pause {
                        tokio::time::sleep(pause).await;
                    }
                }
            });
        }
    }

    /// Whether everything in an event was dealt with.
    async fn take_in(&self, event: &Value) -> bool {
        let mut dealt_with = true;
        for signal in signals(event) {
            let Some(signal) = self.check("intake", signal) else { continue };
            let received = receive(&self.ledger, signal, self.world.now()).await;
            match self.check("intake", received) {
                Some(receipts) => receipts.iter().for_each(|receipt| self.tell_vote(receipt)),
                None => dealt_with = false,
            }
        }
        dealt_with
    }

    /// Waits while no function is run.
    async fn invoked(&self) {
        while self.world.lock().functions_down {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn tell_vote(&self, receipt: &Receipt) {
        if let Receipt::Voted { route, verdict, cast: Cast::Counted } = receipt {
            self.world.tell("intake", format!("{}: {verdict}", route.voter), "its alarm changed");
        }
    }

    async fn conductor_on_stream(self, mut stream: UnboundedReceiver<Value>) {
        while let Some(applications) = self.next_batch(&mut stream).await {
            self.invoked().await;
            for application in applications {
                let mut run = self.run();
                let taken = turn(&self.ledger, &self.cloud, &application, &mut run, &|| self.world.now()).await;
                self.check("conductor", taken);
            }
        }
    }

    async fn notify_on_stream(self, mut stream: UnboundedReceiver<Value>) {
        while let Some(applications) = self.next_batch(&mut stream).await {
            self.invoked().await;
            for application in applications {
                self.notify(&application).await;
            }
        }
    }

    async fn on_schedule(self, input: Value) {
        let mut every = tokio::time::interval(TICK);
        loop {
            every.tick().await;
            self.invoked().await;
            let Some(Wake::Tick(application)) = self.check("conductor", wake(&input)) else { return };
            self.notify(&application).await;
            let mut run = self.run();
            let until: Timestamp = TICK_SPAN.after(self.world.now());
            let clock = || self.world.now();
            let attended =
                attend(&self.ledger, &self.cloud, &application, &mut run, clock, until, tokio::time::sleep).await;
            self.check("conductor", attended);
        }
    }

    async fn notify(&self, application: &Application) {
        let mut run = self.run();
        let delivered = deliver(&self.ledger, &self.cloud, application, &mut run, self.world.now()).await;
        let Some(delivery) = self.check("notify", delivered) else { return };
        for entry in delivery.announced {
            self.world.tell("notify", format!("published entry {}", entry.seq.0), "SNS and the incident's record");
        }
    }

    /// The applications that the waiting records of a stream are about, each once.
    async fn next_batch(&self, stream: &mut UnboundedReceiver<Value>) -> Option<Vec<Application>> {
        let first = stream.recv().await?;
        tokio::time::sleep(STREAM_DELAY).await;
        let mut records = vec![first];
        while let Ok(record) = stream.try_recv() {
            records.push(record);
        }
        let batch = self.check("stream", wake(&json!({ "Records": records })));
        let mut applications: Vec<Application> = match batch {
            Some(Wake::Stream(records)) => records.into_iter().filter_map(|record| record.application).collect(),
            Some(Wake::Tick(application)) => vec![application],
            None => Vec::new(),
        };
        applications.sort();
        applications.dedup();
        Some(applications)
    }
}
