//! The probe as Lambda runs it: a target dies, and the record shows what the voters of two Regions say.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use understudy_engine::Policy;
use understudy_tests::{Options, Story, await_until, aws, binaries, policy};

/// Enough for one round of targets that are given a second, and for no second one.
const ONE_ROUND_SECONDS: u32 = 8;

/// A target that is well until it is shut.
struct Target {
    address: SocketAddr,
    is_shut: Arc<AtomicBool>,
    serving: Option<JoinHandle<()>>,
}

impl Target {
    fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let is_shut = Arc::new(AtomicBool::new(false));
        let shut = Arc::clone(&is_shut);
        let serving = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shut.load(Ordering::SeqCst) {
                    return;
                }
                answer(stream);
            }
        });
        Self { address, is_shut, serving: Some(serving) }
    }

    /// From here on connections are refused.
    fn shut(&mut self) {
        self.is_shut.store(true, Ordering::SeqCst);
        // Whoever waits for connections is woken by one.
        drop(TcpStream::connect(self.address));
        if let Some(serving) = self.serving.take() {
            serving.join().unwrap();
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if self.serving.is_some() {
            self.shut();
        }
    }
}

fn answer(mut stream: TcpStream) {
    let mut part = [0; 2048];
    let _ = stream.read(&mut part);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\ndatabase: ok");
}

/// The voters in the standby and in the third Region are probes of the target; the primary's is an alarm.
fn probed(target: &Target) -> Policy {
    let mut policy = serde_json::to_value(policy()).unwrap();
    for (index, region) in [(1, "us-west-2"), (2, "us-east-2")] {
        let url = format!("http://{}/health", target.address);
        policy["voters"][index]["source"] = json!({"probe": {
            "region": region, "target": {"http": {"url": url, "contains": "database: ok"}},
            "interval_seconds": 10, "timeout_seconds": 1, "down_after": 2,
        }});
    }
    let windows = [("vote_max_age_seconds", 25), ("sustain_seconds", 27), ("undecided_seconds", 170)];
    for (window, seconds) in windows {
        policy["windows"][window] = json!(seconds);
    }
    let policy: Policy = serde_json::from_value(policy).unwrap();
    assert!(policy.is_sound(), "{:?}", policy.faults());
    policy
}

/// The one copy of the table is in the standby Region, for a probe of any Region.
fn deploy(story: &Story, region: &str, canary: &Target) -> String {
    let name = format!("probe-{region}");
    story.cloud.post(
        "functions",
        json!({
            "name": name, "command": [binaries().join("probe")], "region": region, "timeout_seconds": ONE_ROUND_SECONDS,
            "environment": {"UNDERSTUDY_TABLE": "understudy", "UNDERSTUDY_TABLE_REGION": "us-west-2",
                "UNDERSTUDY_CANARIES": format!("http://{}/", canary.address)},
        }),
    );
    name
}

/// What one invocation answers.
fn round(story: &Story, function: &str) -> Value {
    let invoked = story.cloud.invoke(function, json!({}));
    assert_eq!(invoked["status"], "ok", "{invoked}");
    invoked["payload"].clone()
}

/// A voter's verdict and reason, as stored.
fn vote(story: &Story, voter: &str) -> (String, String) {
    let vote = &story.record()[format!("vote#{voter}")]["M"];
    let text = |field: &str| vote[field]["S"].as_str().unwrap_or_default().to_owned();
    (text("verdict"), text("reason"))
}

fn said(verdict: &str, reason: &str) -> (String, String) {
    (verdict.to_owned(), reason.to_owned())
}

#[test]
fn a_target_that_dies_is_down_in_the_record_after_two_rounds_and_not_while_the_probe_is_isolated() {
    let (mut target, mut canary) = (Target::open(), Target::open());
    let story = Story::of(&probed(&target), Options::default());
    let probe = deploy(&story, "us-east-2", &canary);

    let answer = round(&story, &probe);
    assert_eq!((&answer["rounds"], &answer["up"], &answer["failed"]), (&json!(1), &json!(1), &json!(0)), "{answer}");
    assert_eq!(vote(&story, "outside-probe"), said("up", "answered 200"));

    target.shut();
    round(&story, &probe);
    assert_eq!(vote(&story, "outside-probe"), said("abstain", "refused the connection; bad round 1 of 2"));
    round(&story, &probe);
    assert_eq!(vote(&story, "outside-probe"), said("down", "refused the connection"));
    let stored = story.record()["vote#outside-probe"]["M"].clone();
    let source = &stored["source"]["M"]["probe"]["M"];
    assert_eq!(source["region"]["S"], "us-east-2");
    assert_eq!(source["target"]["M"]["http"]["M"]["url"]["S"], format!("http://{}/health", target.address));
    assert!(story.record()["vote#replica-heartbeat"].is_null(), "the other Region's probe does not run");

    let _ = story.cloud.kill(&probe);
    round(&story, &probe);
    assert_eq!(vote(&story, "outside-probe").0, "down", "a new process goes on with the record");

    canary.shut();
    let answer = round(&story, &probe);
    assert_eq!((&answer["isolated"], &answer["down"]), (&json!(1), &json!(0)), "{answer}");
    let (verdict, reason) = vote(&story, "outside-probe");
    assert!(verdict == "abstain" && reason.starts_with("the probe is isolated"), "{verdict}: {reason}");
}

