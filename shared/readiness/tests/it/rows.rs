//! Each way in which the ground may be wrong, and the one check that says so.

mod needs;

use crate::ground::{now, region, unseen};
use std::collections::BTreeSet;
use understudy_driver::Record;
use understudy_engine::{
    AlarmArn, Cooldown, Epoch, EvidenceClass, IncidentId, Latched, Mode, Paused, Phase, Policy, Seconds, Source,
    Subject, Suspected, Suspicion, Turn, Verdict as Said, Vote, Voter, VoterName,
};
use understudy_readiness::Verdict::{self, Blocks, Warns};
use understudy_readiness::names::Fault;
use understudy_readiness::{Alarm, Database, OwnAlarm, Quota, Seen, Survey, Table, Topic, Why};

pub(crate) type Row = (&'static str, Verdict, fn(&mut Policy, &mut Survey));

fn known<T>(seen: &mut Seen<T>) -> &mut T {
    match seen {
        Seen::Known(known) => known,
        Seen::Unseen(unseen) => panic!("{unseen}"),
    }
}

fn writer(survey: &mut Survey) -> &mut Database {
    known(&mut survey.writer)
}

fn replica(survey: &mut Survey) -> &mut Database {
    known(&mut survey.replica)
}

fn record(survey: &mut Survey) -> &mut Record {
    known(&mut survey.record)
}

fn table(survey: &mut Survey) -> &mut Table {
    known(&mut survey.table)
}

fn topic(survey: &mut Survey) -> &mut Topic {
    known(&mut survey.topic)
}

fn alarm(survey: &mut Survey) -> &mut Alarm {
    known(survey.alarms.values_mut().next().unwrap())
}

fn own_alarms(survey: &mut Survey) -> &mut Vec<OwnAlarm> {
    known(survey.own_alarms.values_mut().next().unwrap())
}

fn vote<'a>(survey: &'a mut Survey, voter: &str) -> &'a mut Vote {
    record(survey).votes.get_mut(&voter.parse().unwrap()).unwrap()
}

fn old(survey: &mut Survey, voter: &str) {
    vote(survey, voter).observed_at = Seconds(91).before(now());
}

fn ahead(survey: &mut Survey, voter: &str) {
    vote(survey, voter).observed_at = Seconds(31).after(now());
}

/// Moves a voter's alarm, and its vote with it.
fn moved(policy: &mut Policy, survey: &mut Survey, voter: &str, to: &str) {
    let arn: AlarmArn = format!("arn:aws:cloudwatch:{to}:111122223333:alarm:orders-elsewhere").parse().unwrap();
    policy.voters.iter_mut().find(|one| one.name.as_str() == voter).unwrap().source = Source::Alarm(arn.clone());
    vote(survey, voter).source = Source::Alarm(arn);
}

pub(crate) const ROWS: &[&[Row]] =
    &[REPLICA, PARITY, BACKUPS_AND_QUOTAS, VOTERS, ALARMS, RECORD, PEOPLE_AND_TRAFFIC, FUNCTIONS, needs::ROWS];

