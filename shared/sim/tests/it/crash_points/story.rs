//! The stories: a world, what happens in it, the people who speak, and how it must end.

use super::invocation::Invocation;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use understudy_driver::{Record, code_of_batch, code_of_question};
use understudy_engine::{
    Application, Breaker, HeldReason, LEVER_ENDPOINTS, Lag, Order, Person, Phase, PhaseName, Policy, Region, Seconds,
};
use understudy_sim::{Life, PromoteFault, SimDatabase, SimLedger, World};

pub(super) const PRIMARY: &str = "us-east-1";
pub(super) const STANDBY: &str = "us-west-2";
const WITNESS: &str = "us-east-2";

/// The writer's own security groups, and the one of each Region that admits nobody.
pub(super) const OWN_GROUP: &str = "sg-00000aaa";
pub(super) const FENCE_GROUP: &str = "sg-00000fff";
const STANDBY_FENCE_GROUP: &str = "sg-00000ffe";

/// What people see when they look.
pub(super) struct Eyes {
    pub(super) records: BTreeMap<Application, Record>,
    pub(super) breaker: Breaker,
}

/// How one application must end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) phase: PhaseName,
    /// Accepted promotions, each of an epoch of its own.
    pub(super) promotions: usize,
    pub(super) latched: Vec<&'static str>,
    /// Security groups of the databases that the story cuts off or gives back, by name.
    pub(super) groups: Vec<(&'static str, &'static str)>,
}

pub(super) struct Story {
    pub(super) name: &'static str,
    pub(super) tells: &'static str,
    pub(super) policies: Vec<Policy>,
    pub(super) primary_dies: bool,
    pub(super) promote_faults: usize,
    pub(super) loses_promote_replies: bool,
    /// From when on the calls are this story's own, and not those of the one that it goes on from.
    pub(super) begins: fn(&Eyes) -> bool,
    pub(super) people: fn(&Eyes) -> Vec<Invocation>,
    pub(super) ends: fn(&Eyes) -> bool,
    /// Any of these is right.
    pub(super) endings: Vec<Ending>,
}

fn from_the_start(_: &Eyes) -> bool {
    true
}

fn nobody(_: &Eyes) -> Vec<Invocation> {
    Vec::new()
}

pub(super) fn person(name: &str) -> Person {
    name.parse().unwrap()
}

/// Three voters, two needed, one in each Region, and windows that make a story short.
fn policy(application: &str, more: &Value) -> Policy {
    let alarm =
        |region: &str, name: &str| format!("arn:aws:cloudwatch:{region}:111122223333:alarm:{application}-{name}");
    let mut file = json!({
        "schema": 1,
        "application": application,
        "mode": "auto",
        "regions": {"primary": PRIMARY, "standby": STANDBY, "witness": WITNESS},
        "database": {
            "writer": format!("arn:aws:rds:{PRIMARY}:111122223333:db:{application}"),
            "replica": format!("arn:aws:rds:{STANDBY}:111122223333:db:{application}-replica"),
            "lag_max_seconds": 60,
        },
        "quorum": {"needed": 2},
        "voters": [
            {"name": "primary", "class": "infrastructure", "source": {"alarm": alarm(PRIMARY, "primary")}},
            {"name": "standby", "class": "replication", "source": {"alarm": alarm(STANDBY, "standby")}},
            {"name": "witness", "class": "data_path", "source": {"alarm": alarm(WITNESS, "witness")}},
        ],
        "windows": {
            "sustain_seconds": 60, "vote_max_age_seconds": 50, "skew_seconds": 0, "look_seconds": 40,
            "poll_seconds": 20, "settle_seconds": 30, "call_seconds": 20, "shift_seconds": 30, "fence_seconds": 100,
        },
        "notification": {"topic": format!("arn:aws:sns:{STANDBY}:111122223333:{application}")},
    });
    for (key, value) in more.as_object().unwrap() {
        match (file.get_mut(key).and_then(Value::as_object_mut), value.as_object()) {
            (Some(old), Some(new)) => old.extend(new.clone()),
            (Some(_) | None, _) => file[key] = value.clone(),
        }
    }
    serde_json::from_value(file).unwrap()
}

fn fence() -> Value {
    json!({"security_groups": {PRIMARY: FENCE_GROUP, STANDBY: STANDBY_FENCE_GROUP}})
}

pub(super) fn stories() -> Vec<Story> {
    vec![
        auto(),
        approve(),
        veto_window(),
        fenced(),
        aborted_while_fencing(),
        aborted_while_promoting(),
        aborted_too_late(),
        switched_home(),
        storm(),
        levers(),
    ]
}

pub(super) fn story(name: &str) -> Story {
    stories().into_iter().find(|story| story.name == name).unwrap()
}

fn failed_over() -> Ending {
    Ending { phase: PhaseName::FailedOver, promotions: 1, latched: vec![PRIMARY], groups: Vec::new() }
}

fn not_promoted() -> Ending {
    let groups = vec![("orders", OWN_GROUP)];
    Ending { phase: PhaseName::Held, promotions: 0, latched: Vec::new(), groups }
}