#[test]
fn probes_of_two_regions_that_keep_saying_down_lead_to_a_failover() {
    let (mut target, canary) = (Target::open(), Target::open());
    let story = Story::of(&probed(&target), Options::default());
    for region in ["us-west-2", "us-east-2"] {
        let probe = deploy(&story, region, &canary);
        story.cloud.post("wires", json!({"kind": "schedule", "function": probe, "every_seconds": 4, "payload": {}}));
    }
    for voter in ["replica-heartbeat", "outside-probe"] {
        await_until(&format!("{voter} is up"), || vote(&story, voter).0 == "up");
    }
    target.shut();
    story.await_phase("failed_over");
    assert_eq!(story.cloud.promote_calls(), 1);
    let read: Vec<Value> = story.cloud.requests("cloudwatch", "DescribeAlarms");
    assert!(!read.is_empty() && read.iter().all(|call| call["region"] == "us-east-1"), "only the alarm is read again");
}

/// A measurement of so many seconds ago, by the AWS CLI.
fn measure_lag(story: &Story, seconds_ago: i64, lag: i32) {
    let at = Timestamp::now().checked_sub(SignedDuration::from_secs(seconds_ago)).unwrap();
    let words = format!(
        "cloudwatch put-metric-data --namespace AWS/RDS --metric-name ReplicaLag --timestamp {at:.0} --value={lag} \
         --dimensions DBInstanceIdentifier=far-replica"
    );
    let _ = aws(&story.cloud, "us-west-2", &words);
}

#[test]
fn a_lag_is_read_in_the_replicas_region_and_its_newest_value_counts() {
    let canary = Target::open();
    let mut policy = serde_json::to_value(probed(&canary)).unwrap();
    let target =
        json!({"replica_lag": {"replica": "arn:aws:rds:us-west-2:123456789012:db:far-replica", "max_seconds": 60}});
    policy["voters"][2]["source"]["probe"]["target"] = target;
    policy["voters"][2]["source"]["probe"]["down_after"] = json!(1);
    let story = Story::of(&serde_json::from_value(policy).unwrap(), Options { functions: false, ..Options::default() });
    let probe = deploy(&story, "us-east-2", &canary);
    round(&story, &probe);
    assert_eq!(vote(&story, "outside-probe"), said("abstain", "there is no measurement of the lag, or it is −1"));
    measure_lag(&story, 240, 5);
    round(&story, &probe);
    assert_eq!(vote(&story, "outside-probe"), said("up", "is 5 s behind"));
    measure_lag(&story, 150, -1);
    round(&story, &probe);
    assert_eq!(vote(&story, "outside-probe").0, "abstain", "−1 is newer, and an older value does not speak for it");
    measure_lag(&story, 60, 500);
    round(&story, &probe);
    assert_eq!(vote(&story, "outside-probe"), said("down", "is 500 s behind, and may be 60 s"));
    let read = story.cloud.requests("cloudwatch", "GetMetricStatistics");
    assert!(!read.is_empty() && read.iter().all(|call| call["region"] == "us-west-2"), "{read:?}");
}

#[test]
fn what_is_wrong_with_the_environment_is_an_error_that_names_it() {
    let canary = Target::open();
    let story = Story::of(&probed(&canary), Options { functions: false, ..Options::default() });
    let probe = deploy(&story, "us-east-2", &canary);
    let command = json!([binaries().join("probe")]);
    for (variable, value, message) in [
        ("UNDERSTUDY_CANARIES", "well.example.com", "UNDERSTUDY_CANARIES: \"well.example.com\" is not the URL"),
        ("UNDERSTUDY_TABLE_REGION", "Oregon", "UNDERSTUDY_TABLE_REGION: \"Oregon\" is not an AWS Region"),
    ] {
        let environment = json!({"UNDERSTUDY_TABLE": "understudy", variable: value});
        let definition = json!({"name": probe, "command": command, "region": "us-west-2", "environment": environment});
        story.cloud.post("functions", definition);
        let invoked = story.cloud.invoke(&probe, json!({}));
        assert_eq!(invoked["error"]["errorType"], "Misconfigured", "{invoked}");
        assert!(invoked["error"]["errorMessage"].as_str().unwrap().contains(message), "{invoked}");
    }
}
