//! The manual path as Lambda runs it: a failover in mode approve that a person says yes to, and what else people may order.

use serde_json::{Value, json};
use understudy_engine::Policy;
use understudy_tests::{Options, Story, await_until, binaries, policy};

/// Asks a person of whom nobody has checked who it is.
fn asked() -> Policy {
    let mut policy = serde_json::to_value(policy()).unwrap();
    policy["mode"] = "approve".into();
    policy["approval"] = json!({"needed": 1, "approvers": ["unverified:ann"]});
    let policy: Policy = serde_json::from_value(policy).unwrap();
    assert!(policy.is_sound(), "{:?}", policy.faults());
    policy
}

fn deploy(story: &Story) {
    story.cloud.post(
        "functions",
        json!({
            "name": "runbook", "command": [binaries().join("runbook")], "region": "us-west-2",
            "environment": {"UNDERSTUDY_TABLE": "understudy"},
        }),
    );
}

/// What a direct invocation answers.
fn ask(story: &Story, request: Value) -> Value {
    let mut request = request;
    request["application"] = "orders".into();
    let invoked = story.cloud.invoke("runbook", request);
    assert_eq!(invoked["status"], "ok", "{invoked}");
    invoked["payload"].clone()
}

#[test]
fn a_person_stops_it_lets_it_go_on_approves_and_is_in_the_timeline() {
    let story = Story::of(&asked(), Options::default());
    deploy(&story);
    let paused = ask(&story, json!({"action": "pause", "by": "ann", "execute": true}));
    assert_eq!(paused["outcome"], "entered", "{paused}");
    story.raise_all();
    await_until("the pause is what is in the way", || {
        let told = ask(&story, json!({"action": "explain", "by": "ann"}));
        told["explanation"].to_string().contains("paused")
    });
    assert_eq!(ask(&story, json!({"action": "unpause", "by": "ann", "execute": true}))["outcome"], "entered");
    story.await_phase("awaiting_approval");

    let code = || ask(&story, json!({"action": "status", "by": "ann"}))["status"]["question"]["code"].clone();
    let stranger = ask(&story, json!({"action": "approve", "code": code(), "by": "bob", "execute": true}));
    assert_eq!(stranger["outcome"], "refused", "{stranger}");
    let would = ask(&story, json!({"action": "approve", "code": code(), "by": "ann"}));
    assert_eq!((&would["outcome"], story.cloud.promote_calls()), (&json!("would"), 0), "{would}");
    // Asked anew meanwhile, the old code is refused and the new one taken.
    await_until("the answer is taken", || {
        ask(&story, json!({"action": "approve", "code": code(), "by": "ann", "execute": true}))["outcome"] == "entered"
    });
    story.await_phase("failed_over");
    assert_eq!(story.cloud.promote_calls(), 1);
    story.await_told();
    // The pause has an incident of its own, before the one that was asked about.
    let entries: Vec<String> = story.incident_items().into_iter().map(|item| item.entry).collect();
    let said = |what: &str| entries.iter().any(|entry| entry.contains(what) && entry.contains("unverified:ann"));
    assert!(said("approved") && said("paused"), "who said so is in the record: {entries:#?}");
    let incident = ask(&story, json!({"action": "status", "by": "ann"}))["status"]["incident"].clone();
    let late = ask(&story, json!({"action": "abort", "incident": incident, "by": "ann", "execute": true}));
    assert_eq!(late["outcome"], "refused", "{late}");
}

#[test]
fn by_a_url_that_checks_nobody_nothing_is_told_and_bad_input_fails_an_invocation() {
    let story = Story::begin(Options { functions: false, ..Options::default() });
    deploy(&story);
    let opened = story.cloud.post("urls", json!({"function": "runbook"}));
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.post(opened["url"].as_str().unwrap()).send(r#"{"application":"orders","action":"status"}"#);
    let answer = answer.as_mut().unwrap();
    assert_eq!(answer.status(), 403);
    let body: Value = answer.body_mut().read_json().unwrap();
    assert!(body["error"].as_str().unwrap().contains("AWS_IAM"), "{body}");
    let failed = story.cloud.invoke("runbook", json!({"application": "orders", "action": "promote", "by": "ann"}));
    assert_eq!(failed["status"], "error");
    assert!(failed["error"].to_string().contains("the actions are"), "{failed}");
    let unknown = story.cloud.invoke("runbook", json!({"application": "billing", "action": "status", "by": "ann"}));
    assert!(unknown["error"].to_string().contains("there is no application"), "{unknown}");
}
