//! The example's application, and a survey in which nothing is wrong.

mod needs;

pub(crate) use needs::public;

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use understudy_driver::{Record, StoredPolicy};
use understudy_engine::{Lag, Policy, Region, Seconds, State, Verdict, Vote};
use understudy_readiness::{
    Alarm, Database, FunctionAt, Latch, OwnAlarm, ParameterGroup, Quota, Quotas, Replication, Seen, Settings, Storage,
    Survey, Table, Topic, Unseen, Why,
};

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn region(name: &str) -> Region {
    name.parse().unwrap()
}

pub(crate) fn policy() -> Policy {
    toml::from_str(include_str!("../../../../cli/examples/orders.toml")).unwrap()
}

pub(crate) fn unseen<T>(why: Why) -> Seen<T> {
    Seen::Unseen(Unseen { why, asked: "service:Action in us-west-2".to_owned(), detail: "in its words".to_owned() })
}

fn database(region: &str) -> Database {
    Database {
        status: "available".to_owned(),
        source: None,
        replication: None,
        class: "db.r6g.large".to_owned(),
        engine: "postgres".to_owned(),
        engine_version: "16.4".to_owned(),
        multi_az: true,
        storage: Storage {
            kind: "gp3".to_owned(),
            gib: 400,
            gib_max: Some(1000),
            iops: Some(12_000),
            throughput: Some(500),
        },
        encrypted: true,
        kms_key: Some(format!("arn:aws:kms:{region}:111122223333:key/orders")),
        deletion_protection: true,
        backup_retention_days: 7,
        backup_window: Some(if region == "us-east-1" { "03:00-03:30" } else { "23:45-00:15" }.to_owned()),
        security_groups: BTreeSet::from([format!("sg-application-{region}")]),
        port: Some(5432),
        iam_login: true,
        parameter_groups: vec![ParameterGroup { name: "orders-16".to_owned(), applied: "in-sync".to_owned() }],
        pending: Vec::new(),
    }
}

fn settings() -> Settings {
    Settings {
        parameters: Seen::Known(BTreeMap::from([("max_connections".to_owned(), "500".to_owned())])),
        options: Seen::Known(BTreeSet::from(["native-backup".to_owned()])),
    }
}

fn lag(seconds: u32, at: &str) -> Lag {
    Lag { seconds: Seconds(seconds), at: at.parse().unwrap() }
}

pub(crate) fn record(policy: &Policy) -> Record {
    let observed_at = Seconds(20).before(now());
    let vote = |voter: &understudy_engine::Voter| Vote {
        verdict: Verdict::Up,
        observed_at,
        since: None,
        source: voter.source.clone(),
        reason: String::new(),
    };
    Record {
        state: State::new(policy.application.clone()),
        policy: policy.clone(),
        policy_hash: StoredPolicy::new(policy).unwrap().hash,
        votes: policy.voters.iter().map(|voter| (voter.name.clone(), vote(voter))).collect(),
    }
}

fn latches() -> BTreeMap<Latch, Seen<bool>> {
    let pairs = [("us-east-1", "us-east-2"), ("us-east-1", "us-west-2"), ("us-west-2", "us-east-1")];
    let latch = |(guarded, gate)| Latch { guarded: region(guarded), gate: region(gate) };
    pairs.into_iter().map(|pair| (latch(pair), Seen::Known(false))).collect()
}

fn functions() -> BTreeMap<FunctionAt, Seen<Option<u32>>> {
    let at =
        |region_name: &str, name: &str| FunctionAt { region: region(region_name), name: format!("understudy-{name}") };
    let standby = ["intake", "conductor", "notify", "gate"].map(|name| at("us-west-2", name));
    let gates = ["us-east-1", "us-east-2"].map(|region| at(region, "gate"));
    standby.into_iter().chain(gates).map(|function| (function, Seen::Known(Some(10)))).collect()
}

