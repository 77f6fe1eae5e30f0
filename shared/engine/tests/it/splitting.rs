//! Split risk: said when it begins, repeated until a person has taken note, and ended by proof.

use crate::script::{Script, done, with_fence};
use crate::stages::{EAST_GROUP, REBUILT};
use understudy_engine::{
    FenceAct, FenceAnswer, FenceTrouble, Ignored, Mode, Order, PhaseName, PromoteAnswer, StepVerdict, Unseen, Urgency,
    What,
};

fn risks(script: &Script) -> usize {
    let outbox = script.state.journal.outbox.iter();
    outbox.filter(|entry| matches!(entry.what, What::SplitRisk { .. })).count()
}

/// Failed over at 300 s, and the old writer's Region is away.
fn unreachable() -> Script {
    let mut script = Script::sustained_under(with_fence(Mode::Auto));
    script.tick();
    let away = FenceAnswer::Trouble(FenceTrouble::Unseen(Unseen::Unreachable));
    script.fenced_by(FenceAct::Describe, away);
    script.at(200).tick();
    assert_eq!(script.phase(), PhaseName::Promoting);
    script.failed_over()
}

#[test]
fn a_promotion_without_proof_says_split_risk_and_why() {
    let script = unreachable();
    let entry = script.state.journal.outbox.iter().find(|entry| matches!(entry.what, What::SplitRisk { .. })).unwrap();
    assert_eq!(entry.what, What::SplitRisk { trouble: Some(FenceTrouble::Unseen(Unseen::Unreachable)) });
    assert_eq!(entry.what.urgency(), Urgency::Page);
    assert!(entry.why().contains("nothing has shown that the old writer takes no writes"), "{}", entry.why());
    let without_group = Script::split();
    assert_eq!(risks(&without_group), 1, "also where there was nothing to fence with");
}

#[test]
fn a_proven_fence_is_no_split_risk() {
    let mut script = Script::promoting_fenced().failed_over();
    assert_eq!(risks(&script), 0);
    for second in (3000..20_000).step_by(1000) {
        script.at(second).tick();
    }
    assert_eq!(risks(&script), 0);
}

#[test]
fn a_split_risk_is_repeated_until_a_person_has_taken_note() {
    let mut script = unreachable();
    let since = script.seconds();
    script.at(since + 1799).tick();
    assert_eq!(risks(&script), 1);
    script.at(since + 1800).tick();
    assert_eq!(risks(&script), 2);
    script.at(since + 3599).tick();
    assert_eq!(risks(&script), 2);
    script.at(since + 3600).tick();
    assert_eq!(risks(&script), 3);
    script.say("ann", Order::Acknowledge);
    for hour in 2..20 {
        script.at(since + hour * 3600);
        assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue));
    }
    assert_eq!(risks(&script), 3);
}

#[test]
fn the_old_writer_is_tried_for_as_long_as_it_takes() {
    let mut script = unreachable();
    assert_eq!(script.fence_act(), Some(FenceAct::Describe));
    let away = || FenceAnswer::Trouble(FenceTrouble::Unseen(Unseen::Unreachable));
    script.fenced_by(FenceAct::Describe, away());
    let tried = script.seconds();
    script.at(tried + 29);
    assert_eq!(script.fence_act(), None);
    script.at(tried + 30);
    assert_eq!(script.fence_act(), Some(FenceAct::Describe));
    script.say("ann", Order::Acknowledge);
    script.at(90_000);
    assert_eq!(script.fence_act(), Some(FenceAct::Describe), "noted is not mended");
}

#[test]
fn the_old_writer_is_fenced_when_its_region_returns() {
    let mut script = unreachable();
    script.at(5000).cut_off(EAST_GROUP);
    assert_eq!(script.fence().proven_at(), Some(script.now));
    assert_eq!(script.state.journal.outbox.last().unwrap().what, What::Fenced);
    let said = risks(&script);
    script.at(20_000).tick();
    assert_eq!(risks(&script), said, "and the split risk is over");
    assert_eq!(script.due(), None, "nothing is left to do but for people");
}

#[test]
fn while_clients_follow_the_old_writer_is_tried_at_every_poll() {
    let mut script = Script::sustained_under(with_fence(Mode::Auto));
    script.tick();
    script.at(200).tick();
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    script.read_back(done());
    assert_eq!(script.phase(), PhaseName::Shifting);
    assert_eq!(script.fence_act(), Some(FenceAct::Describe));
    script.fenced_by(FenceAct::Describe, FenceAnswer::Trouble(FenceTrouble::Denied));
    assert_eq!(script.due(), Some(210));
    script.at(210);
    assert_eq!(script.fence_act(), Some(FenceAct::Describe));
}

#[test]
fn a_rebuild_does_not_keep_the_old_writer_from_being_fenced() {
    let mut script = unreachable().rebuilding();
    script.look_at(REBUILT, understudy_engine::Sight::Missing);
    script.send(&understudy_engine::Event::CreateAnswered {
        epoch: script.state.epoch,
        answer: understudy_engine::CreateAnswer::Accepted,
    });
    assert_eq!(script.fence_act(), Some(FenceAct::Describe));
    script.cut_off(EAST_GROUP);
    assert!(script.fence().proven_at().is_some());
}

#[test]
fn an_acknowledged_split_risk_leaves_nothing_due_before_the_next_try() {
    let mut script = unreachable();
    script.say("ann", Order::Acknowledge);
    script.at(50_000);
    script.fenced_by(FenceAct::Describe, FenceAnswer::Trouble(FenceTrouble::Denied));
    assert_eq!(script.due(), Some(50_030));
}
