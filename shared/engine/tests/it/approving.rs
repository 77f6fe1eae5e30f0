//! Modes: what automation may do by itself, and what a person's yes is good for.

use crate::script::{Script, candidate};
use understudy_engine::{
    Action, Epoch, Ignored, IncidentId, Mode, Needs, Order, Person, Phase, PhaseName, Question, Revision, Seconds,
    StepVerdict, Urgency, Verdict, What, Why,
};

fn asked() -> Script {
    let mut script = Script::sustained(Mode::Approve);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Asked));
    script
}

fn question(script: &Script) -> Question {
    script.state.phase.question().unwrap().clone()
}

#[test]
fn mode_observe_records_what_it_would_have_done_and_does_nothing() {
    let mut script = Script::sustained(Mode::Observe);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::WouldHavePromoted));
    assert_eq!(script.phase(), PhaseName::Held);
    assert_eq!(script.state.epoch, Epoch(0));
    let shadow = script.state.journal.outbox.last().unwrap();
    assert!(shadow.assessment.as_ref().unwrap().blockers.is_empty(), "with the evidence that would have sufficed");
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

#[test]
fn mode_approve_promotes_only_after_enough_people_have_said_yes() {
    let mut script = asked();
    assert_eq!(script.yes("ann"), StepVerdict::Noted);
    script.tick();
    assert_eq!(script.phase(), PhaseName::AwaitingApproval, "one of two");
    assert_eq!(script.yes("ben"), StepVerdict::Noted);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Approved));
    let approved_by = &script.state.phase.decision().unwrap().approved_by;
    assert_eq!(approved_by.iter().map(Person::as_str).collect::<Vec<_>>(), ["ann", "ben"]);
    script.tick();
    assert!(script.promotes("run-1"));
}

#[test]
fn people_are_asked_a_question_that_says_all_that_a_yes_is_good_for() {
    let script = asked();
    let asked = question(&script);
    let database = script.policy.database.clone();
    assert_eq!(asked.action, Action::Promote { writer: database.writer, replica: database.replica });
    assert_eq!((asked.epoch, asked.asked_at), (Epoch(1), script.now));
    let entry = script.state.journal.outbox.last().unwrap();
    assert!(matches!(&entry.what, What::Moved { needs: Some(Needs::Answer(told)), .. } if *told == asked));
    assert_eq!(entry.what.urgency(), Urgency::Page);
}

#[test]
fn a_question_that_nobody_may_answer_any_more_is_answered_by_nobody() {
    let mut script = asked();
    script.policy.approval = None;
    assert_eq!(script.yes("ann"), StepVerdict::Ignored(Ignored::NotAnApprover));
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
    assert_eq!(script.yes("ann"), StepVerdict::Noted);
    assert_eq!(script.yes("ben"), StepVerdict::Noted);
    script.at(asked_at + 900);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::AskedAgain), "enough, and found too late");
    assert_eq!(script.phase(), PhaseName::AwaitingApproval);
}

#[test]
fn without_a_rule_of_its_own_a_question_stands_as_long_as_a_suspicion_may() {
    let mut script = Script::sustained(Mode::Approve);
    script.policy.approval = None;
    script.policy.windows.undecided_seconds = Seconds(700);
    script.tick();
    let Phase::AwaitingApproval(phase) = &script.state.phase else { panic!("not asked") };
    assert_eq!(phase.expires_at, script.time(880));
}

#[test]
fn one_person_is_one_approval() {
    let mut script = asked();
    script.yes("ann");
    assert_eq!(script.yes("ann"), StepVerdict::Ignored(Ignored::Duplicate));
    script.tick();
    assert_eq!(script.phase(), PhaseName::AwaitingApproval);
}

#[test]
fn somebody_who_is_no_approver_approves_nothing() {
    let mut script = asked();
    assert_eq!(script.yes("mallory"), StepVerdict::Ignored(Ignored::NotAnApprover));
}

#[test]
fn an_approver_who_is_removed_meanwhile_has_said_nothing() {
    let mut script = asked();
    script.yes("ann");
    script.yes("ben");
    script.policy.approval.as_mut().unwrap().approvers = vec!["ann".parse().unwrap(), "cy".parse().unwrap()];
    script.tick();
    assert_eq!(script.phase(), PhaseName::AwaitingApproval, "the yes of somebody who may not say it any more");
    script.yes("cy");
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Approved));
    let approved_by = &script.state.phase.decision().unwrap().approved_by;
    assert_eq!(approved_by.iter().map(Person::as_str).collect::<Vec<_>>(), ["ann", "cy"]);
}

