//! A drill in real time with real databases: a primary is killed, probes notice, the engine decides, and `pg_promote`
//! promotes its standby. Table, topic and clocks are the simulated cloud's.

mod account;
mod application;
mod canary;

pub use account::{Account, Rows, Seconds};

use crate::cloud::PostgresCloud;
use crate::fault::PostgresFault;
use crate::install::Install;
use crate::load::Load;
use crate::pair::{Pair, Side};
use application::{Orders, PASSWORD_VARIABLE};
use canary::Canary;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use understudy_driver::{Gate, Gauge, Ledger, LedgerError, Request};
use understudy_engine::{DbInstanceArn, HttpUrl, Lag, PhaseName, Region, State, Unseen};
use understudy_prober::{Config, Passwords, Prober};
use understudy_sim::{SimLedger, Stage, World};

/// How far the standby is behind, from one side of a continent to the other and with some work on the way.
const DELAY: Duration = Duration::from_millis(800);

/// How long the world is well before it is not.
const QUIET: Duration = Duration::from_secs(20);

/// How often the record is looked at, by us and by the application that asks who takes writes.
const GLANCE: Duration = Duration::from_millis(100);
const ASKS_EVERY: Duration = Duration::from_millis(500);

/// How long each invocation of a probe has, and how often there is one.
const MINUTE: Duration = Duration::from_secs(60);

/// How much longer than the sustain window a drill may take before it is called one without an end.
const GIVES_UP: Duration = Duration::from_secs(240);

/// For how long rows go on to be written once everything is over.
const TAIL: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long Down must hold.
    pub sustain_seconds: u32,
}

impl Options {
    /// Less is not more than votes may be old, and more is no drill.
    pub const SUSTAIN: std::ops::RangeInclusive<u32> = 50..=600;
}

