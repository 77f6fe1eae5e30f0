//! Modes: what automation may do by itself.

use crate::script::{Script, candidate};
use understudy_engine::{
    Epoch, Event, Ignored, IncidentId, Mode, Phase, PhaseName, Revision, StepVerdict, Verdict, Why,
};

fn asked() -> Script {
    let mut script = Script::sustained(Mode::Approve);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Asked));
    script
}

fn yes(script: &mut Script, by: &str) -> StepVerdict {
    let incident = script.state.phase.incident().unwrap().clone();
    script.send(&Event::Approve { by: by.parse().unwrap(), incident, epoch: Epoch(1) }).verdict
}

#[test]
fn mode_observe_records_what_it_would_have_done_and_does_nothing() {
    let mut script = Script::sustained(Mode::Observe);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::WouldHavePromoted));
    assert_eq!(script.phase(), PhaseName::Held);
    assert_eq!(script.state.epoch, Epoch(0));
    script.hold_down_until(600);
    script.tick();
    assert_eq!(script.phase(), PhaseName::Held, "and goes on doing nothing");
    assert!(!script.promotes("run-1"));
}

#[test]
fn a_shadow_is_cast_once_an_incident() {
    let mut script = Script::sustained(Mode::Observe);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::WouldHavePromoted));
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue));
    assert_eq!(script.phase(), PhaseName::Held, "that nothing stands in the way releases no shadow");
}

#[test]
fn mode_approve_promotes_only_after_enough_people_have_said_yes() {
    let mut script = asked();
    assert_eq!(yes(&mut script, "ann"), StepVerdict::Noted);
    script.tick();
    assert_eq!(script.phase(), PhaseName::AwaitingApproval, "one of two");
    assert_eq!(yes(&mut script, "ben"), StepVerdict::Noted);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Approved));
    assert!(script.promotes("run-1"));
    let approved_by = &script.state.phase.decision().unwrap().approved_by;
    assert_eq!(approved_by.iter().map(understudy_engine::Person::as_str).collect::<Vec<_>>(), ["ann", "ben"]);
}

#[test]
fn a_question_that_nobody_may_answer_any_more_is_answered_by_nobody() {
    let mut script = asked();
    script.policy.approval = None;
    assert_eq!(yes(&mut script, "ann"), StepVerdict::Ignored(Ignored::NotAnApprover));
    script.tick();
    assert_eq!(script.phase(), PhaseName::AwaitingApproval);
}

#[test]
fn a_question_stands_for_as_long_as_the_policy_says_and_no_longer() {
    let mut script = asked();
    let asked_at = script.seconds();
    let expires_at = |script: &Script| match &script.state.phase {
        Phase::AwaitingApproval(phase) => phase.expires_at,
        other => panic!("not asked, but {}", other.name()),
    };
    let expires = expires_at(&script);
    script.hold_down_until(asked_at + 899);
    assert_eq!(expires_at(&script), expires, "it was not asked again in between");
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue));
    assert_eq!(yes(&mut script, "ann"), StepVerdict::Noted);
    assert_eq!(yes(&mut script, "ben"), StepVerdict::Noted);
    script.at(asked_at + 900);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::AskedAgain), "enough, and found too late");
    assert_eq!(script.phase(), PhaseName::AwaitingApproval);
}

#[test]
fn one_person_is_one_approval() {
    let mut script = asked();
    yes(&mut script, "ann");
    assert_eq!(yes(&mut script, "ann"), StepVerdict::Ignored(Ignored::Duplicate));
    script.tick();
    assert_eq!(script.phase(), PhaseName::AwaitingApproval);
}

#[test]
fn somebody_who_is_no_approver_approves_nothing() {
    let mut script = asked();
    assert_eq!(yes(&mut script, "mallory"), StepVerdict::Ignored(Ignored::NotAnApprover));
}

#[test]
fn an_approval_is_bound_to_its_incident_and_epoch() {
    let mut script = asked();
    let incident = script.state.phase.incident().unwrap().clone();
    let by = "ann".parse().unwrap();
    let other_epoch = Event::Approve { by, incident, epoch: Epoch(2) };
    assert_eq!(script.send(&other_epoch).verdict, StepVerdict::Ignored(Ignored::Stale));
    let other = IncidentId::opened(script.now, Revision(99));
    let other_incident = Event::Approve { by: "ann".parse().unwrap(), incident: other, epoch: Epoch(1) };
    assert_eq!(script.send(&other_incident).verdict, StepVerdict::Ignored(Ignored::Stale));
}

#[test]
fn an_unanswered_question_expires_is_asked_again_and_takes_no_old_yes() {
    let mut script = asked();
    yes(&mut script, "ann");
    let expires = script.seconds() + 900;
    script.hold_down_until(expires);
    assert_eq!(yes(&mut script, "ben"), StepVerdict::Ignored(Ignored::Expired));
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::AskedAgain));
    yes(&mut script, "ben");
    script.tick();
    assert_eq!(script.phase(), PhaseName::AwaitingApproval, "the first yes was for the first question");
}

#[test]
fn an_approval_does_not_outvote_the_evidence() {
    let mut script = asked();
    yes(&mut script, "ann");
    yes(&mut script, "ben");
    script.vote("witness", Verdict::Up);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::QuestionFell));
    assert!(!script.promotes("run-1"));
}

#[test]
fn the_question_is_withdrawn_when_nobody_says_down() {
    let mut script = asked();
    script.vote("witness", Verdict::Up).vote("standby", Verdict::Up).look(candidate());
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NobodySaysDown));
}

#[test]
fn a_shadow_that_is_let_off_the_leash_weighs_everything_again() {
    let mut script = Script::sustained(Mode::Observe);
    script.tick();
    script.policy.mode = Mode::Auto;
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::OnlyTimeBlocks));
    let opened = script.seconds();
    script.hold_down_until(opened + 179);
    script.tick();
    assert_eq!(script.phase(), PhaseName::Suspected);
    script.at(opened + 180);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}
