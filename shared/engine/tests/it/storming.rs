//! The storm breaker, as one application meets it: asked last, and waited for.

use crate::script::{Script, WRITER, name, policy, rules, seen};
use understudy_engine::{
    Admission, DbStatus, Effect, Event, Ground, HeldReason, Ignored, IncidentId, Mode, Order, Phase, PhaseName,
    Revision, Rule, Seconds, StepVerdict, Turn, Verdict, Why,
};

fn turned_back() -> Script {
    let mut script = Script::sustained(Mode::Auto);
    script.admission = Admission::Waits { waiting: 1 };
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::MustWait));
    script
}

fn turn(script: &Script) -> Turn {
    script.state.phase.suspicion().unwrap().turn
}

fn admits(script: &Script) -> bool {
    matches!(script.outstanding("run-1"), Some(Effect::Admit(_)))
}

fn reason(script: &Script) -> HeldReason {
    let Phase::Held(phase) = &script.state.phase else { panic!("not held, but {}", script.phase()) };
    phase.reason
}

#[test]
fn the_breaker_is_asked_only_when_nothing_else_stands_in_the_way() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick_as("run-1");
    script.hold_down_until(179).tick_as("run-1");
    assert_eq!(turn(&script), Turn::NotWanted);
    assert!(!admits(&script));
    script.at(180).tick_as("run-1");
    assert_eq!(turn(&script), Turn::Wanted { asked_at: None, waits: false });
    let Some(Effect::Admit(ask)) = script.outstanding("run-1") else { panic!("not asked") };
    assert_eq!((ask.application, ask.incident), (script.policy.application.clone(), script.incident()));
    assert_eq!((ask.priority, ask.promotes_per_hour, ask.region_down), (100, 1, false));
}

#[test]
fn modes_that_do_not_promote_by_themselves_do_not_ask_the_breaker() {
    for (mode, why) in [(Mode::Approve, Why::Asked), (Mode::Observe, Why::WouldHavePromoted)] {
        let mut script = Script::sustained(mode);
        assert_eq!(script.tick_as("run-1"), StepVerdict::Advanced(why));
    }
}

#[test]
fn nothing_is_decided_before_the_breaker_has_answered() {
    let mut script = Script::sustained(Mode::Auto);
    assert_eq!(script.tick_as("run-1"), StepVerdict::Noted);
    for second in [181, 190, 209] {
        script.at(second).tick_as("run-1");
        assert_eq!(script.phase(), PhaseName::Suspected);
    }
}

#[test]
fn whoever_has_to_wait_is_held_and_asks_again_at_every_look() {
    let mut script = turned_back();
    assert_eq!(reason(&script), HeldReason::Storm);
    assert!(!admits(&script));
    script.down_at(209);
    assert!(!admits(&script), "29 s after it was asked");
    script.at(210);
    assert!(admits(&script));
    script.send(&Event::AdmissionAnswered { incident: script.incident(), answer: Admission::Waits { waiting: 1 } });
    assert_eq!(rules(&script.tick_as("run-1")), vec![Rule::Storm]);
}

#[test]
fn whoever_is_let_through_goes_on_without_a_new_window() {
    let mut script = turned_back();
    script.down_at(210);
    let answer = Admission::Admitted { ground: Ground::Released, at: script.now };
    script.send(&Event::AdmissionAnswered { incident: script.incident(), answer });
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Admitted));
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn a_breaker_that_does_not_answer_is_asked_again_and_holds_nobody() {
    let mut script = Script::sustained(Mode::Auto);
    script.admission = Admission::Unanswered;
    assert_eq!(rules(&script.tick()), vec![Rule::Storm]);
    assert_eq!(script.phase(), PhaseName::Suspected);
    assert_eq!(turn(&script), Turn::Wanted { asked_at: Some(script.now), waits: false });
    script.admission = Admission::Admitted { ground: Ground::BelowLimit, at: script.now };
    script.down_at(210);
    let ask = script.outstanding("run-1");
    assert!(matches!(ask, Some(Effect::Admit(_))), "{ask:?}");
}

#[test]
fn an_answer_for_another_incident_or_to_nobody_is_stale() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
    script.hold_down_until(179);
    let answer = Admission::Admitted { ground: Ground::BelowLimit, at: script.now };
    let own = Event::AdmissionAnswered { incident: script.incident(), answer };
    assert_eq!(script.send(&own).verdict, StepVerdict::Ignored(Ignored::Stale), "not asked yet");
    script.at(180).tick_as("run-1");
    let incident = IncidentId::opened(script.now, Revision(99));
    let other = Event::AdmissionAnswered { incident, answer };
    assert_eq!(script.send(&other).verdict, StepVerdict::Ignored(Ignored::Stale));
    assert_eq!(script.send(&own).verdict, StepVerdict::Noted);
    assert_eq!(script.send(&own).verdict, StepVerdict::Ignored(Ignored::Stale), "answered already");
}