pub(crate) fn survey(policy: &Policy) -> Survey {
    let regions = ["us-east-1", "us-east-2", "us-west-2"].map(region);
    let alarm = Alarm { missing_data: Some("missing".to_owned()), actions_enabled: true };
    let own =
        OwnAlarm { name: "understudy-dead-letters".to_owned(), actions_enabled: true, actions: 1, is_raised: false };
    let quotas = Quotas {
        instances: Seen::Known(Quota { used: 3, max: 40 }),
        storage_gib: Seen::Known(Quota { used: 1200, max: 100_000 }),
    };
    let hour = |hour: i64| Lag {
        seconds: Seconds(2),
        at: Seconds(3600).before(now()) + jiff::SignedDuration::from_hours(-hour),
    };
    Survey {
        writer: Seen::Known(database("us-east-1")),
        replica: Seen::Known(Database {
            source: Some(policy.database.writer.to_string()),
            replication: Some(Replication { status: "replicating".to_owned(), normal: true }),
            ..database("us-west-2")
        }),
        writer_settings: settings(),
        replica_settings: settings(),
        lag: Seen::Known(Some(lag(1, "2026-03-01T11:58:00Z"))),
        lag_of_a_day: Seen::Known((0..24).map(hour).collect()),
        replica_backups: Seen::Known(7),
        quotas: ["us-east-1", "us-west-2"].map(|name| (region(name), quotas.clone())).into(),
        alarms: policy.voters.iter().map(|voter| (voter.name.clone(), Seen::Known(alarm.clone()))).collect(),
        own_alarms: regions.clone().map(|region| (region, Seen::Known(vec![own.clone()]))).into(),
        topic: Seen::Known(Topic { confirmed: 2, pending: 0 }),
        table: Seen::Known(Table {
            region: region("us-west-2"),
            replicas: Vec::new(),
            strongly_consistent: false,
            streams: true,
            deletion_protection: true,
        }),
        record: Seen::Known(record(policy)),
        names: Seen::Known(Vec::new()),
        latches: latches(),
        admits: needs::admits(),
        secrets: needs::secrets(policy),
        buckets: needs::buckets(policy),
        distributions: needs::distributions(policy),
        functions: functions(),
        dead_letters: regions.map(|region| (region, Seen::Known(0))).into(),
    }
}

/// The same survey, and nobody could tell any of it.
pub(crate) fn blind(policy: &Policy, why: Why) -> Survey {
    let whole = survey(policy);
    let blind = || Settings { parameters: unseen(why), options: unseen(why) };
    Survey {
        writer: unseen(why),
        replica: unseen(why),
        writer_settings: blind(),
        replica_settings: blind(),
        lag: unseen(why),
        lag_of_a_day: unseen(why),
        replica_backups: unseen(why),
        quotas: whole
            .quotas
            .into_keys()
            .map(|region| (region, Quotas { instances: unseen(why), storage_gib: unseen(why) }))
            .collect(),
        alarms: whole.alarms.into_keys().map(|voter| (voter, unseen(why))).collect(),
        own_alarms: whole.own_alarms.into_keys().map(|region| (region, unseen(why))).collect(),
        topic: unseen(why),
        table: unseen(why),
        record: unseen(why),
        names: unseen(why),
        latches: whole.latches.into_keys().map(|latch| (latch, unseen(why))).collect(),
        admits: whole.admits.into_keys().map(|region| (region, unseen(why))).collect(),
        secrets: whole.secrets.into_keys().map(|secret| (secret, unseen(why))).collect(),
        buckets: whole.buckets.into_keys().map(|bucket| (bucket, unseen(why))).collect(),
        distributions: whole.distributions.into_keys().map(|id| (id, unseen(why))).collect(),
        functions: whole.functions.into_keys().map(|function| (function, unseen(why))).collect(),
        dead_letters: whole.dead_letters.into_keys().map(|region| (region, unseen(why))).collect(),
    }
}
