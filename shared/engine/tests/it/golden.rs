//! What an earlier release has stored still loads, and is stored again as it was.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use understudy_engine::{BREAKER_SCHEMA, Breaker, POLICY_SCHEMA, PhaseName, Policy, STATE_SCHEMA, State};

fn golden<T: Serialize + DeserializeOwned>(text: &str) -> Vec<T> {
    let records: Vec<Value> = serde_json::from_str(text).unwrap();
    let load = |record: &Value| {
        let loaded: T = serde_json::from_value(record.clone()).unwrap();
        let stored = serde_json::to_value(&loaded).unwrap();
        assert!(is_kept(record, &stored), "{record}\nis stored again as\n{stored}");
        loaded
    };
    records.iter().map(load).collect()
}

/// Whether all of a record is stored again as it was. What a later release has added is empty.
fn is_kept(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let kept = old.iter().all(|(key, old)| new.get(key).is_some_and(|new| is_kept(old, new)));
            kept && new.iter().all(|(key, new)| old.contains_key(key) || new.is_null())
        }
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_kept(old, new))
        }
        (old, new) => old == new,
    }
}

#[test]
fn states_of_schema_1_still_load_in_every_phase() {
    let states: Vec<State> = golden(include_str!("../golden/state-1.json"));
    assert!(states.iter().all(|state| state.schema == 1));
    let phases: BTreeSet<PhaseName> = states.iter().map(|state| state.phase.name()).collect();
    assert_eq!(phases, PhaseName::ALL.into());
    assert!(states.iter().any(|state| state.paused.is_some()));
    assert!(states.iter().any(|state| !state.flaps.is_empty()));
    assert!(states.iter().any(|state| state.journal.delivered.is_some()));
}

/// Levers came later: a record without them has no word of them, and one with them has these.
#[test]
fn levers_of_schema_1_still_load() {
    let pull = |standing: Value, trouble: Value| {
        serde_json::json!({
            "epoch": 1, "on": "us-west-2", "off": "us-east-1", "standing": standing, "since": "2026-03-01T03:03:00Z",
            "sets": 1, "tried_at": "2026-03-01T03:03:10Z", "told_at": null, "trouble": trouble,
        })
    };
    let at = serde_json::json!({"at": "2026-03-01T03:03:10Z"});
    let mut records: Vec<Value> = serde_json::from_str(include_str!("../golden/state-1.json")).unwrap();
    let mut plain = records.swap_remove(0);
    assert_eq!(plain.get("levers"), None);
    for (standing, trouble) in [
        ("wanted".into(), "safety_rule".into()),
        (serde_json::json!({"called": {"at": "2026-03-01T03:03:10Z", "accepted": false}}), "unanswered".into()),
        (serde_json::json!({"moved": at}), Value::Null),
    ] {
        let pull = pull(standing, trouble);
        plain["levers"] = serde_json::json!({"multi_region_access_point": pull, "routing_controls": pull});
        let states: Vec<State> = golden(&serde_json::to_string(&[&plain]).unwrap());
        assert_eq!(states[0].levers.len(), 2);
    }
}

/// An earlier record counted what was in vain, and did not say whether a call was accepted.
#[test]
fn levers_of_an_earlier_record_still_load() {
    let pull = serde_json::json!({
        "epoch": 1, "on": "us-west-2", "off": "us-east-1", "standing": {"called": {"at": "2026-03-01T03:03:10Z"}},
        "since": "2026-03-01T03:03:00Z", "in_vain": 3, "tried_at": null, "told_at": null, "trouble": null,
    });
    let mut records: Vec<Value> = serde_json::from_str(include_str!("../golden/state-1.json")).unwrap();
    let mut plain = records.swap_remove(0);
    plain["levers"] = serde_json::json!({"routing_controls": pull});
    let state: State = serde_json::from_value(plain).unwrap();
    assert_eq!(state.levers.values().map(|pull| pull.sets).collect::<Vec<_>>(), [3]);
}

#[test]
fn breakers_of_schema_1_still_load() {
    let breakers: Vec<Breaker> = golden(include_str!("../golden/breaker-1.json"));
    assert!(breakers.iter().all(|breaker| breaker.schema == 1));
    assert!(breakers.iter().any(|breaker| breaker.released.is_some() && !breaker.waiting.is_empty()));
}

#[test]
fn policies_of_schema_1_still_load_and_may_decide() {
    let policies: Vec<Policy> = golden(include_str!("../golden/policy-1.json"));
    assert!(policies.iter().all(|policy| policy.schema == 1 && policy.is_sound()));
    assert!(policies.iter().any(|policy| policy.probes.is_some()));
}

#[test]
fn every_schema_that_is_written_has_its_golden_file() {
    for (name, schema) in [("state", STATE_SCHEMA), ("breaker", BREAKER_SCHEMA), ("policy", POLICY_SCHEMA)] {
        for number in 1..=schema {
            let path = format!("{}/tests/golden/{name}-{number}.json", env!("CARGO_MANIFEST_DIR"));
            assert!(std::path::Path::new(&path).exists(), "{path} is missing");
        }
    }
}