const REPLICA: &[Row] = &[
    ("writer-there", Blocks, |_, survey| survey.writer = unseen(Why::Absent)),
    ("replica-there", Blocks, |_, survey| survey.replica = unseen(Why::Absent)),
    ("replica-of-writer", Blocks, |_, survey| replica(survey).source = None),
    ("replica-of-writer", Blocks, |_, survey| {
        replica(survey).source = Some("arn:aws:rds:us-east-1:111122223333:db:other".to_owned());
    }),
    ("replica-available", Blocks, |_, survey| replica(survey).status = "modifying".to_owned()),
    ("replica-available", Blocks, |_, survey| replica(survey).status = "backing-up".to_owned()),
    ("replica-replicating", Blocks, |_, survey| {
        let replication = replica(survey).replication.as_mut().unwrap();
        (replication.status, replication.normal) = ("terminated".to_owned(), false);
    }),
    ("replica-replicating", Blocks, |_, survey| replica(survey).replication = None),
    ("lag-now", Blocks, |_, survey| survey.lag = Seen::Known(None)),
    ("lag-now", Blocks, |_, survey| known(&mut survey.lag).as_mut().unwrap().seconds = Seconds(61)),
    ("lag-over-a-day", Warns, |_, survey| known(&mut survey.lag_of_a_day)[20].seconds = Seconds(61)),
    ("lag-over-a-day", Warns, |_, survey| known(&mut survey.lag_of_a_day).truncate(21)),
    ("replica-unfenced", Blocks, |_, survey| {
        replica(survey).security_groups = ["sg-0fedcba9876543210".to_owned()].into();
    }),
    ("fence-named", Warns, |policy, _| policy.fence = None),
    ("fence-named", Warns, |policy, _| {
        policy.fence.as_mut().unwrap().security_groups.remove(&region("us-west-2"));
    }),
    ("replica-settled", Warns, |_, survey| replica(survey).pending = vec!["class db.r6g.xlarge".to_owned()]),
    ("replica-settled", Warns, |_, survey| {
        replica(survey).parameter_groups[0].applied = "pending-reboot".to_owned();
    }),
];

const PARITY: &[Row] = &[
    ("class-parity", Warns, |_, survey| replica(survey).class = "db.t4g.medium".to_owned()),
    ("storage-parity", Warns, |_, survey| replica(survey).storage.kind = "gp2".to_owned()),
    ("storage-parity", Warns, |_, survey| replica(survey).storage.gib_max = None),
    ("storage-parity", Warns, |_, survey| replica(survey).storage.gib = 399),
    ("storage-parity", Warns, |_, survey| replica(survey).storage.iops = Some(3000)),
    ("storage-parity", Warns, |_, survey| replica(survey).storage.throughput = None),
    ("engine-parity", Blocks, |_, survey| replica(survey).engine = "mysql".to_owned()),
    ("engine-parity", Warns, |_, survey| replica(survey).engine_version = "16.3".to_owned()),
    ("parameter-parity", Warns, |_, survey| known(&mut survey.replica_settings.parameters).clear()),
    ("parameter-parity", Warns, |_, survey| {
        known(&mut survey.replica_settings.parameters).insert("max_connections".to_owned(), "100".to_owned());
    }),
    ("option-parity", Warns, |_, survey| known(&mut survey.replica_settings.options).clear()),
    ("login-parity", Blocks, |_, survey| replica(survey).port = Some(5433)),
    ("login-parity", Blocks, |_, survey| replica(survey).iam_login = false),
    ("multi-az-parity", Warns, |_, survey| replica(survey).multi_az = false),
    ("kms-key-in-region", Blocks, |_, survey| replica(survey).encrypted = false),
    ("kms-key-in-region", Blocks, |_, survey| replica(survey).kms_key = None),
    ("kms-key-in-region", Blocks, |_, survey| {
        replica(survey).kms_key = Some("arn:aws:kms:us-east-1:111122223333:key/orders".to_owned());
    }),
    ("deletion-protection", Warns, |_, survey| replica(survey).deletion_protection = false),
    ("deletion-protection", Warns, |_, survey| writer(survey).deletion_protection = false),
];

const BACKUPS_AND_QUOTAS: &[Row] = &[
    ("backups-on", Warns, |_, survey| replica(survey).backup_retention_days = 0),
    ("backups-on", Warns, |_, survey| writer(survey).backup_retention_days = 0),
    ("backup-done", Warns, |_, survey| survey.replica_backups = Seen::Known(0)),
    ("backup-windows-apart", Warns, |_, survey| replica(survey).backup_window = Some("03:29-04:00".to_owned())),
    ("backup-windows-apart", Warns, |_, survey| replica(survey).backup_window = None),
    ("quota-instances", Warns, |_, survey| {
        let quotas = survey.quotas.get_mut(&region("us-west-2")).unwrap();
        quotas.instances = Seen::Known(Quota { used: 40, max: 40 });
    }),
    ("quota-storage", Warns, |_, survey| {
        let quotas = survey.quotas.get_mut(&region("us-east-1")).unwrap();
        quotas.storage_gib = Seen::Known(Quota { used: 99_601, max: 100_000 });
    }),
];

