//! `understudy traffic` against Route 53 as the local cloud has it.

use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use understudy_tests::{Options, Story, away_from_aws, aws, binaries, root};

const GATES: [(&str, &str); 3] = [
    ("us-east-1", "aaaaaaaa.lambda-url.us-east-1.on.aws"),
    ("us-east-2", "bbbbbbbb.lambda-url.us-east-2.on.aws"),
    ("us-west-2", "cccccccc.lambda-url.us-west-2.on.aws"),
];

/// A zone, made by the AWS CLI as the example's application wants it.
struct Zone {
    story: Story,
    id: String,
    write_check: String,
    east_check: String,
    file: tempfile::NamedTempFile,
}

impl Zone {
    fn new() -> Self {
        let story = Story::begin(Options { functions: false, ..Options::default() });
        let made = route53(&story, "create-hosted-zone --name example.com --caller-reference zone");
        let id = made["HostedZone"]["Id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let example = fs::read_to_string(root().join("cli/examples/orders.toml")).unwrap();
        let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
        fs::write(file.path(), example.replace("Z0123456789ABCDEFGHIJ", &id)).unwrap();
        let write_check = calculated(&story, "write", "us-east-1", None);
        let east_check = calculated(&story, "east", "us-east-1", Some("east.orders.example.com"));
        let west_check = calculated(&story, "west", "us-west-2", Some("west.orders.example.com"));
        let zone = Self { story, id, write_check, east_check, file };
        let primary = json!({"Failover": "PRIMARY", "HealthCheckId": zone.write_check});
        zone.change("CREATE", &set("orders", "east", &primary));
        zone.change("CREATE", &set("orders", "west", &json!({"Failover": "SECONDARY"})));
        let read = |region: &str, check: &str| json!({"Region": region, "HealthCheckId": check});
        zone.change("CREATE", &set("read.orders", "east", &read("us-east-1", &zone.east_check)));
        zone.change("CREATE", &set("read.orders", "west", &read("us-west-2", &west_check)));
        zone
    }

    fn change(&self, action: &str, set: &Value) {
        let batch = json!({"Changes": [{"Action": action, "ResourceRecordSet": set}]});
        let words = format!("change-resource-record-sets --hosted-zone-id {} --change-batch {batch}", self.id);
        route53(&self.story, &words);
    }

    /// Runs `understudy traffic` with the file: its exit code, what it says, and what it says of errors.
    fn traffic(&self, words: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(binaries().join("understudy"));
        command.args(["traffic", words[0], self.file.path().to_str().unwrap()]).args(&words[1..]);
        command.env("AWS_ENDPOINT_URL", &self.story.cloud.endpoint);
        let output = away_from_aws(&mut command).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let built = !text(&output.stderr).contains("--features aws");
        assert!(built, "build it first: cargo build --workspace --features understudy-cli/aws");
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }
}

fn route53(story: &Story, words: &str) -> Value {
    aws(&story.cloud, "us-east-1", &format!("route53 {words}"))
}

fn set(name: &str, leads_to: &str, routed: &Value) -> Value {
    let mut set = json!({
        "Name": format!("{name}.example.com"), "Type": "CNAME", "TTL": 60, "SetIdentifier": leads_to,
        "ResourceRecords": [{"Value": format!("{leads_to}.orders.example.com")}],
    });
    set.as_object_mut().unwrap().extend(routed.as_object().unwrap().clone());
    set
}

fn check(story: &Story, reference: &str, config: &Value) -> String {
    let words = format!("create-health-check --caller-reference {reference} --health-check-config {config}");
    route53(story, &words)["HealthCheck"]["Id"].as_str().unwrap().to_owned()
}

fn https(host: &str, path: &str, inverted: bool) -> Value {
    json!({
        "Type": "HTTPS", "FullyQualifiedDomainName": host, "ResourcePath": path, "Port": 443, "RequestInterval": 10,
        "FailureThreshold": 3, "Inverted": inverted,
    })
}

/// A check of all latches of a Region, and of its endpoint.
fn calculated(story: &Story, name: &str, region: &str, endpoint: Option<&str>) -> String {
    let mut children = Vec::new();
    for (gate, host) in GATES.iter().filter(|(gate, _)| *gate != region) {
        let config = https(host, &format!("/latch/orders/{region}"), true);
        children.push(check(story, &format!("{name}-{gate}"), &config));
    }
    children.extend(endpoint.map(|host| check(story, &format!("{name}-endpoint"), &https(host, "/health", false))));
    let config = json!({"Type": "CALCULATED", "ChildHealthChecks": children, "HealthThreshold": children.len()});
    check(story, name, &config)
}

#[test]
fn names_are_drawn_with_their_faults_and_places_are_told_where_they_go() {
    let zone = Zone::new();
    let (code, out, err) = zone.traffic(&["show"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("failover PRIMARY CNAME → east.orders.example.com, TTL 60 s"), "{out}");
    assert!(out.contains("/latch/orders/us-east-1, 10 s × 3, inverted"), "{out}");

    let places = ["--place", "us-west-2", "--place", "us-east-1", "--resolver", "127.0.0.1"];
    let (code, out, err) = zone.traffic(&[&["test"], &places[..]].concat());
    assert_eq!(code, 0, "{out}{err}");
    let reads = out.lines().find(|line| line.starts_with("us-west-2") && line.contains("read.")).unwrap();
    assert!(reads.contains("us-west-2       -"), "the nearest, and no resolver answers: {reads}");

    zone.story.cloud.post("checks", json!({"id": zone.write_check, "status": "unhealthy"}));
    let (code, out, _) = zone.traffic(&[&["test"], &places[..]].concat());
    assert_eq!(code, 1, "{out}");
    assert_eq!(out.matches("WRONG").count(), 2, "writes of both places: {out}");
    let (code, out, _) = zone.traffic(&[&["test", "--writer-in", "us-west-2"], &places[..]].concat());
    assert_eq!(code, 0, "{out}");
    let (code, _, err) = zone.traffic(&["test", "--place", "the-moon"]);
    assert_eq!(code, 2);
    assert!(err.contains("name one of us-east-1"), "{err}");

    let mut slow = set("orders", "west", &json!({"Failover": "SECONDARY", "HealthCheckId": zone.east_check}));
    slow["TTL"] = 300.into();
    zone.change("UPSERT", &slow);
    let (code, out, _) = zone.traffic(&["show"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("orders.example.com SECONDARY: its TTL is 300 s"), "{out}");
    assert!(out.contains("orders.example.com SECONDARY: it has a health check"), "{out}");
    let (_, out, _) = zone.traffic(&["show", "--output", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["faults"].as_array().unwrap().len(), 2);

    let text = fs::read_to_string(zone.file.path()).unwrap();
    fs::write(zone.file.path(), text.replace(&zone.id, "Z0000000000000000000")).unwrap();
    for verb in ["show", "test"] {
        let (code, out, err) = zone.traffic(&[verb]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("traffic.hosted_zone: there is no hosted zone Z0000000000000000000"), "{err}");
    }
    let (before, after) = (text.split("[traffic]").next().unwrap(), text.split("[approval]").nth(1).unwrap());
    fs::write(zone.file.path(), format!("{before}[approval]{after}")).unwrap();
    let (code, _, err) = zone.traffic(&["show"]);
    assert_eq!(code, 1);
    assert!(err.contains("the file names no traffic"), "{err}");
    let changes = zone.story.cloud.all_requests().iter().filter(|call| is_change(call)).count();
    assert_eq!(changes, 4 + 1, "only the CLI has changed anything");
}

fn is_change(call: &Value) -> bool {
    call["service"] == "route53"
        && call["action"].as_str().is_some_and(|action| action.starts_with("POST") && action.contains("rrset"))
}
