//! Voters that a probe speaks for: what is refused of them, and how they count.

use crate::script::{Script, candidate, name, policy, with_fence};
use serde_json::{Value, json};
use understudy_engine::{
    Counts, Effect, Heartbeat, Mode, NotCounted, PhaseName, Policy, Probe, Seconds, Severity, Source, StepVerdict,
    Subject, Target, Verdict, Vote, Voter, Why, tally,
};

const SOURCE: &str = "voters[3].source";

fn server() -> Value {
    json!({"endpoint": "orders.example.com:5432", "database": "orders", "user": "watcher",
        "password_variable": "UNDERSTUDY_PROBE_ORDERS"})
}

fn probe(target: &Value) -> Probe {
    serde_json::from_value(json!({"region": "us-east-2", "target": target})).unwrap()
}

fn http() -> Value {
    json!({"http": {"url": "https://orders.example.com/health"}})
}

fn voter(named: &str, watches: Subject, probe: Probe) -> Voter {
    let class = understudy_engine::EvidenceClass::DataPath;
    Voter { name: name(named), class, watches, source: Source::Probe(probe) }
}

/// The faults of a policy with one more voter, by field.
fn faults(severity: Severity, target: &Value, change: impl FnOnce(&mut Probe, &mut Policy)) -> Vec<String> {
    let mut policy = with_fence(Mode::Auto);
    let mut probe = probe(target);
    change(&mut probe, &mut policy);
    policy.voters.push(voter("probe", Subject::Primary, probe));
    policy.quorum.needed = 3;
    let faults = policy.faults();
    assert!(faults.iter().all(|fault| !fault.mend.is_empty() && fault.involves.contains(&fault.field)), "{faults:?}");
    faults.into_iter().filter(|fault| fault.severity == severity).map(|fault| fault.field).collect()
}

fn errors(target: &Value, change: impl FnOnce(&mut Probe, &mut Policy)) -> Vec<String> {
    faults(Severity::Error, target, change)
}

#[test]
fn what_is_not_written_has_a_default() {
    let probe = probe(&http());
    assert_eq!(probe.interval_seconds.seconds(), Seconds(20));
    assert_eq!((probe.timeout_seconds, probe.down_after), (Seconds(5), 2));
}

#[test]
fn probes_of_every_kind_are_sound() {
    for target in [
        http(),
        json!({"tcp": "orders.example.com:443"}),
        json!({"postgres_writer": server()}),
        json!({"postgres_replica": {"server": server(), "heartbeat": {"table": "ops.beat", "column": "at",
            "max_age_seconds": 30}}}),
    ] {
        assert_eq!(errors(&target, |_, _| {}), Vec::<String>::new(), "{target}");
        assert_eq!(faults(Severity::Warning, &target, |_, _| {}), Vec::<String>::new(), "{target}");
    }
}

#[test]
fn an_interval_is_one_of_four() {
    for seconds in [0, 5, 15, 61, 120] {
        let probe = json!({"region": "us-east-2", "target": http(), "interval_seconds": seconds});
        assert!(serde_json::from_value::<Probe>(probe).is_err(), "{seconds}");
    }
}

#[test]
fn numbers_out_of_their_range_are_named() {
    assert_eq!(errors(&http(), |probe, _| probe.down_after = 0), [format!("{SOURCE}.probe.down_after")]);
    assert_eq!(
        errors(&http(), |probe, _| probe.timeout_seconds = Seconds(0)),
        [format!("{SOURCE}.probe.timeout_seconds")]
    );
    let statuses = json!({"http": {"url": "https://orders.example.com/", "statuses": [200, 99]}});
    assert_eq!(errors(&statuses, |_, _| {}), [format!("{SOURCE}.probe.target.http.statuses[1]")]);
    let old = |probe: &mut Probe, _: &mut Policy| {
        let Target::PostgresReplica(replica) = &mut probe.target else { panic!("another target") };
        let (table, column) = ("beat".parse().unwrap(), "at".parse().unwrap());
        replica.heartbeat = Some(Heartbeat { table, column, max_age_seconds: Seconds(0) });
    };
    let path = format!("{SOURCE}.probe.target.postgres_replica.heartbeat.max_age_seconds");
    assert_eq!(errors(&json!({"postgres_replica": {"server": server()}}), old), [path]);
}

#[test]
fn a_round_ends_before_the_next_one_begins() {
    let slow = |seconds, interval: u32| {
        errors(&http(), move |probe, _| {
            probe.timeout_seconds = Seconds(seconds);
            probe.interval_seconds = interval.try_into().unwrap();
        })
    };
    assert_eq!(slow(7, 10), Vec::<String>::new());
    assert_eq!(slow(8, 10), [format!("{SOURCE}.probe.timeout_seconds")]);
    assert_eq!(slow(17, 20), Vec::<String>::new());
}

#[test]
fn votes_stay_fresh_for_longer_than_the_rounds_that_make_a_down() {
    let rounds = |down_after, age| {
        errors(&http(), move |probe, policy| {
            probe.down_after = down_after;
            policy.windows.vote_max_age_seconds = Seconds(age);
        })
    };
    assert_eq!(rounds(4, 81), Vec::<String>::new());
    assert_eq!(rounds(4, 80), [format!("{SOURCE}.probe.interval_seconds")]);
}

