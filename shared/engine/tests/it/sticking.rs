//! Holding and being stuck: silence is never an outcome.

use crate::script::{Script, candidate, done, rules, seen};
use crate::stages::OWN_GROUP;
use understudy_engine::{
    DbStatus, HeldReason, Ignored, IncidentId, Mode, Needs, Order, Phase, PhaseName, PromoteAnswer, PromotedBy,
    Revision, Rule, Sight, StepVerdict, StuckReason, Unseen, Urgency, Verdict, What, Why,
};

fn stuck() -> Script {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Denied);
    assert_eq!(script.phase(), PhaseName::Stuck);
    script
}

fn reminders(script: &Script) -> Vec<&Needs> {
    let outbox = script.state.journal.outbox.iter();
    let reminded = outbox.filter(|entry| matches!(entry.what, What::Reminded { .. }));
    reminded.filter_map(|entry| entry.what.needs()).collect()
}

#[test]
fn what_is_stuck_pages_with_what_to_do_and_again_until_it_is_dealt_with() {
    let mut script = stuck();
    let entry = script.state.journal.outbox.last().unwrap();
    assert_eq!(entry.what.urgency(), Urgency::Page);
    assert!(entry.why().contains("allow rds:PromoteReadReplica"), "{}", entry.why());
    script.at(180 + 1799).tick();
    assert!(reminders(&script).is_empty());
    script.at(180 + 1800).tick();
    assert_eq!(reminders(&script), [&Needs::Stuck(StuckReason::PromoteDenied)]);
    script.at(180 + 3599).tick();
    assert_eq!(reminders(&script).len(), 1);
    script.at(180 + 3600).tick();
    assert_eq!(reminders(&script).len(), 2);
    assert_eq!(script.state.journal.outbox.last().unwrap().what.urgency(), Urgency::Page);
}

#[test]
fn what_is_held_pages_with_what_to_do_and_again() {
    let mut script = Script::sustained(Mode::Auto);
    script.say("ann", Order::Abort);
    script.hold_down_until(180 + 1799).tick();
    assert!(reminders(&script).is_empty());
    script.down_at(180 + 1800).tick();
    assert_eq!(reminders(&script), [&Needs::Held(HeldReason::Aborted)]);
    script.down_at(180 + 1801).tick();
    assert_eq!(reminders(&script).len(), 1);
}

#[test]
fn a_shadow_is_nobodys_task_and_is_told_once() {
    let mut script = Script::sustained(Mode::Observe);
    script.tick();
    script.hold_down_until(5000).tick();
    assert_eq!(script.phase(), PhaseName::Held);
    assert!(reminders(&script).is_empty());
}

#[test]
fn every_reason_to_need_a_person_says_what_to_do() {
    let held = [
        HeldReason::Undecided,
        HeldReason::Shadow,
        HeldReason::Flapping,
        HeldReason::Observer,
        HeldReason::Storm,
        HeldReason::Vetoed,
        HeldReason::Aborted,
        HeldReason::PromotedElsewhere,
    ];
    let stuck = [
        StuckReason::PromoteOverdue,
        StuckReason::PromoteDenied,
        StuckReason::PromoteInvalid,
        StuckReason::CallsExhausted,
        StuckReason::CandidateMissing,
        StuckReason::CandidateTaken,
        StuckReason::VerifyOverdue,
        StuckReason::FenceLeft,
        StuckReason::CallUnaccounted,
    ];
    let needs = held.map(Needs::Held).into_iter().chain(stuck.map(Needs::Stuck));
    let words: std::collections::BTreeSet<String> = needs.map(|needs| needs.to_string()).collect();
    assert_eq!(words.len(), held.len() + stuck.len() - 1, "a veto and an abort are mended alike");
    assert!(words.iter().all(|words| words.len() > 20), "{words:?}");
}

#[test]
fn a_person_who_has_dealt_with_it_gives_it_up_and_the_cooldown_stays() {
    let mut script = stuck();
    let incident = IncidentId::opened(script.now, Revision(99));
    assert_eq!(script.order("ann", Order::Acknowledge(incident)), StepVerdict::Ignored(Ignored::Stale));
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Advanced(Why::GivenUp));
    assert_eq!(script.phase(), PhaseName::Watching);
    let cooldown = script.state.cooldown.clone().unwrap();
    assert_eq!(cooldown.acknowledged_by.unwrap().as_str(), "ann");
    assert_eq!(cooldown.until, script.time(180 + 3600));
    assert_eq!(script.state.epoch.0, 1);
}

