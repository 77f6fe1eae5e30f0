//! What comes late, from somebody else, or about another instance, changes nothing that stands.

use crate::script::{REPLICA, Script, candidate, done, seen, with_fence};
use crate::stages::{EAST_GROUP, OWN_GROUP, REBUILT, isolate, writer};
use understudy_engine::{
    Anomaly, CreateAnswer, DbStatus, Event, FenceAct, FenceAnswer, Ignored, Mode, Order, Phase, PhaseName,
    PromoteAnswer, Seconds, Sight, StepVerdict, Verdict, What, Why,
};

const STALE: StepVerdict = StepVerdict::Ignored(Ignored::Stale);

/// A look a second before the last one, from somebody whose clock is behind.
fn looked_a_second_before(script: &mut Script) -> StepVerdict {
    let last = script.state.looked_at.unwrap();
    script.now = last.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap();
    let verdict = script.look_at(REPLICA, candidate());
    assert_eq!(script.state.looked_at, Some(last));
    verdict
}

#[test]
fn a_late_look_is_not_the_last_one_while_it_fences_or_promotes() {
    let mut fencing = Script::fencing();
    assert_eq!(fencing.look_at(REPLICA, candidate()), StepVerdict::Noted);
    assert_eq!(looked_a_second_before(&mut fencing), STALE);
    let mut promoting = Script::promoting(Mode::Auto);
    assert_eq!(promoting.look_at(REPLICA, candidate()), StepVerdict::Noted);
    assert_eq!(looked_a_second_before(&mut promoting), STALE);
}

#[test]
fn the_run_that_may_call_is_told_that_nothing_is_due_and_every_other_that_another_calls() {
    let mut script = Script::promoting(Mode::Auto);
    assert_eq!(script.tick_as("run-1"), StepVerdict::Ignored(Ignored::NotDue));
    assert_eq!(script.tick_as("run-2"), StepVerdict::Ignored(Ignored::AnotherRunCalls));
}

#[test]
fn what_a_new_replica_is_seen_to_be_is_not_taken_from_another_instance() {
    let mut script = Script::promoting_fenced().failed_over().rebuilt();
    let before = script.state.clone();
    assert_eq!(script.look_at(REPLICA, Sight::Missing), STALE);
    assert_eq!(script.state, before);
    assert_eq!(script.look_at(REBUILT, Sight::Missing), StepVerdict::Noted);
}

#[test]
fn a_replica_that_was_just_asked_for_is_looked_at_a_look_later() {
    let mut script = Script::promoting_fenced().failed_over().rebuilding();
    script.look_at(REBUILT, Sight::Missing);
    let asked = script.seconds() + 20;
    script.at(asked);
    script.send(&Event::CreateAnswered { epoch: script.state.epoch, answer: CreateAnswer::Accepted });
    assert_eq!(script.due(), Some(asked + 30));
}

#[test]
fn a_look_at_the_old_writer_from_before_the_last_act_is_dropped_and_an_answer_that_is_waited_for_is_not() {
    let mut script = Script::fencing();
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    let isolated = script.seconds() + 10;
    script.at(isolated);
    script.fenced_by(isolate(EAST_GROUP), FenceAnswer::Accepted);
    let settled = || writer(&[EAST_GROUP], "available", true);
    script.at(isolated - 1);
    assert_eq!(script.fence_act(), None, "it is looked at a moment later");
    assert_eq!(script.fenced_by(FenceAct::Describe, settled()), STALE);
    assert_eq!(script.fenced_by(FenceAct::Restart, FenceAnswer::Accepted), STALE, "nobody has asked for it yet");
    script.at(isolated + 10);
    assert_eq!(script.fenced_by(FenceAct::Describe, settled()), StepVerdict::Noted);
    script.at(isolated + 9);
    assert_eq!(script.fence_act(), Some(FenceAct::Restart));
    assert_eq!(script.fenced_by(FenceAct::Restart, FenceAnswer::Accepted), StepVerdict::Noted);
}

#[test]
fn an_unpause_from_a_clock_that_is_behind_by_no_more_than_the_allowance_counts() {
    let paused = || {
        let mut script = Script::new(Mode::Auto);
        script.at(100).order("ann", Order::Pause);
        script
    };
    assert_eq!(paused().at(70).order("ben", Order::Unpause), StepVerdict::Noted);
    assert_eq!(paused().at(69).order("ben", Order::Unpause), STALE);
}