#[test]
fn one_region_that_asks_one_thing_twice_has_one_vote() {
    let twice = |change: fn(&mut Probe)| {
        errors(&http(), move |probe_of_last, policy| {
            let mut first = probe(&http());
            change(&mut first);
            policy.voters.push(voter("first", Subject::Primary, first));
            probe_of_last.down_after = 3;
        })
    };
    assert_eq!(twice(|_| {}), ["voters[4].source"]);
    assert_eq!(twice(|first| first.region = "us-west-2".parse().unwrap()), Vec::<String>::new());
}

#[test]
fn what_cannot_say_down_or_counts_one_value_twice_is_a_warning() {
    let replica = json!({"postgres_replica": {"server": server()}});
    let path = format!("{SOURCE}.probe.target.postgres_replica.heartbeat");
    assert_eq!(faults(Severity::Warning, &replica, |_, _| {}), [path]);
    let lag = json!({"replica_lag": {"replica": "arn:aws:rds:us-west-2:111122223333:db:r", "max_seconds": 60}});
    assert_eq!(faults(Severity::Warning, &lag, |_, _| {}), [format!("{SOURCE}.probe.interval_seconds")]);
    let minute = |probe: &mut Probe, policy: &mut Policy| {
        probe.interval_seconds = 60.try_into().unwrap();
        policy.windows.vote_max_age_seconds = Seconds(130);
    };
    assert_eq!(faults(Severity::Warning, &lag, minute), Vec::<String>::new());
}

#[test]
fn a_lag_is_read_in_the_writers_account() {
    let lag = json!({"replica_lag": {"replica": "arn:aws:rds:us-west-2:123456789012:db:r", "max_seconds": 60}});
    assert_eq!(errors(&lag, |_, _| {}), [format!("{SOURCE}.probe.target.replica_lag.replica")]);
}

/// `standby` and `witness` are probes; `primary` is an alarm.
fn probed() -> Policy {
    let mut policy = policy(Mode::Auto);
    for (index, region) in [(1, "us-west-2"), (2, "us-east-2")] {
        let mut probe = probe(&http());
        probe.region = region.parse().unwrap();
        policy.voters[index].source = Source::Probe(probe);
    }
    policy
}

fn say(script: &mut Script, voter: &str, verdict: Verdict) {
    let source = script.policy.voter(&name(voter)).unwrap().source.clone();
    let vote = Vote { verdict, observed_at: script.time(script.seconds()), since: None, source, reason: String::new() };
    script.votes.insert(name(voter), vote);
}

fn both_down(script: &mut Script) {
    say(script, "standby", Verdict::Down);
    say(script, "witness", Verdict::Down);
}

#[test]
fn a_probe_is_not_read_again_and_an_alarm_is() {
    let mut script = Script::of(probed());
    both_down(&mut script);
    script.tick();
    let Some(Effect::Look(look)) = script.outstanding("run-1") else { panic!("nothing to look at") };
    assert_eq!(look.alarms.keys().cloned().collect::<Vec<_>>(), [name("primary")]);
}

#[test]
fn probes_that_keep_saying_down_decide() {
    let mut script = Script::of(probed());
    let mut last = StepVerdict::Noted;
    for second in (0..=240).step_by(20) {
        script.at(second);
        both_down(&mut script);
        script.look(candidate());
        last = script.tick();
        if script.phase() == PhaseName::Fencing {
            break;
        }
    }
    assert_eq!(last, StepVerdict::Advanced(Why::Decided));
    assert!(script.seconds() >= 180, "not before Down was sustained, but after {} s", script.seconds());
}

#[test]
fn a_probe_that_falls_silent_abstains_once_its_vote_is_stale() {
    let mut script = Script::of(probed());
    say(&mut script, "witness", Verdict::Down);
    let heard = |script: &Script, second| tally(&script.policy, &script.votes, script.time(second)).heard[2].counts;
    assert_eq!(heard(&script, 90), Counts::As(Verdict::Down));
    assert_eq!(heard(&script, 91), Counts::Not(NotCounted::Stale { verdict: Verdict::Down }));
}

#[test]
fn what_was_said_of_another_target_does_not_count() {
    let mut script = Script::of(probed());
    say(&mut script, "witness", Verdict::Down);
    let Source::Probe(probe) = &mut script.policy.voters[2].source else { panic!("no probe") };
    probe.target = serde_json::from_value(json!({"tcp": "orders.example.com:443"})).unwrap();
    let tally = tally(&script.policy, &script.votes, script.time(0));
    assert_eq!(tally.heard[2].counts, Counts::Not(NotCounted::OtherSource));
}

#[test]
fn probes_that_see_both_regions_or_their_canary_down_hold_for_a_person() {
    for watches in [Subject::Standby, Subject::Canary] {
        let mut policy = probed();
        let mut observer = probe(&json!({"tcp": "elsewhere.example.com:443"}));
        observer.region = "us-east-2".parse().unwrap();
        policy.voters.push(voter("observer", watches, observer));
        let mut script = Script::of(policy);
        for second in (0..=240).step_by(20) {
            script.at(second);
            both_down(&mut script);
            say(&mut script, "observer", Verdict::Down);
            script.look(candidate()).tick();
            if script.phase() == PhaseName::Held {
                break;
            }
        }
        assert_eq!(script.phase(), PhaseName::Held, "{watches}");
    }
}
