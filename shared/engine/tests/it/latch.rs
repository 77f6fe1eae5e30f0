//! The latch, the epoch and the roles: what moves once a decision, and never back by itself.

use crate::script::{Script, candidate, done, seen};
use crate::stages::REBUILT;
use understudy_engine::{DbStatus, Epoch, Mode, Order, PhaseName, PromoteAnswer, Region, StepVerdict, Verdict, Why};

fn latched(script: &Script) -> Vec<&str> {
    script.state.latch.keys().map(Region::as_str).collect()
}

/// Home again after a failover, under a policy that names the new pair.
fn home() -> Script {
    let mut script = Script::promoting_fenced().failed_over().rebuilt();
    swap(&mut script);
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Advanced(Why::HomeAgain));
    script
}

/// The policy as it has to be written after a failover and a rebuild.
fn swap(script: &mut Script) {
    let policy = &mut script.policy;
    std::mem::swap(&mut policy.regions.primary, &mut policy.regions.standby);
    policy.database.writer = policy.database.replica.clone();
    policy.database.replica = REBUILT.parse().unwrap();
}

#[test]
fn no_recovery_and_no_later_suspicion_opens_the_latch() {
    let mut script = home();
    assert_eq!(latched(&script), ["us-east-1"]);
    for voter in ["primary", "standby", "witness"] {
        script.vote(voter, Verdict::Up);
    }
    script.look(candidate()).tick();
    assert_eq!(latched(&script), ["us-east-1"], "everything is well again");
    script.at(300).vote("witness", Verdict::Down);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::SaidDown));
    assert_eq!(latched(&script), ["us-east-1"], "and suspected again");
    script.at(320).vote("witness", Verdict::Up);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NobodySaysDown));
    assert_eq!(latched(&script), ["us-east-1"], "and dismissed");
}

#[test]
fn the_old_regions_return_opens_nothing() {
    let mut script = Script::split();
    for second in [300, 3600, 100_000] {
        script.at(second).vote("primary", Verdict::Up).vote("witness", Verdict::Up).tick();
        assert_eq!(latched(&script), ["us-east-1"]);
    }
}

#[test]
fn a_second_failover_swaps_the_latch_in_one_commit() {
    let mut script = home();
    let replica = || seen(DbStatus::Available, Some(crate::script::REPLICA), Some(1));
    script.at(4000);
    for second in (4000..=4180).step_by(30) {
        script.at(second).vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
        script.look_at(REBUILT, replica());
    }
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
    script.at(4200).tick();
    script.answer(PromoteAnswer::Accepted);
    assert_eq!(script.read_back(done()), StepVerdict::Advanced(Why::SourceGone));
    assert_eq!(latched(&script), ["us-east-1"], "not verified yet");
    assert_eq!(script.read_back(done()), StepVerdict::Advanced(Why::Writable));
    assert_eq!(latched(&script), ["us-west-2"], "never both closed, and never both open");
}

#[test]
fn one_decision_is_one_epoch_from_the_question_to_the_end() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    assert_eq!(script.state.epoch, Epoch(0), "asking decides nothing");
    script.yes("ann");
    script.yes("ben");
    script.tick();
    assert_eq!(script.phase(), PhaseName::Fencing);
    assert_eq!(script.state.epoch, Epoch(1));
    script.tick();
    script.answer(PromoteAnswer::NotArrived);
    script.read_back(candidate());
    script.tick();
    let script = script.failed_over();
    assert_eq!(script.state.epoch, Epoch(1));
    assert!(script.state.latch.values().all(|latched| latched.epoch == Epoch(1)));
}
