//! Promises that hold between two failovers, and while the policy changes under one.

use crate::script::{Script, candidate, done, rules, seen};
use understudy_engine::{
    DbStatus, Event, Mode, OUTBOX_MAX, Order, PhaseName, Policy, PromoteAnswer, Region, Rule, StepVerdict, Urgency,
    What, Why,
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

/// Names another replica of the same writer, one that nobody has looked at.
fn rename_the_replica(script: &mut Script) {
    script.policy.database.replica = "arn:aws:rds:us-west-2:111122223333:db:another".parse().unwrap();
}

#[test]
fn a_replica_that_is_named_in_the_middle_of_things_is_looked_at_before_it_is_promoted() {
    let mut script = Script::sustained(Mode::Auto);
    rename_the_replica(&mut script);
    assert_eq!(rules(&script.tick()), vec![Rule::Candidate], "the sight of the one before says nothing of it");
    assert_eq!(script.state.epoch.0, 0);
}

#[test]
fn a_yes_to_one_replica_promotes_no_other() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    rename_the_replica(&mut script);
    let another = script.policy.database.replica.to_string();
    script.look_at(&another, candidate());
    script.yes("ann");
    script.yes("ben");
    assert_eq!(
        script.tick(),
        StepVerdict::Advanced(Why::QuestionFell),
        "what was asked about is not what would be done"
    );
    assert_eq!(script.state.epoch.0, 0);
}

#[test]
fn a_clock_that_is_behind_undoes_nobodys_no_and_dismisses_nothing() {
    let mut stopped = Script::sustained(Mode::Auto);
    stopped.say("ann", Order::Abort);
    let mut vetoed = Script::sustained(Mode::Approve);
    vetoed.tick();
    vetoed.no("ann");
    for mut script in [stopped, vetoed, Script::sustained(Mode::Auto)] {
        let phase = script.phase();
        let second = script.seconds();
        script.at(second - 300).tick();
        assert_eq!(script.phase(), phase, "a fresh Down is dated ahead to it, and nobody has taken it back");
    }
}