fn auto() -> Story {
    Story {
        name: "auto",
        tells: "the primary Region dies, and mode auto promotes",
        policies: vec![policy("orders", &json!({}))],
        primary_dies: true,
        promote_faults: 0,
        loses_promote_replies: false,
        begins: from_the_start,
        people: nobody,
        ends: all_failed_over,
        endings: vec![failed_over()],
    }
}

fn approve() -> Story {
    let approval = json!({"needed": 2, "approvers": ["ann", "ben", "cy"]});
    Story {
        name: "approve",
        tells: "mode approve asks, and two of three people say yes",
        policies: vec![policy("orders", &json!({"mode": "approve", "approval": approval}))],
        people: two_approve,
        ..auto()
    }
}

fn veto_window() -> Story {
    Story {
        name: "veto-window",
        tells: "mode auto announces itself, and nobody objects",
        policies: vec![policy("orders", &json!({"windows": {"veto_seconds": 30}}))],
        ..auto()
    }
}

fn fenced() -> Story {
    Story {
        name: "fenced",
        tells: "the old writer is alive, and is cut off before the replica is promoted",
        policies: vec![policy("orders", &json!({"fence": fence()}))],
        primary_dies: false,
        ends: all_failed_over_and_fenced,
        endings: vec![Ending { groups: vec![("orders", FENCE_GROUP)], ..failed_over() }],
        ..auto()
    }
}

fn aborted_while_fencing() -> Story {
    Story {
        name: "aborted-while-fencing",
        tells: "a person aborts while the old writer is being cut off, and it gets its own groups back",
        policies: vec![policy("orders", &json!({"fence": fence(), "windows": {"fence_seconds": 300}}))],
        primary_dies: false,
        people: abort_when_cut_off,
        ends: all_held_aborted,
        endings: vec![not_promoted()],
        ..auto()
    }
}

fn aborted_while_promoting() -> Story {
    Story {
        name: "aborted-while-promoting",
        tells: "no promote call arrives, and a person aborts",
        primary_dies: false,
        promote_faults: 12,
        people: abort_when_unknown,
        ends: all_held_aborted,
        endings: vec![not_promoted()],
        ..auto()
    }
}

fn aborted_too_late() -> Story {
    Story {
        name: "aborted-too-late",
        tells: "a promote call arrives, its reply does not, and a person aborts: forward only",
        primary_dies: false,
        loses_promote_replies: true,
        people: abort_when_unknown,
        ends: all_at_rest,
        // Where the first call never left, the abort comes in time.
        endings: vec![failed_over(), not_promoted()],
        ..auto()
    }
}

fn switched_home() -> Story {
    let windows = json!({
        "sustain_seconds": 400, "vote_max_age_seconds": 390, "look_seconds": 170, "patrol_seconds": 360,
        "fence_seconds": 20,
    });
    Story {
        name: "switched-home",
        tells: "after a failover a person orders a new replica in the old Region, and then a switchover to it",
        policies: vec![policy("orders", &json!({"fence": fence(), "windows": windows}))],
        primary_dies: false,
        begins: all_failed_over_and_fenced,
        people: rebuild_and_switch_over,
        ends: all_home,
        endings: vec![Ending {
            phase: PhaseName::FailedOver,
            promotions: 2,
            latched: vec![STANDBY],
            groups: vec![("orders", FENCE_GROUP), ("orders-replica", STANDBY_FENCE_GROUP)],
        }],
        ..auto()
    }
}

fn storm() -> Story {
    Story {
        name: "storm",
        tells: "two applications fail together, one has to wait, and a person releases it",
        policies: vec![
            policy("billing", &json!({"storm": {"priority": 20}})),
            policy("orders", &json!({"storm": {"priority": 10}})),
        ],
        people: release_those_that_wait,
        ..auto()
    }
}

fn levers() -> Story {
    Story {
        name: "levers",
        tells: "two further levers follow the latch, by the endpoints that are left",
        policies: vec![policy("orders", &json!({"traffic": super::levers::traffic()}))],
        ends: |eyes| all_failed_over(eyes) && eyes.records.values().all(super::levers::have_moved),
        ..auto()
    }
}

fn phases(eyes: &Eyes) -> impl Iterator<Item = &Phase> {
    eyes.records.values().map(|record| &record.state.phase)
}

fn all_failed_over(eyes: &Eyes) -> bool {
    phases(eyes).all(|phase| phase.name() == PhaseName::FailedOver)
}

fn all_failed_over_and_fenced(eyes: &Eyes) -> bool {
    phases(eyes).all(|phase| match phase {
        Phase::FailedOver(phase) => phase.decision.fence.proven_at().is_some(),
        _ => false,
    })
}

fn all_held_aborted(eyes: &Eyes) -> bool {
    phases(eyes).all(|phase| matches!(phase, Phase::Held(held) if held.reason == HeldReason::Aborted))
}

fn all_at_rest(eyes: &Eyes) -> bool {
    all_failed_over(eyes) || all_held_aborted(eyes)
}

