//! Events that cannot be used, and a cloud that is set up wrong: a clear answer, and nothing lost.

use serde_json::{Value, json};
use understudy_tests::{Fault, LocalCloud, Options, Story, await_until, policy, root};

fn fixture(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join(format!("tests/fixtures/events/{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn counted(cloud: &LocalCloud, result: &str) -> bool {
    let wanted = format!(r#""Result":"{result}""#);
    cloud.logs("intake").iter().any(|line| line.contains("CloudWatchMetrics") && line.contains(&wanted))
}

fn intake_only() -> Story {
    let story = Story::begin(Options::default());
    for function in ["conductor", "notify"] {
        story.cloud.cut_wires("schedule", function);
        story.cloud.cut_wires("stream", function);
    }
    story
}

#[test]
fn malformed_and_foreign_events_change_nothing_are_counted_and_acknowledged() {
    let story = intake_only();
    let before = story.record();
    let cases = [
        ("malformed_no_timestamp", "missing_field"),
        ("malformed_time", "not_a_time"),
        ("malformed_not_an_alarm", "not_an_alarm"),
        ("malformed_other_account", "contradiction"),
        ("malformed_replayed", "replayed"),
        ("malformed_a_list", "unknown_shape"),
        ("event_bridge_metric_alarm", "unknown_source"),
        ("rds_replication_stopped", "hint"),
    ];
    for (name, code) in cases {
        let answer = story.cloud.invoke("intake", fixture(name));
        assert_eq!(answer["status"], "ok", "{name}: {answer}");
        assert_eq!(answer["payload"]["results"], json!([code]), "{name}");
        await_until(&format!("{code} is counted"), || counted(&story.cloud, code));
    }
    assert_eq!(votes(&story.record()), votes(&before));
}

fn votes(record: &Value) -> Vec<(String, Value)> {
    let attributes = record.as_object().into_iter().flatten();
    attributes.filter(|(name, _)| name.starts_with("vote#")).map(|(name, vote)| (name.clone(), vote.clone())).collect()
}

#[test]
fn real_shapes_of_a_known_alarm_are_one_vote_each_and_a_late_one_supersedes_nothing() {
    let story = intake_only();
    let mut event = fixture("event_bridge_metric_math");
    event["account"] = "123456789012".into();
    event["resources"][0] = "arn:aws:cloudwatch:us-east-2:123456789012:alarm:outside-probe".into();
    event["detail"]["alarmName"] = "outside-probe".into();
    let now = jiff::Timestamp::now();
    event["detail"]["state"]["timestamp"] = now.to_string().into();
    let results = |event: &Value| story.cloud.invoke("intake", event.clone())["payload"]["results"].clone();
    assert_eq!(results(&event), json!(["voted"]));
    assert_eq!(results(&event), json!(["superseded"]), "the same again");
    event["detail"]["state"]["value"] = "OK".into();
    event["detail"]["state"]["timestamp"] = "2026-03-01T03:00:00.000+0000".into();
    assert_eq!(results(&event), json!(["superseded"]), "eleven hours late, or more");
    let far = now.checked_add(jiff::SignedDuration::from_secs(400)).unwrap();
    event["detail"]["state"]["timestamp"] = far.to_string().into();
    assert_eq!(results(&event), json!(["from_the_future"]));
}

#[test]
fn an_unknown_application_and_an_unusable_event_are_answered_by_name() {
    let story = intake_only();
    let answer = story.cloud.invoke("conductor", json!({"application": "invoices"}));
    assert_eq!(answer["error"]["errorType"], "UnknownApplication", "{answer}");
    assert!(answer["error"]["errorMessage"].as_str().unwrap().contains("apply its file"), "{answer}");
    let answer = story.cloud.invoke("conductor", json!({"hello": "world"}));
    assert_eq!(answer["error"]["errorType"], "UnusableEvent", "{answer}");
}

/// A cloud whose functions have not started yet, and are about to meet what `break_it` does.
fn broken(break_it: impl FnOnce(&LocalCloud), environment: &Value) -> Value {
    let cloud = LocalCloud::start(&policy(), Options { functions: false, ..Options::default() });
    break_it(&cloud);
    let command = understudy_tests::binaries().join("conductor");
    cloud.post(
        "functions",
        json!({"name": "conductor", "command": [command], "region": "us-west-2", "environment": environment}),
    );
    cloud.invoke("conductor", json!({"application": "orders"}))["error"].clone()
}

fn deny(service: &'static str, action: &'static str) -> Fault {
    let effect = json!({
        "kind": "error", "status": 400, "code": "AccessDeniedException",
        "message": "User: arn:aws:sts::123456789012:assumed-role/conductor is not authorized",
    });
    Fault { service, action, region: None, body_contains: None, times: None, effect }
}

#[test]
fn a_cloud_that_is_set_up_wrong_is_answered_with_its_name_and_the_mend() {
    let table = json!({"UNDERSTUDY_TABLE": "understudy"});
    let eventually = json!({
        "region": "us-west-2", "name": "understudy", "replicas": ["us-east-2"], "multi_region_consistency": "EVENTUAL",
    });
    let cases = [
        (broken(|_| (), &json!({})), "Misconfigured", "UNDERSTUDY_TABLE is not set"),
        (broken(|_| (), &json!({"UNDERSTUDY_TABLE": "nowhere"})), "TableMissing", "no table \"nowhere\" in us-west-2"),
        (
            broken(|cloud| drop(cloud.post("tables", eventually)), &table),
            "TableNotStronglyConsistent",
            "strongly consistent table",
        ),
        (
            broken(|cloud| drop(cloud.fault(&deny("dynamodb", "DescribeTable"))), &table),
            "Denied",
            "allow dynamodb:DescribeTable",
        ),
        (broken(|cloud| drop(cloud.fault(&deny("dynamodb", "GetItem"))), &table), "Denied", "is not authorized"),
    ];
    for (error, error_type, words) in cases {
        assert_eq!(error["errorType"], error_type, "{error}");
        assert!(error["errorMessage"].as_str().unwrap_or_default().contains(words), "{error}");
    }
}

#[test]
fn a_denied_promote_is_stuck_paged_and_not_called_again() {
    let story = Story::begin(Options::default());
    let _ = story.cloud.fault(&deny("rds", "PromoteReadReplica"));
    story.raise_all();
    story.await_phase("stuck");
    story.await_told();
    let last = story.entries().pop().unwrap();
    assert!(last.why().contains("allow rds:PromoteReadReplica"), "{}", last.why());
    assert_eq!(story.cloud.promote_calls(), 1);
}
