//! The gate as Route 53's checkers meet it: the built function behind a URL, the table behind the function.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use understudy_tests::{Fault, Options, Story, await_until};

const EAST: &str = "/latch/orders/us-east-1";

/// Longer than the gate uses an answer without asking the table again.
const CACHED: Duration = Duration::from_secs(1);

struct Asked {
    status: u16,
    source: String,
    body: Value,
    took: Duration,
}

fn open(story: &Story) -> String {
    let opened = story.cloud.post("urls", json!({"function": "gate"}));
    opened["url"].as_str().unwrap().to_owned()
}

fn get(url: &str, path: &str) -> Asked {
    let begun = Instant::now();
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let mut answer = ureq::Agent::new_with_config(config).get(format!("{url}{path}")).call().unwrap();
    let source = answer.headers().get("understudy-source");
    let source = source.map(|source| source.to_str().unwrap().to_owned()).unwrap_or_default();
    let status = answer.status().as_u16();
    Asked { status, source, body: answer.body_mut().read_json().unwrap_or(Value::Null), took: begun.elapsed() }
}

pub(crate) fn table_away() -> Fault {
    Fault {
        service: "dynamodb",
        action: "GetItem",
        region: None,
        body_contains: Some("ProjectionExpression"),
        times: None,
        effect: json!({"kind": "error", "status": 500, "code": "InternalServerError", "message": "away"}),
    }
}

#[test]
fn the_latch_is_open_until_the_promotion_is_verified_and_closed_from_then_on() {
    let story = Story::begin(Options::default());
    let url = open(&story);
    assert_eq!(get(&url, EAST).status, 404);
    assert_eq!(get(&url, "/writer/orders").body, json!({"region": "us-east-1", "epoch": 0}));
    story.raise_all();
    story.await_phase("failed_over");
    await_until("the gate says latched", || get(&url, EAST).status == 200);
    assert_eq!(get(&url, "/latch/orders/us-west-2").status, 404, "never both");
    assert_eq!(get(&url, "/writer/orders").body, json!({"region": "us-west-2", "epoch": 1}));
    story.set_alarms("OK", &[("us-east-1", "primary-health")]);
    await_until("its return has been looked at", || story.cloud.requests("rds", "DescribeDBInstances").len() > 3);
    assert_eq!(get(&url, EAST).status, 200, "recovery opens no latch");
}

#[test]
fn while_the_table_is_away_the_last_known_latch_stands_and_the_writer_is_not_known() {
    let story = Story::begin(Options::default());
    let url = open(&story);
    story.raise_all();
    story.await_phase("failed_over");
    await_until("the gate says latched", || get(&url, EAST).status == 200);
    let fault = story.cloud.fault(&table_away());
    await_until("the gate answers from memory", || get(&url, EAST).source == "last-known");
    let latch = get(&url, EAST);
    assert_eq!((latch.status, latch.source.as_str()), (200, "last-known"));
    assert_eq!(get(&url, "/writer/orders").status, 503);
    story.cloud.post(&format!("faults/{fault}/release"), json!({"mode": "continue"}));
    await_until("the gate reads the table again", || get(&url, EAST).source == "table");
    assert_eq!(get(&url, "/writer/orders").status, 200);
}

#[test]
fn a_table_that_hangs_is_waited_for_less_than_a_checker_waits() {
    let story = Story::begin(Options::default());
    let url = open(&story);
    assert_eq!(get(&url, EAST).status, 404, "the process has started");
    let hangs = Fault { effect: json!({"kind": "hold", "when": "before"}), ..table_away() };
    let fault = story.cloud.fault(&hangs);
    let begun = Instant::now();
    await_until("the gate asks the table again", || begun.elapsed() > CACHED);
    let asked = get(&url, "/latch/orders/us-east-1");
    assert_eq!(asked.source, "last-known");
    // A checker waits for two seconds; twice as long again is for a busy machine, and less than other readers wait.
    assert!(asked.took < Duration::from_secs(6), "it took {:?}", asked.took);
    story.cloud.post(&format!("faults/{fault}/release"), json!({"mode": "cut"}));
}

#[test]
fn whatever_does_not_belong_is_answered_and_is_no_latch() {
    let story = Story::begin(Options::default());
    let url = open(&story);
    for (path, status) in [
        ("/", 404),
        ("/latch/invoices/us-east-1", 404),
        ("/latch/orders/eu-west-1", 404),
        ("/latch/orders/us%2Deast-1", 404),
        ("/latch/orders/us-east-1?cache=no", 400),
        (&format!("/latch/{}/us-east-1", "a".repeat(300)), 414),
    ] {
        let asked = get(&url, path);
        assert_eq!(asked.status, status, "{path}: {}", asked.body);
        assert!(asked.body["error"].is_string(), "{path}: {}", asked.body);
    }
    let woken = story.cloud.invoke("gate", json!({"application": "orders"}));
    assert_eq!(woken["payload"]["statusCode"], 400, "{woken}");
}

#[test]
fn a_request_asks_for_three_attributes_of_one_item_and_for_nothing_else() {
    let story = Story::begin(Options { functions: true, ..Options::default() });
    let url = open(&story);
    story.cloud.cut_wires("schedule", "conductor");
    let before = story.cloud.requests("dynamodb", "GetItem").len();
    get(&url, EAST);
    let asked = story.cloud.requests("dynamodb", "GetItem");
    let asked = asked[before..].iter().filter(|call| call["parameters"]["ProjectionExpression"].is_string());
    let asked: Vec<&Value> = asked.collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let names = &asked[0]["parameters"]["ExpressionAttributeNames"];
    assert_eq!(names, &json!({"#state": "state", "#policy": "policy", "#policy_hash": "policy_hash"}));
}
