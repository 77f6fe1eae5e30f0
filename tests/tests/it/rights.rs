//! The way out and home again, and whether the roles that Terraform plans allow just what the functions did on it.

use crate::contract::ledger_worlds::clients;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use understudy_aws::DynamoLedger;
use understudy_driver::{Commit, Ledger, Nonce, code_of_batch};
use understudy_engine::{Admission, Admit, IncidentId, Lever, Policy, Revision};
use understudy_tests::{Options, Story, Terraform, await_until, aws, binaries, root, venv, write_document};

const REBUILT: &str = "arn:aws:rds:us-east-1:123456789012:db:orders-again";

fn application() -> PathBuf {
    root().join("tests/fixtures/terraform/rights/application.toml")
}

fn policy() -> Policy {
    let mut show = Command::new(binaries().join("understudy"));
    let output = show.args(["app", "show", "--format", "items"]).arg(application()).output().unwrap();
    let items: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut texts = items["items"].as_array().unwrap().iter().filter_map(|item| item["policy"]["S"].as_str());
    serde_json::from_str(texts.next_back().unwrap()).unwrap()
}

/// Functions of the witness Region, which read the table where it is.
fn deploy(story: &Story, function: &str) -> String {
    let name = format!("{function}-us-east-2");
    story.cloud.post(
        "functions",
        json!({
            "name": name, "command": [binaries().join(function)], "region": "us-east-2", "timeout_seconds": 8,
            "environment": {"UNDERSTUDY_TABLE": "understudy", "UNDERSTUDY_TABLE_REGION": "us-west-2",
                "UNDERSTUDY_CANARIES": format!("{}/_cloud/levers", story.cloud.endpoint)},
        }),
    );
    name
}

fn ask_gate(story: &Story, function: &str) {
    let opened = story.cloud.post("urls", json!({"function": function}));
    let url = format!("{}/writer/orders", opened["url"].as_str().unwrap());
    let answer: Value = ureq::get(url).call().unwrap().body_mut().read_json().unwrap();
    assert_eq!(answer["region"], "us-east-1", "{function}");
}

/// What the runbook answers to a direct invocation.
fn ask(story: &Story, request: &Value) -> Value {
    let mut request = request.clone();
    request["application"] = "orders".into();
    request["by"] = "oncall".into();
    story.cloud.invoke("runbook", request)["payload"].clone()
}

/// Enters a person's order by the runbook, again while the record does not let it be carried out yet.
fn order(story: &Story, request: &Value) {
    let mut request = request.clone();
    request["execute"] = true.into();
    while ask(story, &request)["outcome"] != "entered" {
        let before = story.state();
        await_until("the record has changed", || story.state() != before);
    }
}

/// Somebody releases what waits at the storm breaker, where another incident waits for the hour's only turn.
async fn release(story: &Story) {
    let ledger = DynamoLedger::open(&clients(&story.cloud).await, "understudy").await.unwrap();
    let (now, before) = (Timestamp::now(), ledger.breaker().await.unwrap());
    let asked = Admit {
        application: "orders".parse().unwrap(),
        incident: IncidentId::opened(now, Revision(u64::MAX)),
        priority: 100,
        promotes_per_hour: 1,
        region_down: false,
    };
    let (waiting, admission) = before.admit(&asked, now);
    assert_eq!(admission, Admission::Waits { waiting: 1 });
    let written = ledger.commit_breaker(&waiting, before.revision, &Nonce("of-another".to_owned())).await;
    assert_eq!(written, Ok(Commit::Committed));
    let code = code_of_batch(&waiting.batch()).to_string();
    let told = ask(story, &json!({"action": "release", "code": code, "execute": true}));
    assert_eq!(told["outcome"], "entered", "{told}");
}

/// The levers are in the primary Region or in the standby.
fn await_levers(story: &Story, policy: &Policy, region: &str) {
    for lever in Lever::ALL {
        await_until(&format!("{lever} opens {region}"), || {
            let open = crate::levers::open(&story.cloud, policy, lever);
            open.len() == 1 && open.iter().all(|one| one.as_str() == region)
        });
    }
}

/// It looks once, and tells what it found. The gates of the file are nowhere from here.
fn look(story: &Story) {
    let _ = aws(&story.cloud, "us-west-2", "sqs create-queue --queue-name understudy-dead-letters");
    story.cloud.post(
        "functions",
        json!({
            "name": "readiness", "command": [binaries().join("readiness")], "region": "us-west-2", "timeout_seconds": 60,
            "environment": {"UNDERSTUDY_TABLE": "understudy"},
        }),
    );
    let looked = story.cloud.invoke("readiness", json!({"application": "orders"}));
    assert_eq!(looked["payload"]["told"], true, "{looked}");
}

async fn out_and_home(story: &Story, policy: &Policy) {
    for function in ["gate", &deploy(story, "gate")] {
        ask_gate(story, function);
    }
    look(story);
    let probed = story.cloud.invoke(&deploy(story, "probe"), json!({}));
    assert_eq!(probed["payload"]["failed"], 0, "{probed}");

    story.raise_all();
    story.await_phase("failed_over");
    await_levers(story, policy, "us-west-2");
    story.cloud.post(
        "functions",
        json!({
            "name": "runbook", "command": [binaries().join("runbook")], "region": "us-west-2",
            "environment": {"UNDERSTUDY_TABLE": "understudy"},
        }),
    );
    let incident = ask(story, &json!({"action": "incidents"}))["incidents"][0].clone();
    let told = ask(story, &json!({"action": "incident", "incident": incident}));
    assert!(told["incident"]["items"].as_array().is_some_and(|items| !items.is_empty()), "{told}");
    release(story).await;
    order(story, &json!({"action": "rebuild", "incident": incident, "replica": REBUILT}));
    story.await_phase("rebuilt");
    order(story, &json!({"action": "switch_over", "incident": incident}));
    await_until("the new replica is the writer", || story.phase() == "failed_over" && story.cloud.promote_calls() == 2);
    await_levers(story, policy, "us-east-1");
    story.await_told();
}

/// What the local cloud has recorded, held against the policies. Both are kept, to look at.
fn judge(requests: &Value, policies: &Value) {
    let keep = root().join("target/policies");
    fs::create_dir_all(&keep).unwrap();
    let kept = [("requests", requests), ("policies", policies)].map(|(name, value)| {
        let path = keep.join(name).with_extension("json");
        fs::write(&path, value.to_string()).unwrap();
        path
    });
    let mut python = Command::new(venv("python"));
    python.current_dir(root()).env("PYTHONPATH", "tests").env("PYTHONDONTWRITEBYTECODE", "1");
    let output = python.args(["-m", "policies"]).args(kept).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let _ = std::io::stderr().write_all(&output.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_function_is_allowed_what_it_does_and_denied_what_only_others_do() {
    let policy = policy();
    let story = Story::of(&policy, Options::default());
    let Some(terraform) = Terraform::of("rights", &story.cloud) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("application.toml");
    fs::copy(application(), &file).unwrap();
    write_document(&file);
    let variables = [("file", file.to_str().unwrap()), ("replica", REBUILT)];
    let policies = terraform.planned_output("policies", &variables);

    out_and_home(&story, &policy).await;
    judge(&story.cloud.get("requests"), &policies);
}
