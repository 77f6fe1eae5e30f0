use super::*;
use serde_json::json;
use understudy_engine::PhaseName;

const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/orders-oncall/ann";

fn signed(method: &str, body: Option<&str>) -> Value {
    json!({
        "version": "2.0",
        "requestContext": {
            "http": {"method": method, "path": "/"},
            "authorizer": {"iam": {"userArn": SESSION, "accountId": "111122223333"}},
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

fn refused(payload: Value) -> (u16, String) {
    match open(payload) {
        Knock::Url(Err(refusal)) | Knock::Direct(Err(refusal)) | Knock::Automation(Err(refusal)) => {
            (refusal.status, refusal.error)
        }
        knock @ (Knock::Url(Ok(_)) | Knock::Direct(Ok(_)) | Knock::Automation(Ok(_))) => panic!("let in: {knock:?}"),
    }
}

#[test]
fn who_signed_is_who_asks_whatever_the_body_says() {
    let body = r#"{"application":"orders","action":"pause","by":"bob","execute":true}"#;
    let Knock::Url(Ok((request, caller))) = open(signed("POST", Some(body))) else { panic!("refused") };
    assert_eq!(caller, Caller::Verified(SESSION.parse().unwrap()));
    assert!(request.execute);
}

#[test]
fn a_body_in_base64_is_read_as_well() {
    let mut event = signed("POST", Some(&BASE64_STANDARD.encode(r#"{"application":"orders","action":"status"}"#)));
    event["isBase64Encoded"] = true.into();
    assert!(matches!(open(event), Knock::Url(Ok(_))));
}

#[test]
fn whoever_invokes_directly_says_who_they_are_and_is_not_believed() {
    let payload = json!({"application": "orders", "action": "status", "by": SESSION});
    let Knock::Direct(Ok((request, caller))) = open(payload) else { panic!("refused") };
    assert_eq!(caller.person().as_str(), format!("unverified:{SESSION}"));
    assert!(!request.execute, "to look is the default");
}

#[test]
fn what_cannot_be_read_names_the_field_and_the_mend() {
    let url = |body: &str| refused(signed("POST", Some(body)));
    let mut unsigned = signed("POST", Some("{}"));
    unsigned["requestContext"]["authorizer"] = Value::Null;
    assert_eq!(refused(unsigned).0, 403);
    assert_eq!(refused(signed("GET", None)).0, 405);
    for (body, status, words) in [
        ("", 400, "no JSON object"),
        ("[]", 400, "no JSON object"),
        ("{}", 400, "application: it is missing"),
        (r#"{"application":"Orders","action":"status"}"#, 400, "application:"),
        (r#"{"application":"orders"}"#, 400, "the actions are"),
        (r#"{"application":"orders","action":"failover"}"#, 400, "the actions are"),
        (r#"{"application":"orders","action":"approve"}"#, 400, "missing field `code`"),
        (r#"{"application":"orders","action":"status","codes":"1"}"#, 400, "unknown field `codes`"),
        (r#"{"application":"orders","action":"pause","execute":"yes"}"#, 400, "execute:"),
        (r#"{"application":"orders","action":"abort"}"#, 400, "missing field `incident`"),
    ] {
        let (found, error) = url(body);
        assert_eq!(found, status, "{body}: {error}");
        assert!(error.contains(words), "{body}: {error}");
    }
    assert_eq!(url(&" ".repeat(5000)).0, 413);
    assert!(refused(json!({"application": "orders", "action": "status"})).1.starts_with("by: it is missing"));
    assert_eq!(refused(json!("status")).0, 400);
    assert_eq!(refused(json!({"requestContext": {}})).0, 400);
}

const PLAN: &str = "arn:aws:arc-region-switch::111122223333:plan/orders:a1b2c3";

/// A step's payload, with what Region switch adds to it.
fn step(mut payload: Value) -> Value {
    payload["InvokedBy"] = "arc-region-switch".into();
    payload["PlanArn"] = PLAN.into();
    payload["ExecutionId"] = "us-west-2/0123456789abcdef".into();
    payload["StepName"] = "people-say-down".into();
    payload
}

fn automated(payload: Value) -> Automated {
    let Knock::Automation(Ok(automated)) = open(payload) else { panic!("refused") };
    automated
}

#[test]
fn a_step_of_a_region_switch_plan_asks_as_its_plan_whom_nobody_has_checked() {
    let asked = json!({"application": "orders", "action": "status", "expect": "FailedOver"});
    let automated = automated(step(asked));
    assert_eq!(automated.caller.person().as_str(), format!("unverified:{PLAN}"));
    assert_eq!((automated.request.ask.name(), automated.expects), ("status", Some(PhaseName::FailedOver)));
    let other = json!({"application": "orders", "action": "pause", "by": "arn:aws:iam::111122223333:role/lead"});
    assert!(refused(step(other)).1.starts_with("by: leave it out"), "nobody speaks for somebody else");
}

#[test]
fn a_run_of_the_document_leaves_nothing_out_and_has_text_alone() {
    let run = |execute: &str| {
        json!({
            "automation": "4f7ca192-7e9a-40fe-9192-5cb15fa8b1e1", "by": SESSION, "application": "orders",
            "action": "vote", "voter": "people", "verdict": "down", "code": "", "incident": "", "replica": "",
            "expect": "", "execute": execute,
        })
    };
    let entered = automated(run("true"));
    assert!(entered.request.execute && entered.expects.is_none());
    assert_eq!(entered.caller, Caller::Unverified(SESSION.parse().unwrap()));
    assert!(!automated(run("false")).request.execute && !automated(run("")).request.execute);
    assert!(refused(run("yes")).1.starts_with("execute: it is neither true nor false"));
    let nobody = json!({"automation": "1", "by": "", "application": "orders", "action": "status"});
    assert!(refused(nobody).1.starts_with("by: it is missing"));
    let nowhere =
        json!({"automation": "1", "by": "ann", "application": "orders", "action": "status", "expect": "Done"});
    assert!(refused(nowhere).1.contains("is no phase"));
}