const VOTERS: &[Row] = &[
    ("voters-heard", Warns, |_, survey| {
        record(survey).votes.remove(&"primary-health".parse().unwrap());
    }),
    ("voters-heard", Warns, |_, survey| {
        let source = vote(survey, "outside-probe").source.clone();
        vote(survey, "primary-health").source = source;
    }),
    ("voters-fresh", Warns, |_, survey| old(survey, "primary-health")),
    ("voters-clocks", Warns, |_, survey| ahead(survey, "primary-health")),
    ("voters-up", Warns, |_, survey| vote(survey, "primary-health").verdict = Said::Abstain),
    ("voters-up", Warns, |_, survey| vote(survey, "primary-health").verdict = Said::Down),
    ("voters-up", Blocks, |policy, survey| {
        let canary: VoterName = "canary".parse().unwrap();
        policy.voters.push(Voter { name: canary.clone(), watches: Subject::Canary, ..policy.voters[0].clone() });
        let says = Vote { verdict: Said::Down, ..vote(survey, "primary-health").clone() };
        record(survey).votes.insert(canary, says);
    }),
    ("evidence-diverse", Warns, |policy, survey| moved(policy, survey, "primary-health", "us-east-2")),
    ("quorum-without-primary", Warns, |policy, _| {
        policy.quorum.needed = 3;
        let region = policy.regions.standby.clone();
        let person =
            Voter { name: "people".parse().unwrap(), class: EvidenceClass::Operator, ..policy.voters[0].clone() };
        policy.voters.push(Voter { source: Source::Operator(region), ..person });
    }),
    ("quorum-without-primary", Blocks, |policy, _| policy.quorum.needed = 3),
    ("quorum-without-primary", Blocks, |policy, _| {
        policy.voters.iter_mut().for_each(|voter| voter.class = EvidenceClass::DataPath);
    }),
];

const ALARMS: &[Row] = &[
    ("alarms-there", Blocks, |_, survey| *survey.alarms.values_mut().next().unwrap() = unseen(Why::Absent)),
    ("alarms-missing-data", Blocks, |_, survey| alarm(survey).missing_data = Some("breaching".to_owned())),
    ("alarms-missing-data", Warns, |_, survey| alarm(survey).missing_data = Some("notBreaching".to_owned())),
    ("alarms-missing-data", Warns, |_, survey| alarm(survey).missing_data = Some("ignore".to_owned())),
    ("alarms-actions", Warns, |_, survey| alarm(survey).actions_enabled = false),
    ("own-alarms-there", Warns, |_, survey| own_alarms(survey).clear()),
    ("own-alarms-actions", Warns, |_, survey| own_alarms(survey)[0].actions_enabled = false),
    ("own-alarms-actions", Warns, |_, survey| own_alarms(survey)[0].actions = 0),
    ("own-alarms-quiet", Warns, |_, survey| own_alarms(survey)[0].is_raised = true),
];

