//! From a real alarm to a promoted replica: the built functions, the real AWS CLI, AWS's wire protocol.

use serde_json::Value;
use understudy_engine::{PhaseName, What};
use understudy_tests::{Options, Story};

fn phases(story: &Story) -> Vec<PhaseName> {
    let entries = story.entries();
    let moved = entries.iter().filter_map(|entry| match &entry.what {
        What::Moved { to, .. } => Some(*to),
        What::Refused
        | What::Answered { .. }
        | What::Unheard { .. }
        | What::CalledAgain { .. }
        | What::Approved { .. } => None,
    });
    moved.collect()
}

const WHOLE_WAY: [PhaseName; 5] =
    [PhaseName::Suspected, PhaseName::Promoting, PhaseName::Verifying, PhaseName::Shifting, PhaseName::FailedOver];

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
    assert!(body["why"].as_str().unwrap().contains("split risk"), "{body}");
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
