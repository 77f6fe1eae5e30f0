//! To the second: at which end of a window something still counts.

use crate::script::{Script, candidate};
use jiff::Timestamp;
use understudy_engine::{Mode, Phase, PhaseName, Suspicion, Turn, Verdict};

fn suspicion(script: &Script) -> &Suspicion {
    script.state.phase.suspicion().unwrap()
}

/// Since when the quorum has stood, in seconds of the script.
fn since(script: &Script, at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.duration_since(script.time(0)).as_secs())
}

fn down_since(script: &Script) -> Option<i64> {
    since(script, suspicion(script).down_since)
}

fn two_down(script: &mut Script, second: i64) -> &mut Script {
    script.at(second).vote("standby", Verdict::Down).vote("witness", Verdict::Down)
}

#[test]
fn a_quorum_seen_again_after_exactly_the_age_of_a_vote_has_stood_without_a_gap() {
    let mut script = Script::new(Mode::Auto);
    two_down(&mut script, 0).look(candidate()).tick();
    let opened = down_since(&script);
    two_down(&mut script, 90).tick();
    assert_eq!(down_since(&script), opened, "90 s is the age of a vote");
    let mut script = Script::new(Mode::Auto);
    two_down(&mut script, 0).look(candidate()).tick();
    two_down(&mut script, 91).tick();
    assert_eq!(down_since(&script), Some(91));
}

#[test]
fn a_source_that_says_that_it_changed_this_very_second_starts_the_window_again() {
    let mut script = Script::new(Mode::Auto);
    two_down(&mut script, 0).look(candidate()).tick();
    two_down(&mut script, 60);
    for voter in ["standby", "witness"] {
        let vote = script.votes.get_mut(&crate::script::name(voter)).unwrap();
        vote.since = Some(script.now);
    }
    script.tick();
    assert_eq!(down_since(&script), Some(60));
}

#[test]
fn a_quorum_that_forms_behind_a_veto_is_remembered_from_when_it_formed() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).tick();
    two_down(&mut script, 85).vote("witness", Verdict::Down).vote("primary", Verdict::Down);
    script.vote("witness", Verdict::Up).tick();
    let formed = |script: &Script| (down_since(script), since(script, suspicion(script).quorum_since));
    assert_eq!(formed(&script), (None, Some(85)), "the witness can reach it");
    script.at(100).vote("witness", Verdict::Up).vote("standby", Verdict::Down).vote("primary", Verdict::Down).tick();
    assert_eq!(formed(&script), (None, Some(85)), "and it has been seen to stand since");
}

#[test]
fn whoever_waits_for_a_turn_asks_again_a_look_after_it_asked() {
    let mut script = Script::sustained(Mode::Auto);
    script.tick_as("run-1");
    let Phase::Suspected(suspected) = &mut script.state.phase else { panic!("{}", script.phase()) };
    suspected.suspicion.turn = Turn::Wanted { asked_at: Some(script.now), waits: false };
    script.at(190).look(candidate());
    assert_eq!(script.phase(), PhaseName::Suspected);
    assert_eq!(script.due(), Some(210), "the next look would be at 220 s");
}
