//! From a real alarm to a promoted replica: the built functions, the real AWS CLI, AWS's wire protocol.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use understudy_engine::{Entry, FenceRule, FenceTrouble, PhaseName, Policy, Seconds, Unseen, What, Why};
use understudy_tests::{Fault, Options, Story, policy};

fn phases(story: &Story) -> Vec<PhaseName> {
    let entries = story.entries();
    let moved = entries.iter().filter_map(|entry| {
        let What::Moved { to, .. } = &entry.what else { return None };
        Some(*to)
    });
    moved.collect()
}

const WHOLE_WAY: [PhaseName; 6] = [
    PhaseName::Suspected,
    PhaseName::Fencing,
    PhaseName::Promoting,
    PhaseName::Verifying,
    PhaseName::Shifting,
    PhaseName::FailedOver,
];

fn attribute<'a>(message: &'a Value, name: &str) -> &'a str {
    message["MessageAttributes"][name]["StringValue"].as_str().unwrap_or_default()
}

#[test]
fn three_alarms_raised_by_the_aws_cli_promote_the_replica_tell_people_and_are_on_record() {
    let story = Story::begin(Options::default());
    assert_eq!(
        story.replica()["ReadReplicaSourceDBInstanceIdentifier"],
        "arn:aws:rds:us-east-1:123456789012:db:orders"
    );
    story.raise_all();
    story.await_phase("failed_over");
    story.await_told();

    let replica = story.replica();
    assert_eq!(replica["DBInstanceStatus"], "available");
    assert_eq!(replica.get("ReadReplicaSourceDBInstanceIdentifier"), None, "it stands alone");
    assert_eq!(story.cloud.promote_calls(), 1);

    assert_eq!(phases(&story), WHOLE_WAY);
    let entries = story.entries();
    let messages = story.messages();
    let mut told: Vec<u32> = messages.iter().map(|message| attribute(message, "seq").parse().unwrap()).collect();
    told.sort_unstable();
    let written: Vec<u32> = entries.iter().map(|entry| entry.id.seq.0).collect();
    assert_eq!(told, written, "each entry is told once");

    let failed_over = messages.iter().find(|message| attribute(message, "phase") == "FailedOver").unwrap();
    assert_eq!(attribute(failed_over, "urgency"), "page");
    let body: Value = serde_json::from_str(failed_over["Body"].as_str().unwrap()).unwrap();
    assert_eq!(body["application"], "orders");
    assert_eq!(split_risks(&entries, &messages), (vec![None], 1), "nobody can cut off by a policy without a group");
}

#[test]
fn every_event_delivered_twenty_times_and_shuffled_is_one_promotion() {
    let story = Story::begin(Options { copies: 20, ..Options::default() });
    story.raise_all();
    story.await_phase("failed_over");
    story.await_told();
    assert_eq!(story.cloud.promote_calls(), 1);
    assert_eq!(phases(&story), WHOLE_WAY);
    assert!(story.cloud.invocations("intake").len() >= 60, "the copies were delivered");
}

const CLOSED: &str = "sg-0fedcba9876543210";

/// The policy of the tests, with a group that admits nobody, and this long to cut the old writer off.
fn fencing(fence_seconds: u32) -> Policy {
    let mut policy = policy();
    policy.windows.fence_seconds = Seconds(fence_seconds);
    let security_groups = BTreeMap::from([(policy.regions.primary.clone(), CLOSED.parse().unwrap())]);
    policy.fence = Some(FenceRule { security_groups });
    policy
}

/// The numbers, in the order of arrival, of the requests of this kind for this database.
fn requests(story: &Story, action: &str, database: &str) -> Vec<u64> {
    let requests = story.cloud.requests("rds", action);
    let about = requests.iter().filter(|request| request["parameters"]["DBInstanceIdentifier"] == database);
    about.map(|request| request["seq"].as_u64().unwrap()).collect()
}

