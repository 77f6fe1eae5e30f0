//! A promotion that somebody else made: noticed, held, and adopted or taken back by a person.

use crate::script::{REPLICA, Script, candidate, done, seen};
use understudy_engine::{
    BrokenGlass, DbStatus, Epoch, HeldReason, Ignored, Mode, Order, Phase, PhaseName, PromotedBy, Sight, StepVerdict,
    Unseen, Urgency, Verdict, What, Who, Why,
};

/// The replica was found to stand alone while nothing was wrong.
fn found() -> Script {
    let mut script = Script::new(Mode::Auto);
    assert_eq!(script.look_at(REPLICA, done()), StepVerdict::Advanced(Why::PromotedElsewhere));
    script
}

fn reason(script: &Script) -> HeldReason {
    let Phase::Held(phase) = &script.state.phase else { panic!("not held, but {}", script.phase()) };
    phase.reason
}

#[test]
fn a_replica_that_stands_alone_is_noticed_while_nothing_is_wrong() {
    let script = found();
    assert_eq!(reason(&script), HeldReason::PromotedElsewhere);
    assert!(script.state.latch.is_empty(), "traffic stays where it is");
    assert_eq!(script.state.epoch, Epoch(0));
    assert_eq!(script.state.journal.outbox.last().unwrap().what.urgency(), Urgency::Page);
    let mut backing_up = Script::new(Mode::Auto);
    backing_up.look_at(REPLICA, seen(DbStatus::BackingUp, None, None));
    assert_eq!(reason(&backing_up), HeldReason::PromotedElsewhere, "whatever its status");
}

#[test]
fn it_is_noticed_in_every_phase_that_weighs() {
    let suspected = Script::sustained(Mode::Auto);
    let mut asked = Script::sustained(Mode::Approve);
    asked.tick();
    let mut announced = Script::sustained(Mode::Auto);
    announced.policy.windows.veto_seconds = understudy_engine::Seconds(300);
    announced.tick();
    let mut held = Script::sustained(Mode::Observe);
    held.tick();
    for mut script in [suspected, asked, announced, held] {
        let phase = script.phase();
        assert_eq!(script.look_at(REPLICA, done()), StepVerdict::Advanced(Why::PromotedElsewhere), "{phase}");
        assert_eq!(reason(&script), HeldReason::PromotedElsewhere);
    }
}

#[test]
fn another_instance_and_what_was_not_seen_are_no_promotion() {
    let mut script = Script::new(Mode::Auto);
    let another = "arn:aws:rds:us-west-2:111122223333:db:another";
    assert_eq!(script.look_at(another, done()), StepVerdict::Noted);
    for sight in [Sight::Missing, Sight::Unseen(Unseen::Denied), candidate()] {
        assert_eq!(script.look_at(REPLICA, sight), StepVerdict::Noted);
    }
    assert_eq!(script.phase(), PhaseName::Watching);
}

#[test]
fn our_own_promotion_is_nobody_elses() {
    let mut script = Script::new(Mode::Auto);
    script.state.writer = Some(REPLICA.parse().unwrap());
    assert_eq!(script.look_at(REPLICA, done()), StepVerdict::Noted, "the policy is yet to be swapped");
}

#[test]
fn a_late_look_notices_nothing() {
    let mut script = Script::new(Mode::Auto);
    script.at(100).look(candidate());
    script.at(50);
    assert_eq!(script.look_at(REPLICA, done()), StepVerdict::Ignored(Ignored::Stale));
    let mut held = found();
    held.at(100).look(done());
    held.at(50);
    assert_eq!(held.look_at(REPLICA, candidate()), StepVerdict::Ignored(Ignored::Stale));
}

#[test]
fn a_promotion_by_somebody_else_is_adopted_only_on_a_persons_word() {
    let mut script = found();
    for second in (30..4000).step_by(300) {
        script.at(second).vote("standby", Verdict::Down).vote("witness", Verdict::Down).look(done()).tick();
        assert_eq!(script.phase(), PhaseName::Held, "whatever the evidence");
    }
    assert_eq!(script.say("ann", Order::adopt), StepVerdict::Advanced(Why::Adopted));
    let Phase::Verifying(phase) = &script.state.phase else { panic!("not verifying") };
    assert_eq!(phase.promoted_by, PromotedBy::SomebodyElse);
    assert_eq!(phase.decision.approved_by, ["ann".parse().unwrap()]);
    assert_eq!(script.state.epoch, Epoch(1));
    assert!(script.state.cooldown.is_some());
    assert!(script.state.latch.is_empty(), "not verified yet");
    assert_eq!(script.read_back(done()), StepVerdict::Advanced(Why::Writable));
    assert_eq!(script.state.writer.as_ref().unwrap().as_str(), REPLICA);
}

