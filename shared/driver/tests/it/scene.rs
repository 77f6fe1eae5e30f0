//! A scene: one application in a simulated world, and a hand for each function.

use crate::ports::{Outside, Table};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use understudy_driver::{ConductError, Delivery, IncidentItem, Ledger, NotifyError, Record, Run, Turn, deliver, turn};
use understudy_engine::{AlarmArn, Application, Lag, Mode, PhaseName, Policy, Seconds};
use understudy_sim::{AlarmValue, Life, SimDatabase, World};

const BEGINS_AT: &str = "2026-03-01T03:00:00Z";
const PROMOTION_SECONDS: u32 = 100;

pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) table: Table,
    pub(crate) outside: Outside,
    pub(crate) policy: Policy,
}

pub(crate) fn run(name: &str) -> Run {
    Run::new(name.parse().unwrap())
}

/// Three voters, two needed, one in each Region: `primary` (infrastructure), `standby`
/// (replication), `witness` (data path).
fn policy() -> Policy {
    let alarm = |region: &str, name: &str| format!("arn:aws:cloudwatch:{region}:111122223333:alarm:{name}");
    serde_json::from_value(serde_json::json!({
        "schema": 1,
        "application": "orders",
        "mode": "auto",
        "regions": {"primary": "us-east-1", "standby": "us-west-2", "witness": "us-east-2"},
        "database": {
            "writer": "arn:aws:rds:us-east-1:111122223333:db:orders",
            "replica": "arn:aws:rds:us-west-2:111122223333:db:orders-replica",
            "lag_max_seconds": 60,
        },
        "quorum": {"needed": 2},
        "voters": [
            {"name": "primary", "class": "infrastructure", "source": {"alarm": alarm("us-east-1", "primary")}},
            {"name": "standby", "class": "replication", "source": {"alarm": alarm("us-west-2", "standby")}},
            {"name": "witness", "class": "data_path", "source": {"alarm": alarm("us-east-2", "witness")}},
        ],
        "notification": {"topic": "arn:aws:sns:us-west-2:111122223333:orders"},
    }))
    .unwrap()
}

impl Scene {
    /// A world in which every alarm is OK and the replica follows.
    pub(crate) fn new() -> Self {
        let world = World::new(BEGINS_AT.parse().unwrap());
        let policy = policy();
        let table = Table::new(&world);
        table.inner.apply(&policy).unwrap();
        let database = &policy.database;
        world.add_database(database.writer.clone(), SimDatabase::writer());
        let replica = SimDatabase::replica_of(database.writer.clone(), Life::lasting(PROMOTION_SECONDS));
        world.add_database(database.replica.clone(), replica);
        let measured_at = world.now().checked_sub(SignedDuration::from_secs(30)).unwrap();
        world.set_lags(&database.replica, vec![Lag { seconds: Seconds(1), at: measured_at }]);
        let outside = Outside::new(&world, &policy.application);
        let scene = Self { world, table, outside, policy };
        for voter in ["primary", "standby", "witness"] {
            scene.set(voter, AlarmValue::Ok);
        }
        scene
    }

    pub(crate) fn application(&self) -> &Application {
        &self.policy.application
    }

    pub(crate) fn in_mode(&self, mode: Mode) -> Policy {
        Policy { mode, ..self.policy.clone() }
    }

    pub(crate) fn alarm(&self, voter: &str) -> AlarmArn {
        self.policy.voter(&voter.parse().unwrap()).unwrap().source.alarm().unwrap().clone()
    }

    pub(crate) fn set(&self, voter: &str, value: AlarmValue) {
        self.world.set_alarm(&self.alarm(voter), value, "");
    }

    pub(crate) fn time(&self, second: i64) -> Timestamp {
        let begun: Timestamp = BEGINS_AT.parse().unwrap();
        begun.checked_add(SignedDuration::from_secs(second)).unwrap()
    }

    pub(crate) async fn at(&self, second: i64) {
        let wait = Duration::try_from(self.time(second).duration_since(self.world.now())).expect("a time to come");
        tokio::time::sleep(wait).await;
    }

    pub(crate) async fn turn(&self, run: &mut Run) -> Result<Turn, ConductError> {
        turn(&self.table, &self.outside, self.application(), run, &|| self.world.now()).await
    }

    pub(crate) async fn deliver(&self, run: &mut Run) -> Result<Delivery, NotifyError> {
        deliver(&self.table, &self.outside, self.application(), run, self.world.now()).await
    }

    /// Down is said at 0 s and seen every 30 s, up to the last look before it is sustained.
    pub(crate) async fn almost_sustained(&self) {
        self.set("standby", AlarmValue::Alarm);
        self.set("witness", AlarmValue::Alarm);
        let mut watch = run("watch");
        for look in 0..6 {
            self.at(look * 31).await;
            self.turn(&mut watch).await.unwrap();
            assert_eq!(self.phase().await, PhaseName::Suspected);
        }
        self.at(182).await;
    }

    pub(crate) async fn record(&self) -> Record {
        self.table.inner.load(self.application()).await.unwrap()
    }

    pub(crate) async fn phase(&self) -> PhaseName {
        self.record().await.state.phase.name()
    }

    pub(crate) async fn incident(&self) -> Vec<IncidentItem> {
        let last = self.record().await.state.journal.last.unwrap();
        self.table.inner.incident(self.application(), &last.incident).await.unwrap()
    }
}
