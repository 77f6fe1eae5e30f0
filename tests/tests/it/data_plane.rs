//! A whole failover while us-east-1, where Route 53's and IAM's APIs live, does not answer at all.

use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::{Entry, FenceRule, PhaseName, Policy, Seconds, What};
use understudy_tests::{Fault, Options, Story, await_until, policy};

const FENCE_SECONDS: u32 = 8;

/// How long the driver's adapter waits for one call that is not answered, and what the test machine adds.
const ONE_CALL_SECONDS: f64 = 10.0;
const BUSY_SECONDS: f64 = 10.0;

fn fencing() -> Policy {
    let mut policy = policy();
    policy.windows.fence_seconds = Seconds(FENCE_SECONDS);
    // A dead Region is waited for at each look and at each try of the fence: votes must outlast both.
    policy.windows.vote_max_age_seconds = Seconds(30);
    policy.windows.sustain_seconds = Seconds(32);
    let security_groups = BTreeMap::from([(policy.regions.primary.clone(), "sg-0fedcba9876543210".parse().unwrap())]);
    policy.fence = Some(FenceRule { security_groups });
    policy
}

/// Seconds from the move to one phase until the move to another.
fn between(entries: &[Entry], from: PhaseName, until: PhaseName) -> f64 {
    let moved_to = |phase| entries.iter().find(|entry| matches!(entry.what, What::Moved { to, .. } if to == phase));
    let (from, until) = (moved_to(from).unwrap(), moved_to(until).unwrap());
    until.at.duration_since(from.at).as_secs_f64()
}

#[test]
fn with_every_endpoint_of_us_east_1_dead_no_api_of_dns_is_called_and_nothing_there_is_waited_for() {
    let story = Story::of(&fencing(), Options::default());
    let dead = story.cloud.fault(&Fault {
        service: "*",
        action: "*",
        region: Some("us-east-1"),
        body_contains: None,
        times: None,
        effect: json!({"kind": "hold", "when": "before"}),
    });
    // Raised from outside: the alarm in us-east-1 cannot be set there, nor read.
    story.set_alarms("ALARM", &[("us-west-2", "replica-heartbeat"), ("us-east-2", "outside-probe")]);
    story.await_phase("failed_over");
    story.await_told();
    assert_eq!(story.cloud.promote_calls(), 1);

    let requests = story.cloud.all_requests();
    let services: BTreeSet<&str> = requests.iter().filter_map(|request| request["service"].as_str()).collect();
    assert_eq!(services, BTreeSet::from(["cloudwatch", "dynamodb", "rds", "sns"]));
    let there = |request: &&serde_json::Value| request["region"] == "us-east-1";
    let asked: BTreeSet<&str> = requests.iter().filter(there).filter_map(|one| one["action"].as_str()).collect();
    assert_eq!(asked, BTreeSet::from(["DescribeAlarms", "DescribeDBInstances"]), "reading again, and the fence");
    assert!(requests.iter().filter(there).all(|request| request["status"].is_null()), "none was answered");

    let entries = story.entries();
    let fenced_for = between(&entries, PhaseName::Fencing, PhaseName::Promoting);
    let bound = f64::from(FENCE_SECONDS) + ONE_CALL_SECONDS + BUSY_SECONDS;
    assert!(fenced_for <= bound, "the fence held it up for {fenced_for} s");
    let weighed_for = between(&entries, PhaseName::Suspected, PhaseName::Fencing);
    let sustain = f64::from(fencing().windows.sustain_seconds.0);
    assert!(weighed_for <= sustain + ONE_CALL_SECONDS + BUSY_SECONDS, "it was weighed for {weighed_for} s");

    story.cloud.post(&format!("faults/{dead}/release"), json!({"mode": "cut"}));
    await_until("nothing is held any more", || story.cloud.get(&format!("faults/{dead}"))["holding"] == 0);
}
