use super::*;
use serde_json::json;

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
        Knock::Url(Err(refusal)) | Knock::Direct(Err(refusal)) => (refusal.status, refusal.error),
        knock @ (Knock::Url(Ok(_)) | Knock::Direct(Ok(_))) => panic!("let in: {knock:?}"),
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
