//! Readiness, looked at by the function that a schedule wakes: told where it changes, kept, and shown at a shell.

use serde_json::{Value, json};
use std::process::Command;
use understudy_tests::{Fault, Options, Story, away_from_aws, aws, binaries, root};

fn begin() -> Story {
    let story = Story::begin(Options { functions: false, ..Options::default() });
    story.cloud.post(
        "functions",
        json!({
            "name": "readiness", "command": [binaries().join("readiness")], "region": "us-west-2", "timeout_seconds": 60,
            "environment": {"UNDERSTUDY_TABLE": "understudy"},
        }),
    );
    story
}

fn look(story: &Story) -> Value {
    story.cloud.invoke("readiness", json!({"application": "orders"}))
}

fn last(story: &Story) -> (i32, String, String) {
    let mut command = Command::new(binaries().join("understudy"));
    away_from_aws(&mut command).env("AWS_ENDPOINT_URL", &story.cloud.endpoint).env("AWS_REGION", "us-west-2");
    let file = root().join("tests/fixtures/orders.toml");
    let output = command.args(["readiness", "last"]).arg(file).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// What the topic's queue was told, as programs are.
fn told(story: &Story) -> Vec<Value> {
    let bodies = story.messages().into_iter().map(|message| message["Body"].as_str().unwrap().to_owned());
    bodies.map(|body| serde_json::from_str(&body).unwrap()).collect()
}

#[test]
fn a_look_is_told_where_it_differs_from_the_last_and_is_shown_at_a_shell() {
    let story = begin();
    let (code, out, err) = last(&story);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("nobody has looked at orders yet"), "{err}");

    let first = look(&story);
    assert_eq!(first["payload"], json!({"answer": "not_ready", "told": true}), "{first}");
    let notice = &told(&story)[0];
    assert_eq!((&notice["about"], &notice["urgency"]), (&json!("readiness"), &json!("notice")), "{notice}");
    assert_eq!(look(&story)["payload"]["told"], true);
    let page = &told(&story)[0];
    assert_eq!(page["urgency"], "page", "it blocks in two looks running: {page}");
    let again = look(&story);
    assert_eq!(again["payload"], json!({"answer": "not_ready", "told": false}), "{again}");
    assert_eq!(told(&story), Vec::<Value>::new(), "nothing is new");

    let topic = "arn:aws:sns:us-west-2:123456789012:orders-failover";
    let words = format!("sns subscribe --topic-arn {topic} --protocol email --notification-endpoint a@example.com");
    let _ = aws(&story.cloud, "us-west-2", &words);
    assert_eq!(look(&story)["payload"]["told"], true);
    let notices = told(&story);
    let [notice] = &notices[..] else { panic!("one message, and not {notices:#?}") };
    let worse: Vec<&Value> = notice["worse"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!((worse, &notice["urgency"]), (vec![&json!("topic-confirmed")], &json!("notice")), "{notice}");

    let (code, out, err) = last(&story);
    assert_eq!((code, err.contains("error: ")), (1, false), "{err}");
    assert!(out.contains("orders: a failover would not work now"), "{out}");
    assert!(out.contains("warns       topic-confirmed: "), "{out}");
}

#[test]
fn what_could_not_be_told_is_told_by_the_next_look() {
    let story = begin();
    let fault = story.cloud.fault(&Fault {
        service: "sns",
        action: "Publish",
        region: None,
        body_contains: None,
        times: None,
        effect: json!({"kind": "error", "status": 403, "code": "AuthorizationError", "message": "in its words"}),
    });
    let failed = look(&story);
    assert_eq!(failed["error"]["errorType"], "Denied", "{failed}");
    let (code, _, err) = last(&story);
    assert_eq!(code, 2, "{err}");
    story.cloud.post(&format!("faults/{fault}/release"), json!({"mode": "continue"}));
    assert_eq!(look(&story)["payload"]["told"], true);
    assert_eq!(told(&story).len(), 1);
}

#[test]
fn what_is_no_tick_is_refused_and_an_unknown_application_is_named() {
    let story = begin();
    for (event, error) in [
        (json!({"Records": []}), "UnusableEvent"),
        (json!({"app": "orders"}), "UnusableEvent"),
        (json!({"application": "billing"}), "UnknownApplication"),
    ] {
        let answer = story.cloud.invoke("readiness", event);
        assert_eq!(answer["error"]["errorType"], error, "{answer}");
    }
    assert_eq!(told(&story), Vec::<Value>::new());
}
