//! Flapping: a quorum that comes and goes is for a person to judge.

use crate::script::{Script, candidate, rules};
use understudy_engine::{Blocker, HeldReason, Mode, Order, Phase, PhaseName, Rule, Seconds, StepVerdict, Verdict, Why};

/// The quorum is lost at 40 s, 80 s and so on, so many times.
fn flapped(times: i64) -> Script {
    let mut script = Script::new(Mode::Auto);
    for flap in 0..times {
        script.down_at(flap * 40).tick();
        script.at(flap * 40 + 40).vote("standby", Verdict::Abstain).tick();
    }
    script
}

fn reason(script: &Script) -> Option<HeldReason> {
    match &script.state.phase {
        Phase::Held(phase) => Some(phase.reason),
        _ => None,
    }
}

#[test]
fn a_quorum_that_is_lost_as_often_as_may_be_is_no_hold() {
    let mut script = flapped(2);
    assert_eq!(script.state.flaps.len(), 2);
    script.down_at(81).tick();
    assert_eq!(script.phase(), PhaseName::Suspected);
}

#[test]
fn a_quorum_that_is_lost_too_often_holds_for_a_person() {
    let mut script = flapped(3);
    assert_eq!(script.state.flaps.len(), 3);
    script.down_at(121);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Flapped));
    assert_eq!(reason(&script), Some(HeldReason::Flapping));
    let assessment = script.state.journal.outbox.last().unwrap().assessment.clone().unwrap();
    let flapping = Blocker::Flapping { flaps: 3, until: script.time(40 + 1800) };
    assert!(assessment.blockers.contains(&flapping), "{:?}", assessment.blockers);
}

#[test]
fn a_look_that_finds_the_quorum_lost_remembers_it() {
    let mut script = Script::new(Mode::Auto);
    script.down_at(0).tick();
    script.at(30).vote("standby", Verdict::Abstain).look(candidate());
    assert_eq!(script.state.flaps, [script.now]);
    script.tick();
    assert_eq!(script.state.flaps.len(), 1, "one loss is one flap");
}

#[test]
fn a_quorum_that_never_stood_is_no_flap() {
    let mut script = Script::new(Mode::Auto);
    for second in 0..10 {
        let verdict = if second % 2 == 0 { Verdict::Down } else { Verdict::Up };
        script.at(second * 10).vote("witness", verdict).tick();
    }
    assert_eq!(script.state.flaps, []);
}

#[test]
fn flaps_are_remembered_from_one_incident_to_the_next() {
    let mut script = Script::new(Mode::Auto);
    for flap in 0..3 {
        script.down_at(flap * 100).tick();
        script.at(flap * 100 + 50).vote("standby", Verdict::Up).vote("witness", Verdict::Up).tick();
        assert_eq!(script.phase(), PhaseName::Watching);
    }
    script.down_at(300).tick();
    script.down_at(330);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Flapped));
}

#[test]
fn a_flap_that_is_old_enough_is_forgotten_and_down_is_weighed_from_the_start() {
    let mut script = flapped(3);
    script.down_at(121).tick();
    script.hold_down_until(1839).tick();
    assert_eq!(reason(&script), Some(HeldReason::Flapping), "the first flap was at 40 s");
    script.down_at(1840);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::OnlyTimeBlocks));
    script.hold_down_until(2019);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain]);
    script.at(2020);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn weighing_again_forgets_the_flaps_and_starts_the_window() {
    let mut script = flapped(3);
    script.down_at(121).tick();
    assert_eq!(script.down_at(130).say("ann", Order::WeighAgain), StepVerdict::Advanced(Why::WeighedAgain));
    assert_eq!(script.state.flaps, []);
    script.hold_down_until(309);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain]);
    script.at(310);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn no_more_flaps_are_kept_than_the_rule_needs() {
    let mut script = flapped(9);
    assert_eq!(script.state.flaps.len(), 3);
    script.policy.quorum.flaps_max = 1;
    script.down_at(400).tick();
    script.at(430).vote("standby", Verdict::Abstain).tick();
    assert_eq!(script.state.flaps, [script.now]);
}

#[test]
fn a_rule_that_allows_no_flap_at_all_breaks_nothing() {
    let mut script = Script::new(Mode::Auto);
    script.policy.quorum.flaps_max = 0;
    for second in (0..400).step_by(40) {
        script.down_at(second).tick();
        script.at(second + 20).vote("standby", Verdict::Abstain).tick();
    }
    assert!(script.state.flaps.len() <= 1);
}

#[test]
fn old_flaps_are_dropped_when_a_new_one_comes() {
    let mut script = flapped(2);
    script.policy.windows.flap_seconds = Seconds(100);
    script.down_at(150).tick();
    script.at(180).vote("standby", Verdict::Abstain).tick();
    assert_eq!(script.state.flaps, [script.now], "those at 40 s and 80 s are forgotten");
    script.policy.windows.flap_seconds = Seconds(1800);
    script.down_at(200).tick();
    assert_eq!(script.phase(), PhaseName::Suspected, "and do not come back");
}

#[test]
fn between_two_flaps_it_stays_held_so_that_a_night_of_them_is_one_page() {
    let mut script = flapped(3);
    script.down_at(121).tick();
    let up = |script: &mut Script, second: i64| {
        for voter in ["primary", "standby", "witness"] {
            script.at(second).vote(voter, Verdict::Up);
        }
        script.tick();
    };
    up(&mut script, 150);
    assert_eq!(reason(&script), Some(HeldReason::Flapping), "the quiet between two flaps ends nothing");
    let forgotten = 40 + 1800;
    up(&mut script, forgotten - 1);
    assert_eq!(script.phase(), PhaseName::Held);
    up(&mut script, forgotten + 81);
    assert_eq!(script.phase(), PhaseName::Watching, "it goes back by itself when the flaps are forgotten");
}

#[test]
fn an_up_within_the_window_starts_it_again_and_is_no_flap() {
    let mut script = Script::sustained(Mode::Auto);
    script.policy.voters[0].class = understudy_engine::EvidenceClass::DataPath;
    script.vote("primary", Verdict::Up).tick();
    script.at(190).vote("primary", Verdict::Abstain).down_at(190);
    assert_eq!(
        rules(&script.tick()),
        vec![Rule::Sustain],
        "whoever could reach it a moment ago and is silent says no Down"
    );
    assert!(script.state.flaps.is_empty(), "the quorum stood all the time");
    script.hold_down_until(369);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain]);
    script.down_at(370);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}
