//! Killed between commit and promote, between promote and read-back, and the reply lost. The functions
//! carry no switch for this: the cloud holds a call or its reply, and the process is killed meanwhile.

use serde_json::json;
use understudy_engine::{PromoteAnswer, What};
use understudy_tests::{Fault, Options, Story};

fn answers(story: &Story) -> Vec<PromoteAnswer> {
    let entries = story.entries();
    let answered = entries.iter().filter_map(|entry| {
        let What::Answered { answer, .. } = &entry.what else { return None };
        Some(*answer)
    });
    answered.collect()
}

/// Holds the replies to every such call, for as long as it takes.
fn holding_replies(service: &'static str, action: &'static str, body: Option<&'static str>) -> Fault {
    Fault {
        service,
        action,
        region: None,
        body_contains: body,
        times: None,
        effect: json!({"kind": "hold", "when": "after"}),
    }
}

fn unheard(story: &Story) -> bool {
    story.entries().iter().any(|entry| matches!(entry.what, What::Unheard { .. }))
}

#[test]
fn a_conductor_killed_between_commit_and_promote_is_finished_by_the_next_tick() {
    let story = Story::begin(Options::default());
    // A commit of the intent is carried out, and its reply is held back: the process cannot go on. So is the
    // reply to one that came too late, or two conductors would race past the test.
    let held = story.cloud.fault(&holding_replies("dynamodb", "UpdateItem", Some("intended")));
    story.raise_all();
    story.await_phase("promoting");
    story.cloud.kill("conductor");
    story.cloud.post(&format!("faults/{held}/release"), json!({"mode": "cut"}));
    assert_eq!(story.cloud.promote_calls(), 0, "it was killed before it could call");

    story.await_phase("failed_over");
    story.await_told();
    assert_eq!(story.cloud.promote_calls(), 1);
    assert!(unheard(&story), "the next run found an intent without a word, and read back first");
}

#[test]
fn a_conductor_killed_between_promote_and_read_back_is_finished_by_the_next_tick() {
    let story = Story::begin(Options::default());
    let held = story.cloud.fault(&holding_replies("rds", "PromoteReadReplica", None));
    story.raise_all();
    story.cloud.await_held(&held);
    story.cloud.kill("conductor");
    story.cloud.post(&format!("faults/{held}/release"), json!({"mode": "cut"}));

    story.await_phase("failed_over");
    story.await_told();
    assert_eq!(story.cloud.promote_calls(), 1);
    assert!(unheard(&story));
}

#[test]
fn a_promote_whose_reply_is_lost_is_read_back_and_not_called_again() {
    let story = Story::begin(Options::default());
    let cut = json!({"kind": "cut", "when": "after"});
    let _ = story.cloud.fault(&Fault {
        service: "rds",
        action: "PromoteReadReplica",
        region: None,
        body_contains: None,
        times: Some(1),
        effect: cut,
    });
    story.raise_all();
    story.await_phase("failed_over");
    story.await_told();
    assert_eq!(story.cloud.promote_calls(), 1);
    assert_eq!(answers(&story), [PromoteAnswer::Ambiguous]);
}

#[test]
fn a_commit_whose_reply_is_lost_is_recognised_as_ones_own() {
    let story = Story::begin(Options::default());
    let cut = json!({"kind": "cut", "when": "after"});
    let _ = story.cloud.fault(&Fault {
        service: "dynamodb",
        action: "UpdateItem",
        region: None,
        body_contains: Some("intended"),
        times: Some(1),
        effect: cut,
    });
    story.raise_all();
    story.await_phase("failed_over");
    story.await_told();
    assert_eq!(story.cloud.promote_calls(), 1);
    assert_eq!(answers(&story), [PromoteAnswer::Accepted]);
    assert!(!unheard(&story), "the very run that committed went on to call");
}

#[test]
fn without_any_event_the_schedule_alone_finds_the_loss_and_promotes() {
    let story = Story::begin(Options::default());
    story.cloud.cut_wires("alarms", "intake");
    story.cloud.cut_wires("stream", "conductor");
    story.cloud.cut_wires("stream", "notify");
    story.raise_all();
    story.await_phase("failed_over");
    story.await_told();
    assert_eq!(story.cloud.promote_calls(), 1);
}