fn all_home(eyes: &Eyes) -> bool {
    all_failed_over_and_fenced(eyes) && eyes.records.values().all(is_home)
}

fn is_home(record: &Record) -> bool {
    record.state.writer.as_ref().is_some_and(|writer| writer.region().as_str() == PRIMARY)
}

fn two_approve(eyes: &Eyes) -> Vec<Invocation> {
    let mut said = Vec::new();
    for (application, record) in &eyes.records {
        let Phase::AwaitingApproval(phase) = &record.state.phase else { continue };
        let code = code_of_question(application, &phase.question);
        let silent = ["ann", "ben"].map(person).into_iter().filter(|person| !phase.approvals.contains_key(person));
        said.extend(silent.map(|by| Invocation::Answer(application.clone(), by, code.clone())));
    }
    said
}

fn ordered(application: &Application, order: Order) -> Vec<Invocation> {
    vec![Invocation::Command(application.clone(), person("ann"), order)]
}

fn abort_when_cut_off(eyes: &Eyes) -> Vec<Invocation> {
    let (application, record) = eyes.records.first_key_value().unwrap();
    match &record.state.phase {
        Phase::Fencing(phase) if phase.decision.fence.standing != understudy_engine::Fence::open().standing => {
            ordered(application, Order::Abort(phase.decision.incident.clone()))
        }
        _ => Vec::new(),
    }
}

fn abort_when_unknown(eyes: &Eyes) -> Vec<Invocation> {
    let (application, record) = eyes.records.first_key_value().unwrap();
    match &record.state.phase {
        Phase::Promoting(phase) => ordered(application, Order::Abort(phase.decision.incident.clone())),
        _ => Vec::new(),
    }
}

fn rebuild_and_switch_over(eyes: &Eyes) -> Vec<Invocation> {
    let (application, record) = eyes.records.first_key_value().unwrap();
    match &record.state.phase {
        Phase::FailedOver(phase) if !is_home(record) && phase.decision.fence.proven_at().is_some() => {
            let incident = phase.decision.incident.clone();
            if phase.acknowledged_by.is_none() {
                return ordered(application, Order::Acknowledge(incident));
            }
            let replica = format!("arn:aws:rds:{PRIMARY}:111122223333:db:{application}-home").parse().unwrap();
            ordered(application, Order::Rebuild { incident, replica })
        }
        Phase::Rebuilt(phase) if !is_home(record) => {
            ordered(application, Order::SwitchOver(phase.after.decision.incident.clone()))
        }
        _ => Vec::new(),
    }
}

fn release_those_that_wait(eyes: &Eyes) -> Vec<Invocation> {
    let held = |phase: &Phase| matches!(phase, Phase::Held(held) if held.reason == HeldReason::Storm);
    let released = eyes.breaker.released.as_ref().map(|released| &released.batch);
    let batch = eyes.breaker.batch();
    if phases(eyes).any(held) && !batch.is_empty() && released != Some(&batch) {
        vec![Invocation::Release(person("ann"), code_of_batch(&batch))]
    } else {
        Vec::new()
    }
}

impl Story {
    /// Builds the world: everything is well, and every replica follows.
    pub(super) fn set_up(&self, world: &World) {
        for policy in &self.policies {
            assert!(policy.is_sound(), "{:?}", policy.faults());
            SimLedger::new(world).apply(policy).unwrap();
            world.add_levers(policy);
            LEVER_ENDPOINTS[1..3].iter().for_each(|code| world.deafen_endpoint(&code.parse().unwrap()));
            let database = &policy.database;
            let own = SimDatabase { groups: [OWN_GROUP.parse().unwrap()].into(), ..SimDatabase::writer() };
            let follows = SimDatabase::replica_of(database.writer.clone(), Life::lasting(50));
            world.add_database(database.writer.clone(), own);
            world.add_database(database.replica.clone(), follows);
            let home = format!("arn:aws:rds:{PRIMARY}:111122223333:db:{}-home", policy.application).parse().unwrap();
            for replica in [&database.replica, &home] {
                world.set_lags(replica, lags(world.now()));
            }
        }
        for _ in 0..self.promote_faults {
            world.fail_next_promote(PromoteFault::CutBefore);
        }
    }

    /// The alarms that notice the loss, in order.
    pub(super) fn alarms(&self) -> Vec<understudy_engine::AlarmArn> {
        let primary: Region = PRIMARY.parse().unwrap();
        let voters = self.policies.iter().flat_map(|policy| &policy.voters);
        voters
            .filter_map(|voter| voter.source.alarm().cloned())
            .filter(|arn| !self.primary_dies || arn.region() != primary)
            .collect()
    }
}

/// A second behind, measured every minute from ten minutes before the story for three hours.
fn lags(now: Timestamp) -> Vec<Lag> {
    let at = |minute: i64| now.checked_add(SignedDuration::from_mins(minute)).unwrap();
    (-10..180).map(|minute| Lag { seconds: Seconds(1), at: at(minute) }).collect()
}