#[test]
fn an_approval_is_bound_to_its_incident_epoch_action_and_asking() {
    let script = asked();
    let asked = question(&script);
    let another = |change: fn(&mut Question)| {
        let mut script = script.clone();
        let mut question = asked.clone();
        change(&mut question);
        script.order("ann", Order::Approve(question))
    };
    let stale = StepVerdict::Ignored(Ignored::Stale);
    assert_eq!(another(|_| {}), StepVerdict::Noted);
    assert_eq!(another(|question| question.incident = IncidentId::opened(question.asked_at, Revision(99))), stale);
    assert_eq!(another(|question| question.epoch = Epoch(2)), stale);
    assert_eq!(
        another(|question| {
            let Action::Promote { writer, replica } = &mut question.action;
            std::mem::swap(writer, replica);
        }),
        stale
    );
    assert_eq!(another(|question| question.asked_at = Seconds(1).before(question.asked_at)), stale);
}

#[test]
fn an_approval_is_good_for_one_decision() {
    let mut script = asked();
    let asked = question(&script);
    script.yes("ann");
    script.yes("ben");
    script.tick();
    assert_eq!(script.phase(), PhaseName::Fencing);
    assert_eq!(script.order("cy", Order::Approve(asked.clone())), StepVerdict::Ignored(Ignored::NotAsked));
    script.say("ann", Order::Abort);
    script.at(400).tick();
    assert_eq!(script.phase(), PhaseName::Held);
    script.down_at(400).say("ann", Order::WeighAgain);
    script.hold_down_until(580).tick();
    assert_eq!(script.phase(), PhaseName::AwaitingApproval, "asked again after all");
    assert_eq!(script.order("ann", Order::Approve(asked)), StepVerdict::Ignored(Ignored::Stale), "used up");
}

#[test]
fn an_unanswered_question_expires_is_asked_again_and_takes_no_old_yes() {
    let mut script = asked();
    let first = question(&script);
    script.yes("ann");
    let expires = script.seconds() + 900;
    script.hold_down_until(expires);
    assert_eq!(script.yes("ben"), StepVerdict::Ignored(Ignored::Expired));
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::AskedAgain));
    assert_eq!(script.order("ann", Order::Approve(first)), StepVerdict::Ignored(Ignored::Stale));
    script.yes("ben");
    script.tick();
    assert_eq!(script.phase(), PhaseName::AwaitingApproval, "the first yes was for the first question");
}

#[test]
fn an_approval_does_not_outvote_the_evidence() {
    let mut script = asked();
    script.yes("ann");
    script.yes("ben");
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
fn anybody_may_say_no_to_this_very_question() {
    let mut script = asked();
    let other = Question { asked_at: script.time(0), ..question(&script) };
    assert_eq!(script.order("mallory", Order::Veto(other)), StepVerdict::Ignored(Ignored::Stale));
    assert_eq!(script.no("mallory"), StepVerdict::Advanced(Why::Vetoed));
    script.hold_down_until(900);
    script.tick();
    assert_eq!(script.phase(), PhaseName::Held, "and it stands, whatever the evidence");
    script.say("ann", Order::WeighAgain);
    assert_eq!(script.phase(), PhaseName::Suspected, "until a person has it weighed again");
}

#[test]
fn a_no_is_not_forgotten_while_nobody_can_see() {
    let mut script = asked();
    assert_eq!(script.no("mallory"), StepVerdict::Advanced(Why::Vetoed));
    script.at(script.seconds() + 86_400);
    script.tick();
    assert_eq!(script.phase(), PhaseName::Held, "every vote is stale, and none was taken back");
    script.vote("witness", Verdict::Up).vote("standby", Verdict::Up);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NobodySaysDown));
}

#[test]
fn an_order_from_before_what_stands_now_is_about_something_else() {
    let mut script = Script::promoting(Mode::Auto).failed_over();
    let Phase::FailedOver(phase) = &script.state.phase else { panic!("not failed over") };
    let (since, skew) = (phase.since, script.policy.windows.skew_seconds);
    script.now = skew.before(since);
    let before = script.now.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap();
    let now = std::mem::replace(&mut script.now, before);
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Ignored(Ignored::Stale));
    script.now = now;
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Noted, "clocks differ by the skew");
}

#[test]
fn an_unpause_from_before_the_pause_does_not_take_it_away() {
    let mut script = Script::new(Mode::Auto);
    script.at(1000).order("ann", Order::Pause);
    assert_eq!(script.at(900).order("ben", Order::Unpause), StepVerdict::Ignored(Ignored::Stale));
    assert_eq!(script.at(1001).order("ben", Order::Unpause), StepVerdict::Noted);
}

#[test]
fn anybody_may_say_no_and_only_an_approver_takes_it_back() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    script.no("mallory");
    assert_eq!(script.phase(), PhaseName::Held);
    assert_eq!(script.say("mallory", Order::WeighAgain), StepVerdict::Ignored(Ignored::NotAnApprover));
    assert_eq!(script.say("ann", Order::WeighAgain), StepVerdict::Advanced(Why::WeighedAgain));
}
