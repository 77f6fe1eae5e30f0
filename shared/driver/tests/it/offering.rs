//! What people are told they can do can be done: every phase, every kind of entry, every order that is offered.

use crate::scene::{Scene, run};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use understudy_driver::{Announcement, DeskRequest, Outcome, serve};
use understudy_engine::{PhaseName, State, What};

const APPROVER: &str = "arn:aws:iam::111122223333:role/oncall";

/// One state of every phase, as an earlier release has stored them.
fn states() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../engine/tests/golden/state-1.json")).unwrap()
}

/// Holds and stuck ones for each of their reasons.
fn with_reasons() -> Vec<Value> {
    let held = ["undecided", "shadow", "flapping", "observer", "storm", "vetoed", "aborted", "promoted_elsewhere"];
    let stuck = [
        "promote_overdue",
        "promote_denied",
        "promote_invalid",
        "calls_exhausted",
        "candidate_missing",
        "candidate_taken",
        "verify_overdue",
        "fence_left",
        "call_unaccounted",
    ];
    let mut all = Vec::new();
    for state in states() {
        let reasons: &[&str] =
            match state["phase"].as_object().and_then(|phase| phase.keys().next()).map(String::as_str) {
                Some("held") => &held,
                Some("stuck") => &stuck,
                _ => &[],
            };
        for reason in reasons {
            let mut changed = state.clone();
            let name = if changed["phase"].get("held").is_some() { "held" } else { "stuck" };
            changed["phase"][name]["reason"] = json!(reason);
            all.push(changed);
        }
        if reasons.is_empty() {
            let mut state = state;
            if let Some(rebuilt) = state["phase"].get_mut("rebuilt") {
                rebuilt["seen"] = fit(&rebuilt["replica"], &rebuilt["after"]["decision"]["replica"]);
            }
            all.push(state);
        }
    }
    all
}

/// A new replica that was just seen to follow the writer.
fn fit(replica: &Value, writer: &Value) -> Value {
    let lags = json!([{"seconds": 1, "at": "2026-03-01T03:05:00Z"}]);
    let sight = json!({"seen": {"status": "available", "source": writer, "lags": lags}});
    json!({"at": "2026-03-01T03:05:20Z", "instance": replica, "sight": sight})
}

/// An entry of every kind.
fn kinds(needs: &Value, phase: PhaseName) -> Vec<What> {
    let group = json!(["sg-00000000000000001"]);
    let phase = json!(phase);
    let kinds = json!([
        {"moved": {"from": "Suspected", "to": phase, "why": "said_down", "needs": needs}},
        {"reminded": {"phase": phase, "needs": needs}},
        "refused", {"answered": {"attempt": 1, "answer": "accepted"}}, {"unheard": {"attempt": 1}},
        {"called_again": {"attempt": 2}}, {"approved": {"so_far": 1, "needed": 2}}, {"isolating": {"restore": group}},
        {"split_risk": {"trouble": "denied"}},
        {"lever": {"lever": "routing_controls", "on": "us-west-2", "came_to": "moved"}},
        "fenced", {"left_cut_off": {"restore": group}}, "acknowledged", {"create_answered": {"answer": "accepted"}},
        "paused", "unpaused",
    ]);
    serde_json::from_value(kinds).unwrap()
}

fn entry(state: &State, what: &What, reason: &str) -> Value {
    let heard = json!({
        "voter": "witness", "class": "data_path", "watches": "primary", "region": "us-east-2", "age_seconds": 3,
        "since": null, "reason": reason, "counts": {"as": "down"},
    });
    json!({
        "id": {"incident": state.phase.incident().map_or("20260301T030000Z-r1".to_owned(), ToString::to_string), "seq": 1},
        "at": "2026-03-01T03:05:00Z", "revision": state.revision, "epoch": state.epoch, "who": "conductor", "what": what,
        "assessment": {
            "tally": {"needed": 2, "heard": [heard]}, "blockers": [], "sustained": null, "candidate": null,
            "turn": null, "approvals": null,
        },
        "withheld": 0,
    })
}

