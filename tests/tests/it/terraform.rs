//! The Terraform modules, applied by the real provider to the local cloud.

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use understudy_tests::{Options, Story, Terraform, away_from_aws, aws, binaries, root, write_document};

/// An application file of its own folder, from the one that the modules are tested with.
fn file(folder: &Path, change: impl Fn(String) -> String) -> String {
    let text = fs::read_to_string(root().join("infra/modules/application/tests/orders.toml")).unwrap();
    let path = folder.join("application.toml");
    fs::write(&path, change(text.replace("111122223333", "123456789012"))).unwrap();
    path.to_str().unwrap().to_owned()
}

fn record(story: &Story) -> Value {
    let key = json!({"pk": {"S": "app#billing"}, "sk": {"S": "record"}});
    let request = json!({"TableName": "understudy", "ConsistentRead": true, "Key": key});
    story.cloud.dynamodb("GetItem", "us-west-2", &request)["Item"].clone()
}

fn voters(story: &Story) -> Vec<Value> {
    let items = story.cloud.dynamodb("Scan", "us-west-2", &json!({"TableName": "understudy"}))["Items"].clone();
    let own = items.as_array().unwrap().iter().filter(|item| item["application"]["S"] == "billing");
    own.map(|item| item["voter"]["S"].clone()).collect()
}

#[test]
fn a_changed_policy_keeps_the_state_and_is_put_by_the_command_that_is_told() {
    let story = Story::begin(Options { functions: false, ..Options::default() });
    let Some(terraform) = Terraform::of("application", &story.cloud) else { return };
    for role in ["conductor", "notify"] {
        let trust = json!({"Version": "2012-10-17", "Statement": []});
        let words =
            format!("iam create-role --role-name understudy-{role}-us-west-2 --assume-role-policy-document {trust}");
        let _ = aws(&story.cloud, "us-west-2", &words);
    }
    let folder = tempfile::tempdir().unwrap();
    let billing = |text: String| {
        let text = text.replace("application = \"orders\"", "application = \"billing\"");
        text.replace("orders-failover", "billing-failover")
    };
    let path = file(folder.path(), billing);
    let variables = [("file", path.as_str())];
    let said = terraform.apply(&variables).unwrap_err();
    assert!(said.contains("nobody has validated"), "{said}");
    write_document(Path::new(&path));
    let _ = terraform.apply(&variables).unwrap();
    assert!(terraform.is_settled(&variables));
    assert_eq!(voters(&story).len(), 4);

    let written = json!({":state": {"M": {"latch": {"S": "us-east-1"}}}, ":vote": {"M": {"verdict": {"S": "Down"}}}});
    let request = json!({
        "TableName": "understudy", "Key": {"pk": {"S": "app#billing"}, "sk": {"S": "record"}},
        "UpdateExpression": "SET #state = :state, #vote = :vote", "ExpressionAttributeValues": written,
        "ExpressionAttributeNames": {"#state": "state", "#vote": "vote#primary-health"},
    });
    let _ = story.cloud.dynamodb("UpdateItem", "us-west-2", &request);
    assert!(terraform.is_settled(&variables), "what the functions write is no change of Terraform's");

    let changed = |text: String| billing(text).replace("mode = \"approve\"", "mode = \"observe\"");
    let _ = file(folder.path(), |text| changed(text).replace("\"front-door\"", "\"front-gate\""));
    let said = terraform.apply(&variables).unwrap_err();
    assert!(said.contains("not validated again"), "{said}");
    write_document(Path::new(&path));
    let before = record(&story);
    let said = terraform.apply(&variables).unwrap();
    assert!(said.contains("decides by another policy"), "{said}");
    assert_eq!(record(&story), before, "Terraform leaves the record");
    assert!(voters(&story).contains(&Value::from("front-gate")), "a new voter is looked for");

    terraform.run_output("policy_command");
    let after = record(&story);
    assert!(after["policy"]["S"].as_str().unwrap().contains("\"mode\":\"observe\""), "{after}");
    assert_ne!(after["policy_hash"], before["policy_hash"]);
    assert_eq!((&after["state"], &after["vote#primary-health"]), (&written[":state"], &written[":vote"]));
    let said = terraform.apply(&variables).unwrap();
    assert!(!said.contains("decides by another policy"), "{said}");

    let said = terraform.destroy(&variables).unwrap_err();
    assert!(said.contains("prevent_destroy"), "{said}");
    assert_eq!(record(&story), after, "the latch is still known");
}

#[test]
fn names_that_terraform_made_are_as_the_command_line_wants_them() {
    let story = Story::begin(Options { functions: false, ..Options::default() });
    let Some(terraform) = Terraform::of("names", &story.cloud) else { return };
    let route53 = |words: &str| aws(&story.cloud, "us-east-1", &format!("route53 {words}"));
    let id = |made: Value| made["HostedZone"]["Id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let public = id(route53("create-hosted-zone --name example.com --caller-reference public"));
    let vpc = "--vpc VPCRegion=us-east-1,VPCId=vpc-0123456789abcdef0 --hosted-zone-config PrivateZone=true";
    let private = id(route53(&format!("create-hosted-zone --name orders.internal --caller-reference private {vpc}")));
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), |text| text.replace("Z0123456789ABCDEFGHIJ", &public));
    write_document(Path::new(&path));
    let traffic = || {
        let mut command = Command::new(binaries().join("understudy"));
        command.args(["traffic", "show", &path]).env("AWS_ENDPOINT_URL", &story.cloud.endpoint);
        let output = away_from_aws(&mut command).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let of = |records, zone| [("file", path.as_str()), ("records", records), ("database_zone", zone)];

    let said = terraform.apply(&of("false", &public)).unwrap_err();
    assert!(said.contains("is a public zone"), "{said}");
    let _ = terraform.apply(&of("false", &private)).unwrap();
    let (code, out, err) = traffic();
    assert_eq!(code, 1, "checks come before records: {out}{err}");
    let _ = terraform.apply(&of("true", &private)).unwrap();
    let (code, out, err) = traffic();
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("failover PRIMARY CNAME → east.orders.example.com, TTL 60 s"), "{out}");
    assert!(terraform.is_settled(&of("true", &private)));

    let sets = route53(&format!("list-resource-record-sets --hosted-zone-id {private}"));
    let sets: Vec<&Value> = sets["ResourceRecordSets"].as_array().unwrap().iter().collect();
    let database = |role: &str| sets.iter().find(|set| set["Failover"] == role).unwrap();
    let write = route53(&format!("list-resource-record-sets --hosted-zone-id {public}"));
    let write =
        write["ResourceRecordSets"].as_array().unwrap().iter().find(|set| set["Failover"] == "PRIMARY").unwrap();
    assert_eq!(database("PRIMARY")["HealthCheckId"], write["HealthCheckId"], "one latch moves both");
    assert_eq!(database("SECONDARY")["HealthCheckId"], Value::Null);
    let _ = terraform.destroy(&of("true", &private)).unwrap();
    assert_eq!(traffic().0, 1);
}
