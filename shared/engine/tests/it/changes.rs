//! Promises that hold between two failovers, and while the policy changes under one.

use crate::script::{Script, done, seen};
use understudy_engine::{
    DbStatus, Event, Mode, OUTBOX_MAX, PhaseName, Policy, PromoteAnswer, Region, StepVerdict, Urgency, What,
};

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

/// The policy as it has to be written after a failover, with the roles swapped.
fn swapped(policy: &Policy) -> Policy {
    let mut swapped = policy.clone();
    std::mem::swap(&mut swapped.regions.primary, &mut swapped.regions.standby);
    std::mem::swap(&mut swapped.database.writer, &mut swapped.database.replica);
    swapped
}

#[test]
fn a_question_that_is_open_promotes_nothing_once_the_mode_is_another() {
    for mode in [Mode::Observe, Mode::Auto] {
        let mut script = Script::sustained(Mode::Approve);
        script.tick();
        script.policy.mode = mode;
        script.yes("ann");
        script.yes("ben");
        script.tick_as("run-1");
        assert_eq!(script.phase(), PhaseName::Suspected, "{mode}");
    }
}

#[test]
fn a_policy_that_is_swapped_during_a_promotion_does_not_latch_the_new_writer() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    script.policy = swapped(&script.policy);
    script.read_back(done());
    assert_eq!(script.state.latch.keys().collect::<Vec<_>>(), [&region("us-east-1")]);
}

#[test]
fn a_sustained_suspicion_that_is_refused_is_next_due_at_its_next_look() {
    let mut refused = Script::sustained(Mode::Auto);
    refused.look(seen(DbStatus::BackingUp, Some(crate::script::WRITER), Some(1)));
    refused.at(185);
    assert!(matches!(refused.tick(), StepVerdict::Refused(_)));
    assert!(refused.state.next_due(&refused.policy, refused.now).unwrap() > refused.now);
}

#[test]
fn a_full_outbox_withholds_no_page() {
    let mut script = Script::sustained(Mode::Observe);
    let entry = script.state.journal.outbox[0].clone();
    script.state.journal.outbox.resize(OUTBOX_MAX, entry);
    let paged = |what: &What| what.urgency() == Urgency::Page;
    let stepped = understudy_engine::step(
        &script.state,
        &script.policy,
        &script.votes,
        &Event::Tick { run: crate::script::run("run-1") },
        script.now,
    );
    assert_eq!(stepped.next.phase.name(), PhaseName::Held);
    assert!(
        stepped.next.journal.outbox.iter().any(|entry| paged(&entry.what)),
        "a person is needed, and nobody is told"
    );
}