/// A scene in which this state is stored, with one entry to tell of.
async fn told(mut state: Value, what: &What, reason: &str) -> (Scene, Announcement) {
    let mut scene = Scene::new();
    scene.policy.approval = Some(serde_json::from_value(json!({"needed": 1, "approvers": [APPROVER]})).unwrap());
    scene.policy.fence = Some(
        serde_json::from_value(
            json!({"security_groups": {"us-east-1": "sg-0eeeeeeeeeeeeeeee", "us-west-2": "sg-0aaaaaaaaaaaaaaaa"}}),
        )
        .unwrap(),
    );
    scene.table.inner.apply(&scene.policy).unwrap();
    scene.at(330).await;
    let read: State = serde_json::from_value(state.clone()).unwrap();
    let entry = entry(&read, what, reason);
    state["application"] = json!("orders");
    state["journal"] = json!({"outbox": [entry], "last": entry["id"], "delivered": null, "withheld": 0});
    scene.table.inner.tamper(scene.application(), "state", &state.to_string());
    scene.deliver(&mut run("notify-1")).await.unwrap();
    let message = scene.world.messages().pop().unwrap();
    (scene, message)
}

/// The request that a command line makes.
fn request(line: &str) -> String {
    let words = shlex::split(line).unwrap();
    let verbs: Vec<&str> =
        words.iter().map(String::as_str).skip(1).take_while(|word| !word.starts_with("--")).collect();
    let action = match verbs.as_slice() {
        ["failover", verb] => (*verb).to_owned(),
        ["incident", verb] => verb.replace('-', "_"),
        ["failback", "start"] => "rebuild".to_owned(),
        ["switchover", "start"] => "switch_over".to_owned(),
        [verb] => (*verb).to_owned(),
        other => panic!("{other:?} is no command of ours"),
    };
    let mut fields = json!({"action": action});
    let options = words.iter().skip(1 + verbs.len()).collect::<Vec<_>>();
    let mut options = options.into_iter();
    while let Some(option) = options.next() {
        match option.as_str() {
            "--yes" => {}
            name => fields[name.trim_start_matches("--")] = json!(options.next().unwrap()),
        }
    }
    fields.to_string()
}