#[test]
fn what_a_person_did_by_hand_is_told_before_it_is_adopted() {
    let mut script = found();
    let glass =
        BrokenGlass { by: "bob".parse().unwrap(), called_at: script.now, journal: "0a".repeat(32).parse().unwrap() };
    let adopt = |incident| Order::Adopt { incident, glass: Some(glass.clone()) };
    assert_eq!(script.say("ann", adopt), StepVerdict::Advanced(Why::Adopted));
    let [told, moved] = script.state.journal.outbox.last_chunk().unwrap();
    assert_eq!((&told.what, &told.who), (&What::BrokeGlass(glass.clone()), &Who::Person("ann".parse().unwrap())));
    assert!(told.why().contains("bob called for it") && told.why().contains(glass.journal.as_str()), "{}", told.why());
    assert_eq!(moved.id.seq.0, told.id.seq.0 + 1);
}

#[test]
fn a_journal_is_written_down_once_whatever_the_incident_has_come_to() {
    let glass = |script: &Script, digits: &str| BrokenGlass {
        by: "bob".parse().unwrap(),
        called_at: script.now,
        journal: digits.repeat(32).parse().unwrap(),
    };
    let mut adopted = found();
    adopted.say("ann", Order::adopt);
    let mut suspected = Script::sustained(Mode::Observe);
    suspected.tick();
    for mut script in [adopted, suspected] {
        let (phase, first, second) = (script.phase(), glass(&script, "0a"), glass(&script, "0b"));
        let told = |glass: &BrokenGlass| {
            let glass = Some(glass.clone());
            move |incident| Order::Adopt { incident, glass: glass.clone() }
        };
        assert_eq!(script.say("ann", told(&first)), StepVerdict::Noted, "{phase}");
        assert_eq!(script.phase(), phase, "it changes nothing else");
        assert_eq!(script.state.journal.outbox.last().unwrap().what, What::BrokeGlass(first.clone()));
        assert_eq!(script.say("ann", told(&first)), StepVerdict::Ignored(Ignored::Duplicate));
        assert_eq!(script.say("ann", told(&second)), StepVerdict::Noted);
        assert_eq!(script.say("ann", told(&first)), StepVerdict::Ignored(Ignored::Duplicate), "in whatever order");
        let of_another = |_| Order::Adopt { incident: "another".to_owned().into(), glass: Some(first.clone()) };
        assert_eq!(script.say("ann", of_another), StepVerdict::Ignored(Ignored::Stale));
    }
}

#[test]
fn only_what_somebody_else_promoted_can_be_adopted() {
    let mut script = Script::sustained(Mode::Observe);
    script.tick();
    assert_eq!(script.say("ann", Order::adopt), StepVerdict::Ignored(Ignored::NotAsked));
    let mut elsewhere = found();
    assert_eq!(elsewhere.say("ann", Order::WeighAgain), StepVerdict::Ignored(Ignored::NotAsked));
    assert_eq!(elsewhere.say("ann", Order::Abort), StepVerdict::Ignored(Ignored::Duplicate));
}

#[test]
fn a_replica_that_follows_again_is_as_it_was() {
    let mut script = found();
    let another = seen(DbStatus::Available, Some("arn:aws:rds:us-east-1:111122223333:db:another"), Some(1));
    for sight in [done(), another, Sight::Missing, Sight::Unseen(Unseen::Unreachable)] {
        assert_eq!(script.look_at(REPLICA, sight), StepVerdict::Noted);
    }
    let other_instance = "arn:aws:rds:us-west-2:111122223333:db:another";
    assert_eq!(script.look_at(other_instance, candidate()), StepVerdict::Noted);
    assert_eq!(script.look_at(REPLICA, candidate()), StepVerdict::Advanced(Why::BackAsItWas));
    assert_eq!(script.phase(), PhaseName::Watching);
}

#[test]
fn people_are_told_again_that_it_waits_for_them() {
    let mut script = found();
    script.at(1799);
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue));
    script.at(1800);
    assert_eq!(script.tick(), StepVerdict::Noted);
    assert!(matches!(script.state.journal.outbox.last().unwrap().what, What::Reminded { .. }));
}
