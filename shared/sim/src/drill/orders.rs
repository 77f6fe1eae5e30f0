//! The application of the drills: an order book, its databases in two Regions, five voters in three.

use super::DrillOptions;
use super::clients::Client;
use crate::database::{Life, SimDatabase};
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use understudy_engine::{DbInstanceArn, Lag, Policy, Seconds};

/// How long a promotion takes in the drills, from the call to `available`.
const PROMOTION_SECONDS: u32 = 300;

/// How far the replica follows behind, while it can.
const REPLICATION_DELAY: SignedDuration = SignedDuration::from_millis(800);

/// Commits of the writer in a second.
const COMMITS_PER_SECOND: i64 = 50;

/// In how many Regions the application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    Two,
    /// Three more serve reads: the witness, and two far away.
    Five,
}

impl Breadth {
    fn endpoints(self) -> &'static [&'static str] {
        match self {
            Self::Two => &["us-east-1", "us-west-2"],
            Self::Five => &["us-east-1", "us-west-2", "us-east-2", "eu-west-1", "ap-southeast-2"],
        }
    }
}

/// How long the resolver of those keeps an answer who do not ask again when its TTL is over.
const STUBBORN_MILLISECONDS: i64 = 300_000;

#[derive(Debug)]
pub(super) struct Application {
    pub(super) policy: Policy,
    breadth: Breadth,
}

impl Application {
    pub(super) fn new(options: &DrillOptions) -> Result<Self, serde_json::Error> {
        let alarm = |region: &str, name: &str| format!("arn:aws:cloudwatch:{region}:111122223333:alarm:orders-{name}");
        let voter = |name: &str, class: &str, region: &str| json!({"name": name, "class": class, "source": {"alarm": alarm(region, name)}});
        let policy = serde_json::from_value(json!({
            "schema": 1,
            "application": "orders",
            "mode": options.mode,
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
            "fence": {"security_groups": {"us-east-1": CLOSED[0], "us-west-2": CLOSED[1]}},
            "traffic": traffic(options.breadth),
        }))?;
        Ok(Self { policy, breadth: options.breadth })
    }

    /// One near each Region of the application, one far from all, and one whose resolver keeps what it is told.
    pub(super) fn clients(&self) -> Vec<Client> {
        let near = |region: &str, name: &str, keeps_at_least| {
            Some(Client { name: name.to_owned(), near: region.parse().ok()?, keeps_at_least })
        };
        let usual = self.breadth.endpoints().iter().chain(&["sa-east-1"]);
        let usual = usual.filter_map(|region| near(region, region, 0));
        usual.chain(near("us-east-1", "us-east-1, keeps for 300 s", STUBBORN_MILLISECONDS)).collect()
    }

    pub(super) fn add_databases(&self, world: &World) {
        let database = &self.policy.database;
        let add = |arn: &DbInstanceArn, mut instance: SimDatabase, group: &str| {
            instance.groups.extend(group.parse());
            world.add_database(arn.clone(), instance);
        };
        let replica = SimDatabase::replica_of(database.writer.clone(), Life::lasting(PROMOTION_SECONDS));
        add(&database.writer, SimDatabase::writer(), OPEN[0]);
        add(&database.replica, replica, OPEN[1]);
    }

    /// Measures `ReplicaLag` every minute from an hour before to a day after, as PostgreSQL would: the age of
    /// the last replayed commit, growing while the writer is away.
    pub(super) fn measure_lag(&self, world: &World, traffic: &Traffic, away: &[(Timestamp, Timestamp)]) {
        let minute = |index: i64| traffic.begun_at.checked_add(SignedDuration::from_secs(60 * index + 20));
        let lags = (-60..24 * 60).filter_map(|index| minute(index).ok()).map(|at| {
            let spell = away.iter().find(|(from, until)| (*from..*until).contains(&at));
            let replayed = spell.map_or(at, |(from, _)| *from).checked_sub(REPLICATION_DELAY);
            let age = at.duration_since(replayed.unwrap_or(at)).unsigned_abs();
            Lag { seconds: Seconds(age.as_secs_f64().ceil() as u32), at }
        });
        world.set_lags(&self.policy.database.replica, lags.collect());
    }
}

/// The security groups of the databases, and those that admit nobody: the writer's first.
const OPEN: [&str; 2] = ["sg-00000000000000a01", "sg-00000000000000a02"];
const CLOSED: [&str; 2] = ["sg-00000000000000c01", "sg-00000000000000c02"];

fn traffic(breadth: Breadth) -> Value {
    let endpoint = |region: &&str| ((*region).to_owned(), json!(format!("{region}.orders.example.com")));
    let gate = |region: &str| json!(format!("https://gate-{region}.orders.example.com"));
    json!({
        "hosted_zone": "Z0123456789ABCDEFGHIJ",
        "write_name": "write.orders.example.com",
        "read_name": "read.orders.example.com",
        "endpoints": breadth.endpoints().iter().map(endpoint).collect::<serde_json::Map<_, _>>(),
        "gates": {"us-east-1": gate("us-east-1"), "us-east-2": gate("us-east-2"), "us-west-2": gate("us-west-2")},
    })
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