fn moves(story: &Story) -> Vec<Why> {
    let entries = story.entries();
    let moved = entries.iter().filter_map(|entry| {
        let What::Moved { why, .. } = &entry.what else { return None };
        Some(*why)
    });
    moved.collect()
}

/// The split risks that were written, and how many pages told of one.
fn split_risks(entries: &[Entry], messages: &[Value]) -> (Vec<Option<FenceTrouble>>, usize) {
    let written = entries.iter().filter_map(|entry| {
        let What::SplitRisk { trouble } = &entry.what else { return None };
        Some(*trouble)
    });
    let told = messages.iter().filter(|message| message["Body"].as_str().unwrap().contains("split_risk"));
    let paged = told.filter(|message| attribute(message, "urgency") == "page");
    (written.collect(), paged.count())
}

#[test]
fn an_old_writer_that_can_be_reached_is_cut_off_and_restarted_before_the_replica_is_promoted() {
    let story = Story::of(&fencing(90), Options::default());
    story.raise_all();
    story.await_phase("failed_over");
    story.await_told();

    let modified = requests(&story, "ModifyDBInstance", "orders");
    let rebooted = requests(&story, "RebootDBInstance", "orders");
    let promoted = requests(&story, "PromoteReadReplica", "orders-replica");
    // Two conductors that are awake at once may both call: what counts is that neither call comes too late.
    let (isolated, restarted) = (modified.iter().min(), rebooted.iter().min());
    assert!(isolated.is_some() && isolated < restarted, "{modified:?} {rebooted:?}");
    assert!(promoted.len() == 1 && restarted < promoted.first(), "{rebooted:?} {promoted:?}");
    for modify in story.cloud.requests("rds", "ModifyDBInstance") {
        let parameters = &modify["parameters"];
        assert_eq!((&modify["region"], &parameters["ApplyImmediately"]), (&json!("us-east-1"), &json!("true")));
        assert_eq!(parameters["VpcSecurityGroupIds.VpcSecurityGroupId.1"], CLOSED);
        assert_eq!(parameters.get("VpcSecurityGroupIds.VpcSecurityGroupId.2"), None);
    }

    assert_eq!(phases(&story), WHOLE_WAY);
    assert!(moves(&story).contains(&Why::WriterCutOff));
    let entries = story.entries();
    assert!(entries.iter().any(|entry| entry.what == What::Fenced), "the record says that it is fenced");
    let restore = entries.iter().find_map(|entry| {
        let What::Isolating { restore } = &entry.what else { return None };
        Some(restore.len())
    });
    assert_eq!(restore, Some(1), "the record says what to give back");
    assert_eq!(split_risks(&entries, &story.messages()), (vec![], 0));
}

#[test]
fn an_old_writer_whose_region_does_not_answer_holds_nothing_up_for_long_and_is_paged_as_split_risk() {
    let story = Story::of(&fencing(8), Options::default());
    let silent = |service, action, kind: &str| {
        let effect = json!({"kind": kind, "when": "before"});
        let region = Some("us-east-1");
        story.cloud.fault(&Fault { service, action, region, body_contains: None, times: None, effect })
    };
    let _ = silent("monitoring", "DescribeAlarms", "cut");
    let _ = silent("rds", "DescribeDBInstances", "hold");
    story.raise_all();
    story.await_phase("failed_over");
    story.await_told();

    assert_eq!(story.cloud.promote_calls(), 1);
    assert_eq!(phases(&story), WHOLE_WAY);
    assert!(moves(&story).contains(&Why::FenceTimeOver));
    let unreachable = FenceTrouble::Unseen(Unseen::Unreachable);
    let entries = story.entries();
    assert_eq!(split_risks(&entries, &story.messages()), (vec![Some(unreachable)], 1));
    assert!(!entries.iter().any(|entry| entry.what == What::Fenced), "nothing was proven");
    let touched = ["ModifyDBInstance", "RebootDBInstance"].map(|action| requests(&story, action, "orders").len());
    assert_eq!(touched, [0, 0], "what was never seen is not changed");
}