#[test]
fn a_turn_is_asked_for_anew_when_another_rule_stood_in_the_way_meanwhile() {
    let mut script = turned_back();
    script.at(200).vote("witness", Verdict::Abstain).tick();
    assert_eq!(turn(&script), Turn::NotWanted);
    assert_eq!(script.phase(), PhaseName::Held);
    script.hold_down_until(410).tick_as("run-1");
    assert_eq!(turn(&script), Turn::Wanted { asked_at: None, waits: false });
    assert!(admits(&script));
}

#[test]
fn a_turn_is_good_for_less_than_the_hour_over_which_it_is_counted() {
    let admitted = || {
        let mut policy = policy(Mode::Auto);
        policy.windows.veto_seconds = Seconds(10_000);
        let mut script = Script::sustained_under(policy);
        script.tick();
        assert_eq!(script.phase(), PhaseName::AwaitingVeto);
        script
    };
    let mut script = admitted();
    script.hold_down_until(180 + 2999).tick_as("run-1");
    assert_eq!(script.phase(), PhaseName::AwaitingVeto);
    script.down_at(180 + 3000);
    assert_eq!(script.tick_as("run-1"), StepVerdict::Advanced(Why::QuestionFell), "it would be counted no more");
}

#[test]
fn a_hold_at_the_breaker_ends_where_the_mode_does_not_need_it_any_more() {
    let mut script = turned_back();
    script.policy.mode = Mode::Approve;
    assert_eq!(script.down_at(210).tick(), StepVerdict::Advanced(Why::OnlyTimeBlocks));
}

#[test]
fn leaving_the_mode_that_held_it_ends_the_hold_whatever_else_stands_in_the_way() {
    let mut shadow = Script::sustained(Mode::Observe);
    assert_eq!(shadow.tick(), StepVerdict::Advanced(Why::WouldHavePromoted));
    for (mut script, mode) in [(shadow, Mode::Auto), (turned_back(), Mode::Approve)] {
        script.policy.mode = mode;
        script.down_at(210).look(seen(DbStatus::BackingUp, Some(WRITER), Some(1)));
        assert_eq!(script.tick(), StepVerdict::Advanced(Why::OnlyTimeBlocks));
        assert_eq!(script.phase(), PhaseName::Suspected, "and in its time it pages as undecided");
    }
}

#[test]
fn a_person_who_has_it_weighed_again_does_not_get_round_the_breaker() {
    let mut script = turned_back();
    script.down_at(200).say("ann", Order::WeighAgain);
    script.hold_down_until(380);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::MustWait));
}

#[test]
fn voters_that_speak_for_the_region_are_told_to_the_breaker_while_all_of_them_say_down() {
    let region_down = |witness: Verdict, voters: &[&str]| {
        let mut policy = policy(Mode::Auto);
        policy.storm.region_voters = voters.iter().map(|voter| name(voter)).collect();
        policy.storm.priority = 7;
        let mut script = Script::sustained_under(policy);
        script.vote("primary", Verdict::Down).vote("witness", witness).tick_as("run-1");
        let Some(Effect::Admit(ask)) = script.outstanding("run-1") else { panic!("not asked") };
        assert_eq!(ask.priority, 7);
        ask.region_down
    };
    assert!(region_down(Verdict::Down, &["primary", "witness"]));
    assert!(region_down(Verdict::Down, &["primary"]));
    assert!(!region_down(Verdict::Down, &[]), "nobody speaks for the Region");
    assert!(!region_down(Verdict::Down, &["primary", "stranger"]));
}

#[test]
fn one_region_voter_that_does_not_say_down_is_enough_to_have_to_wait() {
    let mut policy = policy(Mode::Auto);
    policy.storm.region_voters = vec![name("primary"), name("witness")];
    let mut script = Script::sustained_under(policy);
    script.vote("primary", Verdict::Abstain).tick_as("run-1");
    let Some(Effect::Admit(ask)) = script.outstanding("run-1") else { panic!("not asked") };
    assert!(!ask.region_down);
}

#[test]
fn what_is_held_for_another_reason_takes_no_turn_away_from_others() {
    let mut script = Script::sustained(Mode::Auto);
    assert_eq!(script.say("ann", Order::Abort), StepVerdict::Advanced(Why::Stopped));
    for second in (180..=600).step_by(30) {
        script.down_at(second).tick_as("run-1");
        assert!(!admits(&script), "it would be counted, and is not promoted");
        let due = script.state.next_due(&script.policy, script.now).unwrap();
        assert!(due > script.now, "nothing is due at once");
    }
}
