//! The latch, the epoch and the roles: what moves once a decision, and never back by itself.

use crate::script::{Script, candidate, seen};
use understudy_engine::{DbStatus, Epoch, Event, Mode, PhaseName, PromoteAnswer, StepVerdict, Verdict, Why};

fn done() -> understudy_engine::Sight {
    seen(DbStatus::Available, None, None)
}

fn closed() -> Script {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    script.read_back(done());
    script.at(280).tick();
    let incident = script.state.phase.incident().unwrap().clone();
    script.send(&Event::Acknowledge { by: "ann".parse().unwrap(), incident });
    assert_eq!(script.phase(), PhaseName::Watching);
    script
}

#[test]
fn no_recovery_and_no_later_suspicion_opens_the_latch() {
    let mut script = closed();
    for voter in ["primary", "standby", "witness"] {
        script.vote(voter, Verdict::Up);
    }
    script.look(candidate()).tick();
    assert!(!script.state.latch.is_empty(), "everything is well again");
    script.at(300).vote("witness", Verdict::Down);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::SaidDown));
    assert!(!script.state.latch.is_empty(), "and suspected again");
    script.at(320).vote("witness", Verdict::Up);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NobodySaysDown));
    assert!(!script.state.latch.is_empty(), "and dismissed");
}

#[test]
fn one_decision_is_one_epoch_from_the_question_to_the_end() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    assert_eq!(script.state.epoch, Epoch(0), "asking decides nothing");
    for by in ["ann", "ben"] {
        let incident = script.state.phase.incident().unwrap().clone();
        script.send(&Event::Approve { by: by.parse().unwrap(), incident, epoch: Epoch(1) });
    }
    script.tick();
    assert_eq!(script.state.epoch, Epoch(1));
    script.answer(PromoteAnswer::NotArrived);
    script.read_back(candidate());
    script.tick();
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    script.read_back(done());
    script.at(280).tick();
    assert_eq!(script.phase(), PhaseName::FailedOver);
    assert_eq!(script.state.epoch, Epoch(1));
    assert!(script.state.latch.values().all(|latched| latched.epoch == Epoch(1)));
}