/// People have been told what will be done, and may say no.
fn announced() -> Script {
    let mut policy = with_fence(Mode::Auto);
    policy.windows.veto_seconds = Seconds(300);
    policy.storm.region_voters = vec!["primary".parse().unwrap()];
    let mut script = Script::sustained_under(policy);
    script.tick();
    assert_eq!(script.phase(), PhaseName::AwaitingVeto);
    script
}

fn region_down(script: &Script) -> bool {
    script.state.phase.suspicion().unwrap().region_down
}

#[test]
fn an_announcement_falls_with_the_mode_alone_and_with_its_replica_alone() {
    let mut mode = announced();
    mode.policy.mode = Mode::Observe;
    assert_eq!(mode.down_at(200).tick(), StepVerdict::Advanced(Why::QuestionFell));
    let mut replica = announced();
    replica.policy.database.replica = REPLICA.replace("orders-replica", "orders-other").parse().unwrap();
    let other = replica.policy.database.replica.to_string();
    replica.at(200).vote("standby", Verdict::Down).vote("witness", Verdict::Down);
    replica.look_at(&other, candidate());
    assert_eq!(replica.tick(), StepVerdict::Advanced(Why::QuestionFell));
}

#[test]
fn what_is_weighed_while_people_are_asked_or_held_is_kept() {
    let mut vetoing = announced();
    assert!(!region_down(&vetoing));
    vetoing.down_at(200).vote("primary", Verdict::Down).tick();
    assert!(matches!(vetoing.state.phase, Phase::AwaitingVeto(_)) && region_down(&vetoing));

    let mut asking = Script::sustained(Mode::Approve);
    asking.policy.storm.region_voters = vec!["primary".parse().unwrap()];
    asking.tick();
    asking.down_at(200).vote("primary", Verdict::Down).tick();
    assert!(matches!(asking.state.phase, Phase::AwaitingApproval(_)) && region_down(&asking));

    let mut held = Script::new(Mode::Auto);
    held.policy.storm.region_voters = vec!["primary".parse().unwrap()];
    held.vote("witness", Verdict::Down).tick();
    for second in (30..=900).step_by(30) {
        held.at(second).vote("witness", Verdict::Down).look(candidate()).tick();
    }
    let Phase::Held(phase) = &held.state.phase else { panic!("{}", held.phase()) };
    let reminded = phase.told_at.duration_since(held.time(0)).as_secs() + 1800;
    held.at(reminded).vote("witness", Verdict::Down).vote("primary", Verdict::Down).tick();
    let told = &held.state.journal.outbox.last().unwrap().what;
    assert!(matches!(told, What::Reminded { .. }), "{told:?}");
    assert!(region_down(&held), "also when people are reminded");
}

/// Stuck, because the promotion never ended.
fn stuck() -> Script {
    let mut script = Script::promoting(Mode::Auto);
    let overdue = script.seconds() + 1800;
    script.at(overdue).tick();
    assert_eq!(script.phase(), PhaseName::Stuck);
    script
}

#[test]
fn a_stuck_replica_that_follows_another_writer_is_not_one_that_was_never_touched() {
    let mut script = stuck();
    let another = "arn:aws:rds:us-east-1:111122223333:db:another";
    script.read_back(seen(DbStatus::Available, Some(another), Some(1)));
    let untouched = |script: &Script| {
        let Phase::Stuck(phase) = &script.state.phase else { panic!("{}", script.phase()) };
        phase.untouched_at
    };
    assert_eq!(untouched(&script), None);
    script.read_back(candidate());
    assert_eq!(untouched(&script), Some(script.now));
}

#[test]
fn what_was_just_read_back_is_read_back_again_a_poll_or_a_look_later() {
    let mut script = stuck();
    let later = script.seconds() + 60;
    script.at(later).read_back(Sight::Missing);
    assert_eq!(script.due(), Some(later + 30));
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    assert_eq!(script.phase(), PhaseName::Verifying);
    let later = script.seconds() + 60;
    script.at(later);
    assert_eq!(script.read_back(candidate()), StepVerdict::Anomaly(Anomaly::SourceCameBack));
    assert_eq!(script.due(), Some(later + 10));
}
