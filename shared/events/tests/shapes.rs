//! Real shapes, as AWS documents and sends them, and broken ones: each file with what is made of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use serde_json::{Value, json};
use understudy_engine::Verdict;
use understudy_events::{Signal, Unusable, Wake, signals, wake};

fn fixture(name: &str) -> Value {
    let path = format!("{}/../../tests/fixtures/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// What the single alarm change in a file votes, and since when its source says so.
fn vote(name: &str) -> (Verdict, bool) {
    let signals = signals(&fixture(name));
    let [Ok(Signal::Alarm(change))] = signals.as_slice() else { panic!("{name}: {signals:?}") };
    assert_eq!(change.alarm.as_str(), "arn:aws:cloudwatch:us-east-2:111122223333:alarm:orders-outside-probe");
    let vote = change.vote();
    if change.value == "ALARM" {
        assert_eq!(vote.observed_at.to_string(), "2026-03-01T03:02:11.124Z", "{name}: the alarm's own time");
    }
    (vote.verdict, vote.since.is_some())
}

fn unusable(name: &str) -> &'static str {
    let signals = signals(&fixture(name));
    let [Err(reason)] = signals.as_slice() else { panic!("{name}: {signals:?}") };
    reason.code()
}

#[test]
fn every_real_shape_of_an_alarm_change_is_one_vote() {
    let files = [
        ("event_bridge_metric_alarm", Verdict::Down, true),
        ("event_bridge_back_to_ok", Verdict::Up, true),
        ("event_bridge_insufficient_data", Verdict::Abstain, true),
        ("event_bridge_unknown_value", Verdict::Abstain, true),
        ("event_bridge_just_created", Verdict::Down, true),
        ("event_bridge_metric_math", Verdict::Down, true),
        ("event_bridge_composite_without_suppressor", Verdict::Down, true),
        ("event_bridge_composite_suppressed", Verdict::Abstain, true),
        ("event_bridge_unsuppressed_again", Verdict::Down, false),
        ("lambda_action_metric_alarm", Verdict::Down, true),
        ("lambda_action_metric_math", Verdict::Down, true),
        ("lambda_action_composite_without_suppressor", Verdict::Down, true),
        ("lambda_action_unknown_value", Verdict::Abstain, true),
        ("sns_alarm", Verdict::Down, true),
        ("sns_wrapped_event_bridge", Verdict::Down, true),
    ];
    for (name, verdict, knows_since) in files {
        assert_eq!(vote(name), (verdict, knows_since), "{name}");
    }
}

#[test]
fn the_published_types_reject_shapes_that_are_read_here() {
    use aws_lambda_events::cloudwatch_alarms::{CloudWatchCompositeAlarm, CloudWatchMetricAlarm};
    let metric = |name| serde_json::from_value::<CloudWatchMetricAlarm>(fixture(name)).is_ok();
    let composite = |name| serde_json::from_value::<CloudWatchCompositeAlarm>(fixture(name)).is_ok();
    assert!(metric("lambda_action_metric_alarm"), "a plain alarm is read by both");
    assert!(!metric("lambda_action_metric_math"));
    assert!(!metric("lambda_action_unknown_value"));
    assert!(!composite("lambda_action_composite_without_suppressor"));
}

#[test]
fn what_is_broken_is_named_and_makes_no_vote() {
    let files = [
        ("malformed_no_timestamp", "missing_field"),
        ("malformed_time", "not_a_time"),
        ("malformed_no_value", "missing_field"),
        ("malformed_value_is_a_number", "missing_field"),
        ("malformed_no_resources", "missing_field"),
        ("malformed_not_an_alarm", "not_an_alarm"),
        ("malformed_other_account", "contradiction"),
        ("malformed_other_region", "contradiction"),
        ("malformed_other_name", "contradiction"),
        ("malformed_replayed", "replayed"),
        ("malformed_other_source", "unknown_shape"),
        ("malformed_detail_is_text", "missing_field"),
        ("malformed_no_records", "unknown_shape"),
        ("malformed_empty", "unknown_shape"),
        ("malformed_a_list", "unknown_shape"),
    ];
    for (name, code) in files {
        assert_eq!(unusable(name), code, "{name}");
    }
}

#[test]
fn one_broken_record_does_not_take_the_others_with_it() {
    let signals = signals(&fixture("sns_two_records_one_broken"));
    assert!(matches!(signals.as_slice(), [Err(Unusable::NotJson { .. }), Ok(Signal::Alarm(_))]), "{signals:?}");
}

#[test]
fn an_rds_event_is_a_hint_by_its_id() {
    let signals = signals(&fixture("rds_replication_stopped"));
    let [Ok(Signal::Database(hint))] = signals.as_slice() else { panic!("{signals:?}") };
    assert_eq!(hint.event_id, "RDS-EVENT-0045");
}

#[test]
fn a_tick_names_its_application_and_a_stream_batch_its_records() {
    let tick = wake(&json!({"application": "orders"}));
    assert_eq!(tick, Ok(Wake::Tick("orders".parse().unwrap())));
    assert_eq!(wake(&json!({"application": "Orders!"})).unwrap_err().code(), "not_an_application");
    assert_eq!(wake(&json!({"hello": 1})).unwrap_err().code(), "unknown_shape");

    let record = |key: &str| json!({"eventName": "MODIFY", "dynamodb": {"Keys": {"pk": {"S": key}, "sk": {"S": "record"}}, "SequenceNumber": "7"}});
    let batch = json!({"Records": [record("app#orders"), record("app#Orders!"), record("source#arn:aws:x")]});
    let Ok(Wake::Stream(records)) = wake(&batch) else { panic!("not a batch") };
    let applications: Vec<_> = records.iter().map(|record| record.application.is_some()).collect();
    assert_eq!(applications, [true, false, false], "only records of applications wake anybody");
}
