//! The pause: nothing new is begun, and what is in flight is only read back.

use crate::script::{REPLICA, Script, candidate, done, rules, seen};
use crate::stages::{EAST_GROUP, OWN_GROUP, REBUILT, WEST_GROUP, writer};
use understudy_engine::{
    DbStatus, Effect, Event, FenceAct, FenceAnswer, Ignored, LeverAct, Mode, Order, PhaseName, PromoteAnswer, Rule,
    Sight, StepVerdict, Urgency, Verdict, What, Why,
};

fn paused(mut script: Script) -> Script {
    assert_eq!(script.order("ann", Order::Pause), StepVerdict::Noted);
    script
}

fn unpause(script: &mut Script) {
    assert_eq!(script.order("ben", Order::Unpause), StepVerdict::Noted);
}

/// Nothing that changes anything outside, now and for the next hour of waking up.
#[track_caller]
fn only_looks(mut script: Script) {
    for second in (0..3600).step_by(7) {
        let now = script.seconds().max(second);
        script.at(now);
        let effect = script.outstanding("run-1");
        match &effect {
            None | Some(Effect::Look(_) | Effect::ReadBack { .. } | Effect::Admit(_)) => {}
            Some(Effect::Fence(call)) => assert_eq!(call.act, FenceAct::Describe, "{}", script.phase()),
            Some(Effect::Lever(call)) => assert_eq!(call.act, LeverAct::Read, "{}", script.phase()),
            Some(Effect::Promote(_) | Effect::Create(_)) => panic!("{effect:?} in {}", script.phase()),
        }
        script.tick_as("run-1");
    }
}

#[test]
fn a_pause_is_told_in_its_authors_name_and_entered_once() {
    let mut script = paused(Script::new(Mode::Auto));
    let entry = script.state.journal.outbox.last().unwrap();
    assert_eq!((entry.what.clone(), entry.who.to_string()), (What::Paused, "ann".to_owned()));
    assert_eq!(entry.what.urgency(), Urgency::Page, "whoever forgets it has no failover");
    assert_eq!(script.order("ben", Order::Pause), StepVerdict::Ignored(Ignored::Duplicate));
    unpause(&mut script);
    assert_eq!(script.state.paused, None);
    assert_eq!(script.state.journal.outbox.last().unwrap().what, What::Unpaused);
    assert_eq!(script.order("ben", Order::Unpause), StepVerdict::Ignored(Ignored::Duplicate));
}

#[test]
fn a_pause_in_an_incident_is_an_entry_of_that_incident() {
    let mut script = Script::sustained(Mode::Auto);
    let incident = script.incident();
    script.order("ann", Order::Pause);
    assert_eq!(script.state.journal.last.as_ref().unwrap().incident, incident);
}

#[test]
fn under_a_pause_evidence_is_weighed_and_nothing_is_decided() {
    let mut script = paused(Script::sustained(Mode::Auto));
    assert_eq!(rules(&script.tick()), vec![Rule::Pause]);
    unpause(&mut script);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn under_a_pause_nobody_is_asked_and_no_yes_decides() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    script.yes("ann");
    script.yes("ben");
    let mut script = paused(script);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::QuestionFell));
    assert_eq!(rules(&script.tick()), vec![Rule::Pause]);
}

#[test]
fn under_a_pause_a_decision_waits_and_no_intent_is_recorded() {
    let mut script = paused(Script::fencing());
    script.cut_off(EAST_GROUP);
    assert_eq!(rules(&script.tick()), vec![Rule::Pause]);
    assert_eq!(script.phase(), PhaseName::Fencing);
    unpause(&mut script);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::WriterCutOff));
}

#[test]
fn a_decision_that_waits_out_a_pause_is_made_on_what_holds_then() {
    let mut script = paused(Script::fencing());
    script.at(400).vote("standby", Verdict::Down).vote("witness", Verdict::Up);
    unpause(&mut script);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::EvidenceTurned));
}

#[test]
fn under_a_pause_an_intent_is_not_acted_on_and_then_read_back() {
    let mut script = paused(Script::promoting(Mode::Auto));
    assert!(!script.promotes("run-1"));
    script.at(200).tick();
    assert!(script.reads_back());
    script.untouched_at(300);
    assert_eq!(rules(&script.tick()), vec![Rule::Pause], "not called again");
    assert!(!script.promotes("run-1"));
    unpause(&mut script);
    script.tick();
    assert!(script.promotes("run-1"));
}