const RECORD: &[Row] = &[
    ("table-consistent", Blocks, |_, survey| table(survey).replicas = vec!["us-east-1".to_owned()]),
    ("table-consistent", Blocks, |_, survey| table(survey).region = region("us-east-1")),
    ("table-streams", Warns, |_, survey| table(survey).streams = false),
    ("table-protected", Warns, |_, survey| table(survey).deletion_protection = false),
    ("record-there", Blocks, |_, survey| survey.record = unseen(Why::Absent)),
    ("policy-equal", Blocks, |_, survey| record(survey).policy_hash.0 = "0".repeat(64)),
    ("mode-acts", Blocks, |policy, _| policy.mode = Mode::Observe),
    ("unpaused", Blocks, |_, survey| {
        let by = "arn:aws:iam::111122223333:role/orders-lead".parse().unwrap();
        record(survey).state.paused = Some(Paused { by, since: now() });
    }),
    ("cooldown-over", Blocks, |_, survey| {
        record(survey).state.cooldown = Some(Cooldown { until: Seconds(60).before(now()), acknowledged_by: None });
    }),
    ("phase-watching", Blocks, |_, survey| {
        let suspicion = Suspicion {
            incident: IncidentId::from("incident".to_owned()),
            opened_at: now(),
            down_since: None,
            quorum_since: None,
            confirmed_at: now(),
            candidate: None,
            turn: Turn::NotWanted,
            region_down: false,
            told: BTreeSet::new(),
        };
        record(survey).state.phase = Phase::Suspected(Suspected { suspicion, deadline: now() });
    }),
    ("latch-open", Blocks, |_, survey| latch(survey, "us-east-1")),
    ("latch-open", Warns, |_, survey| latch(survey, "us-west-2")),
];

/// A Region is latched, and every gate that guards it says so.
fn latch(survey: &mut Survey, name: &str) {
    let latched = Latched { since: now(), epoch: Epoch(1) };
    record(survey).state.latch.insert(region(name), latched);
    for (latch, seen) in &mut survey.latches {
        if latch.guarded == region(name) {
            *seen = Seen::Known(true);
        }
    }
}

const PEOPLE_AND_TRAFFIC: &[Row] = &[
    ("topic-subscribed", Blocks, |_, survey| topic(survey).confirmed = 0),
    ("topic-subscribed", Blocks, |_, survey| survey.topic = unseen(Why::Absent)),
    ("topic-confirmed", Warns, |_, survey| topic(survey).pending = 1),
    ("traffic-named", Warns, |policy, survey| {
        policy.traffic = None;
        policy.dependencies.as_mut().unwrap().distributions.clear();
        survey.latches.clear();
        survey.names = unseen(Why::NotAsked);
    }),
    ("names-as-designed", Blocks, |_, survey| {
        let [at, problem, mend] =
            ["orders.example.com SECONDARY", "its TTL is 300 s", "set it to 60"].map(str::to_owned);
        known(&mut survey.names).push(Fault { at, problem, mend });
    }),
    ("gates-answer", Warns, |_, survey| {
        *survey.latches.values_mut().next().unwrap() = unseen(Why::Unreachable);
    }),
    ("gates-answer", Blocks, |_, survey| {
        for (latch, seen) in &mut survey.latches {
            if latch.guarded == region("us-east-1") {
                *seen = unseen(Why::Refused);
            }
        }
    }),
    ("writer-as-filed", Blocks, |policy, survey| record(survey).state.writer = Some(policy.database.replica.clone())),
    ("flaps-few", Blocks, |policy, survey| {
        let flaps_max = usize::try_from(policy.quorum.flaps_max).unwrap();
        record(survey).state.flaps = vec![Seconds(60).before(now()); flaps_max];
    }),
    ("gates-agree", Warns, |_, survey| *survey.latches.values_mut().next().unwrap() = Seen::Known(true)),
];

const FUNCTIONS: &[Row] = &[
    ("functions-there", Blocks, |_, survey| *survey.functions.values_mut().next().unwrap() = unseen(Why::Absent)),
    ("concurrency-open", Blocks, |_, survey| {
        *survey.functions.values_mut().next().unwrap() = Seen::Known(Some(0));
    }),
    ("concurrency-reserved", Warns, |_, survey| *survey.functions.values_mut().next().unwrap() = Seen::Known(None)),
    ("dead-letters-empty", Warns, |_, survey| *survey.dead_letters.values_mut().next().unwrap() = Seen::Known(1)),
    ("dead-letters-empty", Warns, |_, survey| {
        *survey.dead_letters.values_mut().next().unwrap() = unseen(Why::Absent);
    }),
];