#[derive(Debug, thiserror::Error)]
pub enum DrillFault {
    #[error(transparent)]
    Postgres(#[from] PostgresFault),
    #[error("the drill's own application is wrong: {0}")]
    Application(String),
    #[error("the simulated table failed: {0}")]
    Ledger(#[from] LedgerError),
    #[error("the drill was stopped")]
    Stopped,
}

/// Plays it, and tells of each phase with the seconds since the kill.
///
/// # Errors
/// When PostgreSQL is not there or fails, or somebody presses Ctrl-C: its servers are gone then too.
pub fn play(options: Options, told: &mut dyn FnMut(f64, &str)) -> Result<Account, DrillFault> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(PostgresFault::from)?.block_on(async {
        tokio::select! {
            account = perform(options, told) => account,
            _ = tokio::signal::ctrl_c() => Err(DrillFault::Stopped),
        }
    })
}

/// What is seen of the record, from the kill on.
#[derive(Debug, Default)]
struct Watched {
    down: Option<Duration>,
    ended: Option<Duration>,
}

async fn perform(options: Options, told: &mut dyn FnMut(f64, &str)) -> Result<Account, DrillFault> {
    let install = Install::find().await?;
    let canary = Canary::start().await.map_err(PostgresFault::from)?;
    let mut pair = Pair::start(&install, DELAY).await?;
    let world = World::new(Timestamp::now());
    let orders = Orders::new(&pair, options).map_err(|error| DrillFault::Application(error.to_string()))?;
    orders.set_up(&world).map_err(|error| DrillFault::Application(error.to_string()))?;
    let policy = &orders.policy;
    let database = &policy.database;
    let cloud = PostgresCloud::new(&world, &database.writer, &database.replica, pair.server(Side::Standby).config());
    let ledger = SimLedger::new(&world);
    let stage = Stage::between(&world, &ledger, &cloud, &policy.application, &[]);
    let load = Arc::new(Load::start(pair.server(Side::Primary).config()));
    let mut tasks = JoinSet::new();
    for region in orders.observers() {
        tasks.spawn(probe(world.clone(), region, canary.url.clone(), pair.password().to_owned()));
    }
    tasks.spawn(follow(world.clone(), load.clone(), orders.places(&pair)));
    tasks.spawn(orders.measure_lag(&world, pair.server(Side::Standby).config()));
    sleep(QUIET).await;

    let (fault_at, killed) = (world.now(), Instant::now());
    told(0.0, "the primary is killed with kill -9, and its Region is lost");
    world.kill_region(&policy.regions.primary);
    pair.lose_primary().await?;
    let gone = Instant::now();
    let gives_up = Duration::from_secs(u64::from(options.sustain_seconds)) + GIVES_UP;
    let (state, watched) = watch(&ledger, &orders, killed, gives_up, told).await?;
    sleep(TAIL).await;
    tasks.shutdown().await;
    account::write(account::Played {
        orders: &orders,
        ledger: &ledger,
        stage: &stage,
        promoted: cloud.promoted_at(),
        written: load.written(),
        pair,
        fault_at,
        killed,
        gone,
        state,
        watched,
    })
    .await
}

/// Until it has failed over and everything is told, or the time is up.
async fn watch(
    ledger: &SimLedger,
    orders: &Orders,
    killed: Instant,
    gives_up: Duration,
    told: &mut dyn FnMut(f64, &str),
) -> Result<(State, Watched), DrillFault> {
    let mut watched = Watched::default();
    let mut phase = PhaseName::Watching;
    loop {
        let state = ledger.load(&orders.policy.application).await?.state;
        let since = killed.elapsed();
        if watched.down.is_none() && state.phase.suspicion().is_some_and(|one| one.quorum_since.is_some()) {
            watched.down = Some(since);
            told(since.as_secs_f64(), "a quorum says Down");
        }
        if state.phase.name() != phase {
            phase = state.phase.name();
            told(since.as_secs_f64(), &phase.to_string());
        }
        if phase == PhaseName::FailedOver {
            watched.ended.get_or_insert(since);
            if state.journal.outbox.is_empty() {
                return Ok((state, watched));
            }
        }
        if since > gives_up {
            return Ok((state, watched));
        }
        sleep(GLANCE).await;
    }
}

/// One Region's probe, invoked every minute.
async fn probe(world: World, region: Region, canary: HttpUrl, password: String) {
    let passwords = Passwords(BTreeMap::from([(PASSWORD_VARIABLE.to_owned(), password)]));
    let prober = Prober::new(Config { region, canaries: vec![canary], passwords });
    let (ledger, gauge) = (Arc::new(SimLedger::new(&world)), Arc::new(NoMetrics));
    let mut minutes = interval(MINUTE);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        minutes.tick().await;
        // The table is in memory and does not fail; what a probe cannot tell it says in its votes.
        drop(prober.attend(&ledger, &gauge, MINUTE, || world.now()).await);
    }
}

/// The probes of this drill ask databases, and no metric.
struct NoMetrics;

impl Gauge for NoMetrics {
    async fn newest_lag(&self, _replica: &DbInstanceArn, _now: Timestamp) -> Result<Option<Lag>, Unseen> {
        Ok(None)
    }
}

/// The application asks a gate who takes writes, and writes there.
async fn follow(world: World, load: Arc<Load>, places: BTreeMap<Region, tokio_postgres::Config>) {
    let (gate, ledger) = (Gate::default(), SimLedger::new(&world));
    let request = Request { method: "GET", path: "/writer/orders", query: "", has_body: false };
    let mut last = None;
    loop {
        let reply = gate.answer(&ledger, &request, &|| world.now()).await;
        let body: Option<serde_json::Value> = serde_json::from_str(&reply.body).ok();
        let region = body.and_then(|body| body.get("region")?.as_str()?.parse::<Region>().ok());
        if let Some(config) =
            region.as_ref().filter(|region| last.as_ref() != Some(*region)).and_then(|one| places.get(one))
        {
            if last.is_some() {
                load.lead_to(config.clone());
            }
            last = region;
        }
        sleep(ASKS_EVERY).await;
    }
}
