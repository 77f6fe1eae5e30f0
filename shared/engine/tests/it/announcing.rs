//! The veto window: in so many seconds, unless somebody says no.

use crate::script::{Script, candidate, policy, rules};
use understudy_engine::{
    HeldReason, Ignored, Mode, Needs, Order, Phase, PhaseName, Rule, Seconds, StepVerdict, Urgency, Verdict, What, Why,
};

fn announced() -> Script {
    let mut policy = policy(Mode::Auto);
    policy.windows.veto_seconds = Seconds(300);
    let mut script = Script::sustained_under(policy);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Announced));
    script
}

#[test]
fn an_automatic_promotion_is_announced_and_waits_for_a_no() {
    let mut script = announced();
    let entry = script.state.journal.outbox.last().unwrap();
    assert!(matches!(&entry.what, What::Moved { needs: Some(Needs::Answer(_)), .. }));
    assert_eq!(entry.what.urgency(), Urgency::Page);
    script.hold_down_until(479);
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue));
    assert_eq!(script.phase(), PhaseName::AwaitingVeto);
    assert_eq!(script.state.epoch.0, 0, "nothing is decided yet");
    script.down_at(480);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Unopposed));
    assert_eq!(script.phase(), PhaseName::Fencing);
}

#[test]
fn the_end_of_the_window_is_due_by_itself() {
    let mut script = announced();
    script.hold_down_until(470).tick();
    assert_eq!(script.due(), Some(480), "before the look at 500 s");
}

#[test]
fn a_no_in_the_last_second_holds_it_until_it_is_weighed_again() {
    let mut script = announced();
    script.hold_down_until(479);
    assert_eq!(script.no("mallory"), StepVerdict::Advanced(Why::Vetoed));
    let Phase::Held(phase) = &script.state.phase else { panic!("not held") };
    assert_eq!(phase.reason, HeldReason::Vetoed);
    script.hold_down_until(900);
    script.tick();
    assert_eq!(script.phase(), PhaseName::Held);
    script.say("ann", Order::WeighAgain);
    script.hold_down_until(1080);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Announced), "announced anew");
}

#[test]
fn a_yes_shortens_no_veto_window() {
    let mut script = announced();
    assert_eq!(script.yes("ann"), StepVerdict::Ignored(Ignored::NotAsked));
}

#[test]
fn a_no_to_an_earlier_announcement_is_stale() {
    let mut script = announced();
    let first = script.state.phase.question().unwrap().clone();
    script.at(190).vote("witness", Verdict::Abstain);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::QuestionFell));
    script.hold_down_until(400).tick();
    assert_eq!(script.phase(), PhaseName::AwaitingVeto);
    assert_eq!(script.order("ann", Order::Veto(first)), StepVerdict::Ignored(Ignored::Stale));
}

#[test]
fn evidence_that_turns_in_the_window_withdraws_the_announcement() {
    let mut script = announced();
    script.vote("witness", Verdict::Up);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::QuestionFell));
    let mut quiet = announced();
    quiet.vote("witness", Verdict::Up).vote("standby", Verdict::Up).look(candidate());
    assert_eq!(quiet.tick(), StepVerdict::Advanced(Why::NobodySaysDown));
}

#[test]
fn a_person_stops_an_announced_promotion() {
    let mut script = announced();
    assert_eq!(script.say("ann", Order::Abort), StepVerdict::Advanced(Why::Stopped));
    assert_eq!(script.phase(), PhaseName::Held);
}

#[test]
fn a_pause_withdraws_the_announcement() {
    let mut script = announced();
    script.order("ann", Order::Pause);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::QuestionFell));
    assert_eq!(rules(&script.tick()), vec![Rule::Pause]);
}

#[test]
fn without_a_window_nobody_is_asked() {
    let mut script = announced();
    script.policy.windows.veto_seconds = Seconds(0);
    script.hold_down_until(480);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Unopposed), "an announcement that stands keeps its time");
}