#[test]
fn what_was_given_up_is_not_decided_again_before_the_cooldown_is_over() {
    let mut script = stuck();
    script.say("ann", Order::Acknowledge);
    script.down_at(200).tick();
    script.hold_down_until(1000);
    assert_eq!(rules(&script.tick()), vec![Rule::Cooldown]);
}

#[test]
fn what_is_stuck_goes_on_by_itself_when_the_promotion_ends_after_all() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.at(1980).tick();
    assert_eq!(script.stuck_reason(), StuckReason::PromoteOverdue);
    for sight in [seen(DbStatus::BackingUp, None, None), candidate(), Sight::Missing, Sight::Unseen(Unseen::Denied)] {
        assert_eq!(script.read_back(sight), StepVerdict::Noted, "not proven");
    }
    assert_eq!(script.read_back(done()), StepVerdict::Advanced(Why::SourceGone));
    let Phase::Verifying(phase) = &script.state.phase else { panic!("not verifying") };
    assert_eq!(phase.promoted_by, PromotedBy::Us, "whose doing it is was known before");
}

#[test]
fn what_is_stuck_remembers_when_the_replica_was_last_seen_untouched() {
    let mut script = stuck();
    let untouched_at = |script: &Script| match &script.state.phase {
        Phase::Stuck(phase) => phase.untouched_at,
        other => panic!("not stuck, but {}", other.name()),
    };
    assert_eq!(untouched_at(&script), None);
    script.at(200).read_back(candidate());
    let seen_at = script.now;
    assert_eq!(untouched_at(&script), Some(seen_at));
    script.at(230).read_back(Sight::Unseen(Unseen::Unreachable));
    assert_eq!(untouched_at(&script), Some(seen_at));
    let mut overdue = Script::promoting(Mode::Auto);
    overdue.answer(PromoteAnswer::Ambiguous);
    overdue.at(1900).read_back(candidate());
    overdue.at(1980).tick();
    assert_eq!(untouched_at(&overdue), Some(overdue.time(1900)), "also from before it was stuck");
}

#[test]
fn orders_that_nobody_asked_for_change_nothing_in_any_phase() {
    for mut script in crate::phases::all().iter().map(|(_, script)| script.clone()) {
        let phase = script.phase();
        let strange = |incident| Order::Rebuild { incident, replica: crate::script::WRITER.parse().unwrap() };
        let incident = IncidentId::opened(script.time(7), Revision(99));
        let before = script.state.clone();
        let verdict = script.order("mallory", strange(incident));
        assert!(matches!(verdict, StepVerdict::Ignored(_)), "{phase}: {verdict:?}");
        assert_eq!(script.state, before);
    }
}

#[test]
fn an_order_for_another_incident_changes_nothing_in_any_phase() {
    for (_, script) in crate::phases::all() {
        let other = || IncidentId::opened(script.time(7), Revision(99));
        for order in [
            Order::Abort(other()),
            Order::Acknowledge(other()),
            Order::WeighAgain(other()),
            Order::adopt(other()),
            Order::SwitchOver(other()),
        ] {
            let mut script = script.clone();
            let before = script.state.clone();
            let verdict = script.order("ann", order.clone());
            assert!(matches!(verdict, StepVerdict::Ignored(_)), "{}: {order:?}", script.phase());
            assert_eq!(script.state, before);
        }
    }
}

#[test]
fn a_hold_is_left_as_soon_as_nobody_says_down_any_more() {
    let mut script = Script::sustained(Mode::Observe);
    script.tick();
    script.vote("standby", Verdict::Up).vote("witness", Verdict::Up);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NobodySaysDown));
}

#[test]
fn whoever_is_called_is_told_that_the_old_writer_is_cut_off_and_how_to_open_it() {
    let told = |script: &Script| {
        let left = |entry: &&understudy_engine::Entry| matches!(entry.what, What::LeftCutOff { .. });
        script.state.journal.outbox.iter().rev().find(left).map(|entry| (entry.why(), entry.what.urgency()))
    };
    let mut script = Script::promoting_fenced();
    script.answer(PromoteAnswer::Denied);
    assert_eq!(script.phase(), PhaseName::Stuck);
    let (why, urgency) = told(&script).unwrap();
    assert!(why.contains(OWN_GROUP) && urgency == Urgency::Page, "{why}");
    script.state.journal.outbox.clear();
    script.say("ann", Order::Acknowledge);
    assert!(told(&script).is_some(), "the last word of the incident, because nothing else remembers it then");
    assert_eq!(told(&stuck()), None, "nothing was taken from a writer that nobody cut off");
}
