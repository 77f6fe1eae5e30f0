//! The application of the drills: an order book, its databases in two Regions, five voters in three.

use crate::database::{Life, SimDatabase};
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use understudy_engine::{Lag, Mode, Policy, Seconds};

/// How long a promotion takes in the drills, from the call to `available`.
const PROMOTION_SECONDS: u32 = 300;

/// How far the replica follows behind, while it can.
const REPLICATION_DELAY: SignedDuration = SignedDuration::from_millis(800);

/// Commits of the writer in a second.
const COMMITS_PER_SECOND: i64 = 50;

pub(super) struct Application {
    pub(super) policy: Policy,
}

impl Application {
    pub(super) fn new(mode: Mode) -> Result<Self, serde_json::Error> {
        let alarm = |region: &str, name: &str| format!("arn:aws:cloudwatch:{region}:111122223333:alarm:orders-{name}");
        let voter = |name: &str, class: &str, region: &str| json!({"name": name, "class": class, "source": {"alarm": alarm(region, name)}});
        let policy = serde_json::from_value(json!({
            "schema": 1,
            "application": "orders",
            "mode": mode,
            "regions": {"primary": "us-east-1", "standby": "us-west-2", "witness": "us-east-2"},
            "database": {
                "writer": "arn:aws:rds:us-east-1:111122223333:db:orders",
                "replica": "arn:aws:rds:us-west-2:111122223333:db:orders-replica",
                "lag_max_seconds": 60,
            },
            "quorum": {"needed": 3},
            "voters": [
                voter("primary-health", "infrastructure", "us-east-1"),
                voter("outside-checks", "data_path", "us-east-2"),
                voter("standby-probe", "data_path", "us-west-2"),
                voter("witness-probe", "data_path", "us-east-2"),
                voter("replica-heartbeat", "replication", "us-west-2"),
            ],
            "approval": {"needed": 1, "approvers": ["arn:aws:iam::111122223333:role/oncall"]},
            "notification": {"topic": "arn:aws:sns:us-west-2:111122223333:orders-failover"},
        }))?;
        Ok(Self { policy })
    }

    pub(super) fn add_databases(&self, world: &World) {
        let database = &self.policy.database;
        world.add_database(database.writer.clone(), SimDatabase::writer());
        let replica = SimDatabase::replica_of(database.writer.clone(), Life::lasting(PROMOTION_SECONDS));
        world.add_database(database.replica.clone(), replica);
    }

    /// Measures `ReplicaLag` every minute for three hours around now, as PostgreSQL would: the age of
    /// the last replayed commit, growing once the writer is lost.
    pub(super) fn measure_lag(&self, world: &World, traffic: &Traffic, lost_at: Option<Timestamp>) {
        let minute = |index: i64| traffic.begun_at.checked_add(SignedDuration::from_secs(60 * index + 20));
        let lags = (-60..120).filter_map(|index| minute(index).ok()).map(|at| {
            let replayed = lost_at.map_or(at, |lost_at| at.min(lost_at)).checked_sub(REPLICATION_DELAY);
            let age = at.duration_since(replayed.unwrap_or(at)).unsigned_abs();
            Lag { seconds: Seconds(age.as_secs_f64().ceil() as u32), at }
        });
        world.set_lags(&self.policy.database.replica, lags.collect());
    }
}

/// The writer's commits, numbered, and how far the replica has them.
pub(super) struct Traffic {
    begun_at: Timestamp,
}

impl Traffic {
    pub(super) fn new(begun_at: Timestamp) -> Self {
        Self { begun_at }
    }

    /// Commits that the writer acknowledged until it was lost.
    pub(super) fn committed(&self, lost_at: Timestamp) -> i64 {
        self.commits_until(lost_at)
    }

    /// Commits that the replica had by then.
    pub(super) fn replicated(&self, lost_at: Timestamp) -> i64 {
        self.commits_until(lost_at.checked_sub(REPLICATION_DELAY).unwrap_or(lost_at))
    }

    /// The time between the last commit of all and the last one that was not lost.
    pub(super) fn lost(&self, lost_at: Timestamp) -> SignedDuration {
        let commits = self.committed(lost_at) - self.replicated(lost_at);
        SignedDuration::from_millis(commits * 1000 / COMMITS_PER_SECOND)
    }

    fn commits_until(&self, at: Timestamp) -> i64 {
        let millis = at.duration_since(self.begun_at).as_millis();
        i64::try_from(millis).unwrap_or(0) * COMMITS_PER_SECOND / 1000
    }
}