#[test]
fn under_a_pause_what_is_in_flight_is_read_back_to_its_end() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    let mut script = paused(script);
    assert!(script.reads_back());
    assert_eq!(script.read_back(done()), StepVerdict::Advanced(Why::SourceGone));
    assert!(script.reads_back());
    assert_eq!(script.read_back(done()), StepVerdict::Advanced(Why::Writable));
}

#[test]
fn under_a_pause_a_writer_is_only_looked_at() {
    let mut script = Script::fencing();
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    assert!(matches!(script.fence_act(), Some(FenceAct::Isolate { .. })));
    let mut script = paused(script);
    script.at(190).down_at(190);
    assert_eq!(script.fence_act(), Some(FenceAct::Describe));
    unpause(&mut script);
    assert!(matches!(script.fence_act(), Some(FenceAct::Isolate { .. })));
}

#[test]
fn under_a_pause_no_replica_is_created() {
    let mut script = Script::split().rebuilding();
    script.look_at(REBUILT, Sight::Missing);
    assert!(matches!(script.outstanding("run-1"), Some(Effect::Create(_))));
    let mut script = paused(script);
    assert!(!matches!(script.outstanding("run-1"), Some(Effect::Create(_))));
    script.at(400);
    assert!(matches!(script.outstanding("run-1"), Some(Effect::Look(_))), "it is looked at all the same");
    script.look_at(REBUILT, seen(DbStatus::Available, Some(REPLICA), Some(1)));
    assert_eq!(script.phase(), PhaseName::Rebuilt, "somebody may create it by hand");
}

#[test]
fn under_a_pause_no_order_begins_anything() {
    let rebuild = |incident| Order::Rebuild { incident, replica: REBUILT.parse().unwrap() };
    let mut failed_over = paused(Script::split());
    assert_eq!(rules(&failed_over.say("ann", rebuild)), vec![Rule::Pause]);
    let mut rebuilt = paused(Script::promoting_fenced().failed_over().rebuilt());
    assert_eq!(rules(&rebuilt.say("ann", Order::SwitchOver)), vec![Rule::Pause]);
    let mut elsewhere = Script::new(Mode::Auto);
    elsewhere.look(done());
    let mut elsewhere = paused(elsewhere);
    assert_eq!(rules(&elsewhere.say("ann", Order::adopt)), vec![Rule::Pause]);
}

#[test]
fn under_a_pause_a_switchover_does_not_go_on() {
    let mut fencing = paused(Script::switching());
    fencing.cut_off(WEST_GROUP);
    assert_eq!(rules(&fencing.tick()), vec![Rule::Pause]);
    let mut drained = paused(Script::drained());
    assert_eq!(rules(&drained.tick()), vec![Rule::Pause]);
    unpause(&mut drained);
    assert_eq!(drained.tick(), StepVerdict::Advanced(Why::Drained));
}

#[test]
fn a_pause_can_be_said_and_taken_back_in_every_phase() {
    for mut script in crate::phases::all().iter().map(|(_, script)| script.clone()) {
        let was_paused = script.state.paused.is_some();
        let phase = script.phase();
        let first = if was_paused { Order::Unpause } else { Order::Pause };
        assert_eq!(script.order("ann", first), StepVerdict::Noted, "{phase}");
        assert_eq!(script.phase(), phase);
    }
}

#[test]
fn no_phase_makes_a_call_under_a_pause() {
    for mut script in crate::phases::all().iter().map(|(_, script)| script.clone()) {
        if script.state.paused.is_none() {
            script.order("ann", Order::Pause);
        }
        only_looks(script);
    }
}

#[test]
fn what_a_call_under_a_pause_answers_is_still_heard() {
    let mut script = paused(Script::fencing());
    assert_eq!(script.fenced_by(FenceAct::Describe, FenceAnswer::Missing), StepVerdict::Noted);
    assert!(script.fence().proven_at().is_some());
    let mut promoting = paused(Script::promoting(Mode::Auto));
    assert_eq!(promoting.answer(PromoteAnswer::Accepted), StepVerdict::Noted);
    let answer = Event::ReadBack { epoch: promoting.state.epoch, sight: candidate() };
    assert_eq!(promoting.send(&answer).verdict, StepVerdict::Noted);
}