fn lines(message: &Announcement) -> Vec<String> {
    let message: Value = serde_json::from_str(&message.json).unwrap();
    message["can"].as_array().unwrap().iter().map(|can| can["command"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn no_order_is_offered_that_would_be_refused() {
    let mut offered: BTreeMap<PhaseName, BTreeSet<String>> = BTreeMap::new();
    for state in with_reasons() {
        let read: State = serde_json::from_value(state.clone()).unwrap();
        let needs = json!(read.phase.needs());
        for what in kinds(&needs, read.phase.name()) {
            let (scene, message) = told(state.clone(), &what, "").await;
            for line in lines(&message) {
                assert!(message.text.contains(&line), "{line} is not in\n{}", message.text);
                let (request, _) = DeskRequest::read(&request(&line)).unwrap();
                let by = APPROVER.parse().unwrap();
                let told = serve(&scene.table, &mut run("desk-1"), &by, &request, scene.world.now()).await.unwrap();
                assert_eq!(told.outcome, Outcome::Would, "{:?}: {line}: {}", read.phase.name(), told.says);
                offered.entry(read.phase.name()).or_default().insert(request.ask.name().to_owned());
            }
        }
    }
    let offered: BTreeMap<PhaseName, Vec<String>> =
        offered.into_iter().map(|(phase, asks)| (phase, asks.into_iter().collect())).collect();
    let named = |phase: PhaseName| offered.get(&phase).map(|asks| asks.join(" ")).unwrap_or_default();
    let table: Vec<(PhaseName, String)> = PhaseName::ALL.into_iter().map(|phase| (phase, named(phase))).collect();
    let expected = [
        (PhaseName::Watching, ""),
        (PhaseName::Suspected, "abort pause unpause"),
        (PhaseName::AwaitingApproval, "approve decline"),
        (PhaseName::AwaitingVeto, "decline"),
        (PhaseName::Held, "abort adopt weigh_again"),
        (PhaseName::Fencing, "abort unpause"),
        (PhaseName::Draining, "abort"),
        (PhaseName::Promoting, "abort"),
        (PhaseName::Verifying, ""),
        (PhaseName::Shifting, ""),
        (PhaseName::FailedOver, "acknowledge rebuild"),
        (PhaseName::Rebuilding, "abort"),
        (PhaseName::Rebuilt, "switch_over"),
        (PhaseName::Aborting, ""),
        (PhaseName::Stuck, "acknowledge"),
    ];
    for (phase, asks) in expected {
        assert!(table.contains(&(phase, asks.to_owned())), "{phase}: {asks:?} is not what {table:#?} has");
    }
}

#[tokio::test(start_paused = true)]
async fn every_message_is_one_that_its_takers_take() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../docs/reference/notification.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for state in with_reasons() {
        let read: State = serde_json::from_value(state.clone()).unwrap();
        for what in kinds(&json!(read.phase.needs()), read.phase.name()) {
            let (_, message) = told(state.clone(), &what, "").await;
            let json: Value = serde_json::from_str(&message.json).unwrap();
            let errors: Vec<String> = schema.iter_errors(&json).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}: {json:#}");
            let first = message.subject.chars().next().unwrap();
            assert!(message.subject.len() < 100 && message.subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            assert!(first.is_ascii_alphanumeric() || first.is_ascii_punctuation());
            // SNS hands at most ten attributes on to a queue that takes messages as they are.
            assert!(message.attributes.len() <= 10 && message.attributes.values().all(|value| !value.is_empty()));
            let chat: Value = serde_json::from_str(&message.chat).unwrap();
            assert_eq!((&chat["version"], &chat["source"]), (&json!("1.0"), &json!("custom")));
            let thread = format!("orders/{}", message.attributes["incident"]);
            assert_eq!(chat["metadata"]["threadId"], json!(thread));
            assert!(message.chat.len() <= 12_000 && !message.chat.contains("<!"), "{}", message.chat);
        }
    }
}

fn held() -> Value {
    states().into_iter().find(|state| state["phase"].get("held").is_some()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_reminder_is_told_as_one_and_is_no_second_page() {
    let read: State = serde_json::from_value(held()).unwrap();
    let kinds = kinds(&json!(read.phase.needs()), PhaseName::Held);
    let (_, first) = told(held(), &kinds[0], "").await;
    let (_, again) = told(held(), &kinds[1], "").await;
    assert_eq!(first.attributes["deduplication"], again.attributes["deduplication"]);
    assert_eq!((first.attributes["repeated"].as_str(), again.attributes["repeated"].as_str()), ("false", "true"));
    assert!(again.text.contains("Told again: it is still Held"), "{}", again.text);
    let (_, other) = told(held(), &What::Paused, "").await;
    assert_ne!(first.attributes["deduplication"], other.attributes["deduplication"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_source_says_goes_to_programs_only() {
    let secret = "postgres://app:hunter2@db X-Amz-Signature=0f0f <!channel>";
    let (_, message) = told(held(), &What::Refused, secret).await;
    for form in [&message.text, &message.short, &message.chat, &message.subject] {
        assert!(!form.contains("hunter2") && !form.contains("X-Amz-Signature"), "{form}");
    }
    assert!(message.attributes.values().all(|value| !value.contains("hunter2")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However long and odd the words of a source are, each form stays within what can be published.
    #[test]
    fn no_words_of_a_source_make_a_message_too_long(reason in "\\PC{0,40000}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (_, message) = runtime.block_on(told(held(), &What::Refused, &reason));
        prop_assert!(message.json.len() <= 18_000 && message.text.len() <= 16_000 && message.chat.len() <= 12_000);
        let json: Value = serde_json::from_str(&message.json).unwrap();
        prop_assert_eq!(json["entry"]["assessment"].is_null(), !json["left_out"].as_array().unwrap().is_empty());
    }
}
