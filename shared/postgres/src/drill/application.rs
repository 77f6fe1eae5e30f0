//! The application of the drill: one alarm that falls silent with its Region, and four voters that two Regions' probes
//! speak for.

use super::Options;
use crate::pair::{Pair, Side};
use crate::server::{NAME, connect};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::interval;
use tokio_postgres::Config;
use understudy_engine::{Lag, Policy, Region, Seconds};
use understudy_sim::{AlarmValue, Life, SimDatabase, SimLedger, World};

pub(super) const PASSWORD_VARIABLE: &str = "UNDERSTUDY_PROBE_ORDERS";

/// How often the lag of the standby is measured.
const MEASURED_EVERY: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Orders {
    pub(super) policy: Policy,
}

impl Orders {
    pub(super) fn new(pair: &Pair, options: Options) -> Result<Self, serde_json::Error> {
        let server = |side: Side| {
            let endpoint = pair.server(side).address().to_string();
            json!({"endpoint": endpoint, "database": "postgres", "user": NAME, "password_variable": PASSWORD_VARIABLE})
        };
        let probe = |name: &str, class: &str, region: &str, target: &Value| {
            let probe = json!({"region": region, "interval_seconds": 10, "timeout_seconds": 3, "down_after": 2, "target": target});
            json!({"name": name, "class": class, "source": {"probe": probe}})
        };
        let writer = json!({"postgres_writer": server(Side::Primary)});
        let port = json!({"tcp": pair.server(Side::Primary).address().to_string()});
        let heartbeat = json!({"table": "public.written", "column": "at", "max_age_seconds": 10});
        let replica = json!({"postgres_replica": {"server": server(Side::Standby), "heartbeat": heartbeat}});
        let alarm = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-health";
        let policy = serde_json::from_value(json!({
            "schema": 1,
            "application": "orders",
            "mode": "auto",
            "regions": {"primary": "us-east-1", "standby": "us-west-2", "witness": "us-east-2"},
            "database": {
                "writer": "arn:aws:rds:us-east-1:111122223333:db:orders",
                "replica": "arn:aws:rds:us-west-2:111122223333:db:orders-replica",
                "lag_max_seconds": 60,
            },
            "quorum": {"needed": 3},
            "voters": [
                {"name": "primary-health", "class": "infrastructure", "source": {"alarm": alarm}},
                probe("standby-probe", "data_path", "us-west-2", &writer),
                probe("witness-probe", "data_path", "us-east-2", &writer),
                probe("witness-port", "infrastructure", "us-east-2", &port),
                probe("replica-heartbeat", "replication", "us-west-2", &replica),
            ],
            "probes": {"authorities": pair.authority()},
            "windows": windows(options),
            "fence": {"security_groups": {"us-east-1": "sg-00000000000000c01", "us-west-2": "sg-00000000000000c02"}},
            "notification": {"topic": "arn:aws:sns:us-west-2:111122223333:orders-failover"},
        }))?;
        Ok(Self { policy })
    }

    pub(super) fn set_up(&self, world: &World) -> Result<(), serde_json::Error> {
        SimLedger::new(world).apply(&self.policy)?;
        let database = &self.policy.database;
        world.add_database(database.writer.clone(), SimDatabase::writer());
        let replica = SimDatabase::replica_of(database.writer.clone(), Life::lasting(0));
        world.add_database(database.replica.clone(), replica);
        for arn in self.policy.voters.iter().filter_map(|voter| voter.source.alarm()) {
            world.set_alarm(arn, AlarmValue::Ok, "Threshold not crossed");
        }
        Ok(())
    }

    /// The Regions that probe.
    pub(super) fn observers(&self) -> BTreeSet<Region> {
        let probes = self.policy.voters.iter().filter_map(|voter| voter.source.probe());
        probes.map(|probe| probe.region.clone()).collect()
    }

    /// Where writes go to in each Region.
    pub(super) fn places(&self, pair: &Pair) -> BTreeMap<Region, Config> {
        let regions = &self.policy.regions;
        let places = [(&regions.primary, Side::Primary), (&regions.standby, Side::Standby)];
        places.map(|(region, side)| (region.clone(), pair.server(side).config())).into()
    }

    /// Measures how far the standby is behind, as `ReplicaLag` does: the age of the last transaction that it replayed.
    pub(super) fn measure_lag(&self, world: &World, standby: Config) -> impl Future<Output = ()> + Send + 'static {
        let (world, replica) = (world.clone(), self.policy.database.replica.clone());
        async move {
            let mut every = interval(MEASURED_EVERY);
            let mut lags = Vec::new();
            loop {
                every.tick().await;
                if let Some(seconds) = behind(&standby).await {
                    lags.push(Lag { seconds, at: world.now() });
                    world.set_lags(&replica, lags.clone());
                }
            }
        }
    }
}

/// None where nothing was ever replayed, or nobody answers.
async fn behind(standby: &Config) -> Option<Seconds> {
    let client = connect(standby).await.ok()?;
    let age = "SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8";
    let age: Option<f64> = client.query_one(age, &[]).await.ok()?.get(0);
    Some(Seconds(age?.max(0.0).ceil() as u32))
}

/// The windows of a drill on one machine: votes are ten seconds old at the most, and nobody's resolver keeps anything.
fn windows(options: Options) -> Value {
    json!({
        "sustain_seconds": options.sustain_seconds,
        "vote_max_age_seconds": 40,
        "skew_seconds": 10,
        "look_seconds": 10,
        "patrol_seconds": 20,
        "poll_seconds": 5,
        "shift_seconds": 10,
    })
}

#[cfg(test)]
mod tests;
