//! A drill, played at a stated speed with sockets around it.

use crate::address::{Addresses, Bound, LoopbackError};
use crate::dns::Authority;
use crate::pace::Pace;
use crate::scene::Scene;
use crate::serve::serve;
use crate::{checkers, load};
use hickory_server::Server;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use understudy_engine::{PhaseName, Region};
use understudy_sim::dns::{Watch, application_zone};
use understudy_sim::{Client, DrillError, DrillReport, Ground, Rehearsal, Seen, SimLedger, Use};

/// How long a connection to the DNS server may be idle.
const IDLE: Duration = Duration::from_secs(5);
const RESPONSE_BUFFER: usize = 16;

/// How many seconds of the drill pass in one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed(u32);

impl Speed {
    /// Faster, a TTL of 60 s is not two of ours, nor a checker's patience a tenth of a second.
    pub const FASTEST: u32 = 30;

    #[must_use]
    pub fn new(speed: u32) -> Option<Self> {
        (1..=Self::FASTEST).contains(&speed).then_some(Self(speed))
    }
}

/// What is told while it plays.
#[derive(Debug, Clone)]
pub enum Happened {
    /// Everything listens.
    Listening(Addresses),
    /// So many seconds after the drill began, something changed that shows from outside.
    Changed { seconds: f64, what: String },
}

/// What the sockets showed.
#[derive(Debug)]
pub struct Stand {
    pub report: DrillReport,
    pub seen: Vec<Seen>,
}

/// Plays it to its end.
///
/// # Errors
/// When nothing can listen on loopback, or the simulated world cannot be set up or read.
pub fn play(
    rehearsal: &Rehearsal,
    Speed(speed): Speed,
    told: &mut dyn FnMut(Happened),
) -> Result<Stand, LoopbackError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build()?;
    let bound = {
        let traffic = rehearsal.policy().traffic.as_ref().ok_or(LoopbackError::NoTraffic)?;
        runtime.block_on(Bound::new(traffic))?
    };
    told(Happened::Listening(bound.addresses.clone()));
    let mut director =
        Director { rehearsal, speed, runtime: &runtime, bound: Some(bound), running: None, failed: None };
    let report = rehearsal.play(&mut |ground, ledger| director.look(ground, ledger, told))?;
    if let Some(failed) = director.failed {
        return Err(failed);
    }
    let seen = director.running.map(|running| {
        let pace = running.scene.pace;
        let diary = running.scene.diary().clone();
        diary.sum(&running.clients, pace.offset(pace.now()))
    });
    // What is still waiting for an answer waits for one that never comes.
    runtime.shutdown_background();
    Ok(Stand { report, seen: seen.unwrap_or_default() })
}

/// Keeps sockets and world together, from the world's thread.
struct Director<'a> {
    rehearsal: &'a Rehearsal,
    speed: u32,
    runtime: &'a Runtime,
    bound: Option<Bound>,
    running: Option<Running>,
    failed: Option<LoopbackError>,
}

struct Running {
    scene: Arc<Scene>,
    clients: Vec<Client>,
    shown: Shown,
    _tasks: Vec<JoinSet<()>>,
}

/// What was told of last.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    alive: Vec<Region>,
    gates: Vec<Region>,
    phase: PhaseName,
    answers: BTreeMap<(Use, Region), Region>,
}

impl Director<'_> {
    fn look(&mut self, ground: &Ground, ledger: &SimLedger, told: &mut dyn FnMut(Happened)) {
        if let Some(bound) = self.bound.take() {
            match self.begin(bound, ground, ledger) {
                Ok(running) => self.running = Some(running),
                Err(error) => self.failed = Some(error),
            }
        }
        let Some(running) = &mut self.running else { return };
        running.scene.pace.hold_until(ground.now);
        running.scene.show(ground);
        let now = Shown::of(&running.scene, &running.clients, ground);
        let seconds = running.scene.pace.offset(ground.now) as f64 / 1000.0;
        for what in now.differs(&running.shown) {
            told(Happened::Changed { seconds, what });
        }
        running.shown = now;
    }

    fn begin(&self, bound: Bound, ground: &Ground, ledger: &SimLedger) -> Result<Running, LoopbackError> {
        let policy = self.rehearsal.policy();
        let traffic = policy.traffic.as_ref().ok_or(LoopbackError::NoTraffic)?;
        let mut zone = application_zone(&policy.regions, traffic).map_err(DrillError::from)?;
        Watch::new(&zone).settle(&mut zone);
        let mut names = vec![(Use::Write, traffic.write_name.clone())];
        names.extend(traffic.read_name.clone().map(|name| (Use::Read, name)));
        let scene = Arc::new(Scene::new(
            Pace::starting_at(ground.now, self.speed),
            bound.addresses,
            ledger.clone(),
            names,
            policy.regions.primary.clone(),
            ground.clone(),
            zone,
        ));
        let clients = self.rehearsal.clients();
        let _inside = self.runtime.enter();
        let mut server = Server::new(Authority::new(scene.clone(), &traffic.endpoints)?);
        server.register_socket(bound.udp);
        server.register_listener(bound.tcp, IDLE, RESPONSE_BUFFER);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { drop(server.block_until_done().await) });
        for (part, listener) in bound.listeners {
            tasks.spawn(serve(scene.clone(), part, listener));
        }
        let tasks = vec![tasks, checkers::check(&scene, &policy.application), load::run(&scene, &clients)];
        let shown = Shown::of(&scene, &clients, ground);
        Ok(Running { scene, clients, shown, _tasks: tasks })
    }
}

impl Shown {
    fn of(scene: &Scene, clients: &[Client], ground: &Ground) -> Self {
        let zone = scene.zone();
        let mut answers = BTreeMap::new();
        for near in clients.iter().map(|client| &client.near) {
            for (what, name) in &scene.names {
                answers.extend(zone.answer(name, near).map(|answer| ((*what, near.clone()), answer.region)));
            }
        }
        let (alive, gates) = (ground.alive.iter().cloned().collect(), ground.gates.iter().cloned().collect());
        Self { alive, gates, phase: ground.phase, answers }
    }

    fn differs(&self, before: &Self) -> Vec<String> {
        let mut told = Vec::new();
        let mut sets = |what: &str, now: &[Region], before: &[Region]| {
            told.extend(
                before.iter().filter(|region| !now.contains(region)).map(|one| format!("{what} {one} is lost")),
            );
            told.extend(
                now.iter().filter(|region| !before.contains(region)).map(|one| format!("{what} {one} is back")),
            );
        };
        sets("Region", &self.alive, &before.alive);
        sets("the gate in", &self.gates, &before.gates);
        if self.phase != before.phase {
            told.push(format!("{} → {}", before.phase, self.phase));
        }
        for ((what, near), region) in &self.answers {
            if before.answers.get(&(*what, near.clone())) != Some(region) {
                told.push(format!("{} from {near} lead to {region}", what.name()));
            }
        }
        told
    }
}
