//! What must not be promoted, and what the record says about it.

use understudy_engine::{Blocker, Rule, What};
use understudy_tests::{Options, Story, await_until};

/// The blockers of the last refusal on record.
fn refused(story: &Story) -> Vec<Blocker> {
    let entries = story.entries();
    let assessed = entries
        .iter()
        .rev()
        .find(|entry| matches!(entry.what, What::Refused | What::Moved { .. }) && entry.assessment.is_some());
    assessed.and_then(|entry| entry.assessment.clone()).map(|assessment| assessment.blockers).unwrap_or_default()
}

fn await_refusal(story: &Story, rule: Rule) {
    await_until(&format!("{rule:?} refuses on record"), || refused(story).iter().any(|blocker| blocker.rule() == rule));
}

/// Longer than it takes to promote when nothing forbids it: some ten looks go by, one every other second.
fn outlast_the_sustain_window(story: &Story) {
    let looks = story.cloud.requests("monitoring", "DescribeAlarms").len();
    await_until("ten looks have gone by", || story.cloud.requests("monitoring", "DescribeAlarms").len() >= looks + 30);
}

#[test]
fn one_voter_of_three_is_no_quorum_and_the_record_says_so() {
    let story = Story::begin(Options::default());
    story.set_alarms("INSUFFICIENT_DATA", &[("us-west-2", "replica-heartbeat"), ("us-east-1", "primary-health")]);
    story.set_alarms("ALARM", &[("us-east-2", "outside-probe")]);
    await_refusal(&story, Rule::Quorum);
    outlast_the_sustain_window(&story);
    assert_eq!(story.phase(), "suspected");
    assert_eq!(story.cloud.promote_calls(), 0);
    let quorum = refused(&story).into_iter().find(|blocker| blocker.rule() == Rule::Quorum).unwrap();
    assert_eq!(quorum.to_string(), "quorum: 1 of 3 configured voters say Down, 2 are needed");
}

#[test]
fn an_up_of_the_data_path_vetoes_two_that_say_down() {
    let story = Story::begin(Options::default());
    story.set_alarms("ALARM", &[("us-east-1", "primary-health"), ("us-west-2", "replica-heartbeat")]);
    await_refusal(&story, Rule::AliveVeto);
    outlast_the_sustain_window(&story);
    assert_eq!(story.cloud.promote_calls(), 0);
    let veto = refused(&story).into_iter().find(|blocker| blocker.rule() == Rule::AliveVeto).unwrap();
    assert_eq!(veto.to_string(), "alive veto: outside-probe can still reach it");
}

#[test]
fn a_false_alarm_goes_back_to_watching_by_itself() {
    let story = Story::begin(Options::default());
    story.set_alarms("ALARM", &[("us-east-2", "outside-probe")]);
    story.await_phase("suspected");
    story.set_alarms("OK", &[("us-east-2", "outside-probe")]);
    story.await_phase("watching");
    story.await_told();
    assert_eq!(story.cloud.promote_calls(), 0);
}
