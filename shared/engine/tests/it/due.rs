//! When the next thing is due, and what: every phase that waits has an end of its own.

use crate::script::{Script, WRITER, candidate, done, seen};
use jiff::Timestamp;
use understudy_engine::{DbStatus, Effect, Look, Mode, PhaseName, PromoteAnswer, StepVerdict, Verdict, Why};

fn looks(script: &Script) -> Option<Look> {
    match script.outstanding("run-1") {
        Some(Effect::Look(look)) => Some(look),
        _ => None,
    }
}

#[test]
fn a_suspicion_is_looked_at_more_often_than_quiet_times_are() {
    let mut script = Script::new(Mode::Auto);
    assert!(looks(&script).is_some(), "never looked at");
    script.look(candidate());
    script.at(59);
    assert_eq!(looks(&script), None);
    script.at(60);
    assert!(looks(&script).is_some());
    script.look(candidate()).vote("witness", Verdict::Down).tick();
    script.at(89);
    assert_eq!(looks(&script), None);
    script.at(90);
    assert!(looks(&script).is_some());
}

#[test]
fn a_look_reads_every_voter_and_the_lag_up_to_when_the_quorum_formed() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).tick();
    script.at(300);
    assert_eq!(looks(&script).unwrap().lag_until, script.now, "as long as no quorum stands, up to now");
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
    let formed_at = script.now;
    script.at(340);
    let look = looks(&script).unwrap();
    assert_eq!(look.alarms.len(), script.policy.voters.len());
    assert_eq!(look.candidate, script.policy.database.replica);
    assert_eq!(look.lag_until, formed_at, "a lag that grows after the loss says nothing");
    assert_eq!(look.lag_until.duration_since(look.lag_after).as_secs(), 600);
}

#[test]
fn the_last_contact_is_looked_for_before_the_loss_however_often_it_was_weighed_from_the_start() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
    let lost_at = script.now;
    for second in (0..=1800).step_by(30) {
        script.at(second).vote("standby", Verdict::Down).vote("witness", Verdict::Down);
        script.look(seen(DbStatus::BackingUp, Some(WRITER), Some(1))).tick();
    }
    assert_eq!(script.phase(), PhaseName::Held);
    script.at(1810).look(candidate());
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::OnlyTimeBlocks));
    script.at(1860);
    assert_eq!(looks(&script).unwrap().lag_until, lost_at, "the window begins anew, and the loss does not");
}

#[test]
fn a_decision_carries_the_lag_at_last_contact() {
    let script = Script::promoting(Mode::Auto);
    let lag = script.state.phase.decision().unwrap().lag.unwrap();
    assert_eq!(lag.seconds.0, 1);
}

#[test]
fn a_suspicion_is_due_at_its_look_its_window_and_its_deadline() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
    assert_eq!(script.due(), Some(Timestamp::MIN.duration_since(script.now).as_secs()), "never looked at");
    script.look(candidate());
    assert_eq!(script.due(), Some(30), "the next look");
    script.hold_down_until(170);
    assert_eq!(script.due(), Some(180), "the end of the window, before the look at 200 s");
    let mut undecided = Script::new(Mode::Auto);
    undecided.vote("witness", Verdict::Down).tick();
    undecided.at(890).vote("witness", Verdict::Down).look(candidate());
    assert_eq!(undecided.due(), Some(900), "the deadline, before the look at 920 s");
}

#[test]
fn a_question_is_due_when_it_expires() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    script.hold_down_until(1070).tick();
    assert_eq!(script.due(), Some(1080), "before the look at 1100 s");
}

#[test]
fn a_hold_goes_on_looking() {
    let mut script = Script::sustained(Mode::Observe);
    script.tick();
    assert_eq!(script.due(), Some(210));
    script.at(210);
    assert!(looks(&script).is_some());
}

#[test]
fn an_intent_is_due_when_its_call_may_no_longer_leave() {
    let script = Script::promoting(Mode::Auto);
    assert_eq!(script.due(), Some(200));
}

#[test]
fn a_promotion_is_read_back_every_poll_and_is_due_at_its_deadline() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    assert!(script.reads_back(), "at once");
    script.read_back(candidate());
    script.at(189);
    assert!(!script.reads_back());
    script.at(190);
    assert!(script.reads_back());
    script.at(1975).read_back(candidate());
    assert_eq!(script.due(), Some(1980), "the deadline, before the poll at 1985 s");
    script.at(1979).tick();
    assert_eq!(script.phase(), PhaseName::Promoting);
    script.at(1980).tick();
    assert_eq!(script.phase(), PhaseName::Stuck);
}

#[test]
fn a_verification_is_read_back_every_poll_and_ends_at_its_deadline() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    assert!(script.reads_back(), "at once");
    script.read_back(seen(DbStatus::BackingUp, None, None));
    script.at(189);
    assert!(!script.reads_back());
    script.at(190);
    assert!(script.reads_back());
    script.at(1975).read_back(seen(DbStatus::BackingUp, None, None));
    assert_eq!(script.due(), Some(1980));
    script.at(1979).tick();
    assert_eq!(script.phase(), PhaseName::Verifying);
    script.at(1980).tick();
    assert_eq!(script.phase(), PhaseName::Stuck);
}

#[test]
fn a_shift_is_due_at_its_end() {
    let mut script = Script::promoting_fenced();
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    script.read_back(done());
    assert_eq!(script.due(), Some(280));
    assert_eq!(script.outstanding("run-1"), None);
}

#[test]
fn what_is_stuck_goes_on_being_read_back_and_has_a_deadline_again_when_it_moves() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Denied);
    assert!(script.reads_back(), "at once");
    script.read_back(candidate());
    assert_eq!(script.phase(), PhaseName::Stuck, "available, and a replica still");
    assert_eq!(script.due(), Some(210));
    script.at(209);
    assert!(!script.reads_back());
    script.at(210);
    assert!(script.reads_back());
    script.read_back(done());
    assert_eq!(script.phase(), PhaseName::Verifying);
    script.at(2009).tick();
    assert_eq!(script.phase(), PhaseName::Verifying);
    script.at(2010).tick();
    assert_eq!(script.phase(), PhaseName::Stuck);
}
