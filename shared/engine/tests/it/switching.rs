//! The switchover home: planned, without loss, or not at all.

use crate::script::{REPLICA, Script, done, rules, seen};
use crate::stages::{EAST_GROUP, OWN_GROUP, REBUILT, WEST_GROUP, groups, lag_of_now, replayed_until};
use understudy_engine::{
    AbortedBecause, DbStatus, Effect, Epoch, FenceAct, FenceAnswer, Ignored, IncidentId, Kind, Lag, Order, Phase,
    PhaseName, PromoteAnswer, Region, Revision, Rule, Seconds, Sight, Sighting, Standing, StepVerdict, Unseen, Verdict,
    Why,
};

fn latched(script: &Script) -> Vec<&str> {
    script.state.latch.keys().map(Region::as_str).collect()
}

fn because(script: &Script) -> &AbortedBecause {
    let Phase::Aborting(phase) = &script.state.phase else { panic!("not aborting, but {}", script.phase()) };
    &phase.because
}

/// The present writer gets its own groups back, and everything is as it was.
fn taken_back(script: &mut Script) {
    let settled = script.seconds() + 200;
    script.at(settled);
    if matches!(script.standing(), Standing::Restoring { .. }) {
        let restore = FenceAct::Restore { groups: groups(&[OWN_GROUP]) };
        script.fenced_by(restore, FenceAnswer::Accepted);
        script.fenced_by(FenceAct::Describe, crate::stages::writer(&[OWN_GROUP], "available", true));
    }
    script.read_back(seen(DbStatus::Available, Some(REPLICA), Some(1)));
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NothingHappened));
    assert_eq!(script.phase(), PhaseName::Rebuilt);
}

#[test]
fn a_switchover_gives_the_present_writer_up_for_the_rebuilt_replica_under_a_new_epoch() {
    let script = Script::switching();
    let decision = script.state.phase.decision().unwrap();
    assert!(decision.is_switchover());
    assert_eq!((decision.writer.as_str(), decision.replica.as_str()), (REPLICA, REBUILT));
    assert_eq!((decision.epoch, script.state.epoch), (Epoch(2), Epoch(2)));
    assert_eq!(decision.approved_by, ["ann".parse().unwrap()]);
    assert_eq!(decision.assessment, None, "a person's word needs no quorum of Down");
    assert!(script.state.cooldown.is_some());
}

#[test]
fn a_switchover_is_ordered_for_its_incident_only() {
    let mut script = Script::promoting_fenced().failed_over().rebuilt();
    let incident = IncidentId::opened(script.now, Revision(99));
    assert_eq!(script.order("ann", Order::SwitchOver(incident)), StepVerdict::Ignored(Ignored::Stale));
}

#[test]
fn nothing_goes_back_to_a_region_whose_old_writer_may_take_writes() {
    let mut script = Script::split().rebuilt();
    script.policy.fence = crate::script::with_fence(understudy_engine::Mode::Auto).fence;
    assert_eq!(script.say("ann", Order::SwitchOver), StepVerdict::Ignored(Ignored::SplitRisk));
    script.cut_off(EAST_GROUP);
    assert_eq!(script.say("ann", Order::SwitchOver), StepVerdict::Advanced(Why::SwitchoverOrdered));
}

#[test]
fn what_cannot_be_cut_off_cannot_be_switched_over() {
    let mut script = Script::promoting_fenced().failed_over().rebuilt();
    script.policy.fence.as_mut().unwrap().security_groups.remove(&"us-west-2".parse().unwrap());
    assert_eq!(script.say("ann", Order::SwitchOver), StepVerdict::Ignored(Ignored::CannotFence));
}

#[test]
fn a_switchover_is_not_promoted_before_its_writer_is_proven_cut_off() {
    let mut script = Script::switching();
    let ordered = script.seconds();
    script.at(ordered + 899);
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue), "the fence time of a failover is not enough");
    assert_eq!(script.phase(), PhaseName::Fencing);
    script.at(ordered + 900);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NotWithoutLoss));
    assert_eq!(*because(&script), AbortedBecause::NotWithoutLoss);
    taken_back(&mut script);
}

#[test]
fn the_votes_have_no_say_in_a_switchover() {
    let mut script = Script::switching();
    for voter in ["primary", "standby", "witness"] {
        script.vote(voter, Verdict::Up);
    }
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue));
    script.cut_off(WEST_GROUP);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::WriterCutOff));
}

#[test]
fn a_switchover_drains_until_the_replica_has_replayed_something_of_after_the_cut() {
    let mut script = Script::draining();
    let cut = script.now;
    let after = |seconds| Lag { seconds: Seconds(0), at: Seconds(seconds).after(cut) };
    let second = script.seconds();
    script.at(second + 60);
    assert_eq!(script.look_at(REBUILT, replayed_until(&after(29))), StepVerdict::Noted);
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue), "by clocks that differ by the skew, of before");
    script.look_at(REBUILT, replayed_until(&after(30)));
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Drained));
    assert_eq!(script.phase(), PhaseName::Promoting);
    assert!(script.promotes("run-1"));
}

#[test]
fn a_replica_that_is_not_the_one_or_does_not_follow_has_drained_nothing() {
    let mut script = Script::draining();
    let second = script.seconds();
    script.at(second + 60);
    let lag = lag_of_now(&script, 0);
    let sight = |status: &str, source: Option<&str>| {
        let source = source.map(|arn| arn.parse().unwrap());
        Sight::Seen(Sighting { status: DbStatus::parse(status), source, lags: vec![lag] })
    };
    let short_of = [
        sight("backing-up", Some(REPLICA)),
        sight("available", None),
        sight("available", Some(crate::script::WRITER)),
        Sight::Missing,
        Sight::Unseen(Unseen::Throttled),
    ];
    for sight in short_of {
        script.look_at(REBUILT, sight);
        assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue));
    }
    script.look_at(REPLICA, replayed_until(&lag));
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue), "another instance");
    script.look_at(REBUILT, replayed_until(&lag));
    script.look_at(REBUILT, Sight::Missing);
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue), "the last look counts");
}

#[test]
fn draining_looks_at_the_replica_every_poll_and_at_no_voter() {
    let mut script = Script::draining();
    let looked = script.seconds() + 10;
    script.at(looked);
    let Some(Effect::Look(look)) = script.outstanding("run-1") else { panic!("not looked at") };
    assert_eq!(look.candidate.as_str(), REBUILT);
    assert!(look.alarms.is_empty());
    let fenced_at = match &script.state.phase {
        Phase::Draining(phase) => phase.fenced_at,
        other => panic!("not draining, but {}", other.name()),
    };
    assert_eq!((look.lag_after, look.lag_until), (fenced_at, script.now));
    script.look_at(REBUILT, Sight::Missing);
    assert_eq!(script.due(), Some(looked + 10));
    script.at(looked + 9);
    assert!(!script.looks());
    script.at(looked + 10);
    assert!(script.looks());
    script.at(looked + 5);
    assert_eq!(script.look_at(REBUILT, Sight::Missing), StepVerdict::Noted);
    script.at(looked + 4);
    assert_eq!(script.look_at(REBUILT, Sight::Missing), StepVerdict::Ignored(Ignored::Stale));
}

#[test]
fn a_switchover_that_does_not_drain_in_time_is_taken_back() {
    let mut script = Script::draining();
    let since = script.seconds();
    script.at(since + 899).tick();
    assert_eq!(script.phase(), PhaseName::Draining);
    script.at(since + 900);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NotWithoutLoss));
    taken_back(&mut script);
    assert_eq!(latched(&script), ["us-east-1"], "traffic has not moved");
}

#[test]
fn a_person_aborts_a_switchover_at_every_station() {
    let mut promoting = Script::drained();
    promoting.tick();
    assert_eq!(promoting.phase(), PhaseName::Promoting);
    for mut script in [Script::switching(), Script::draining(), promoting] {
        let phase = script.phase();
        let incident = IncidentId::opened(script.now, Revision(99));
        assert_eq!(script.order("ann", Order::Abort(incident)), StepVerdict::Ignored(Ignored::Stale));
        assert_eq!(script.say("ann", Order::Abort), StepVerdict::Advanced(Why::AbortOrdered), "{phase}");
        taken_back(&mut script);
        script.look_at(REBUILT, seen(DbStatus::Available, Some(REPLICA), Some(1)));
        assert_eq!(script.say("ann", Order::SwitchOver), StepVerdict::Advanced(Why::SwitchoverOrdered), "again");
        assert_eq!(script.state.epoch, Epoch(3));
    }
}

#[test]
fn a_switchover_that_was_taken_back_leaves_the_cooldown_of_the_failover_before() {
    let mut script = Script::promoting_fenced().failed_over();
    let before = script.state.cooldown.clone().unwrap();
    script.say("ann", Order::Acknowledge);
    let mut script = script.rebuilt();
    script.say("ann", Order::SwitchOver);
    script.say("ann", Order::Abort);
    taken_back(&mut script);
    let after = script.state.cooldown.clone().expect("the hour of the failover is not over");
    assert_eq!(after.until, before.until);
    assert_eq!(after.acknowledged_by.unwrap().as_str(), "ann");
}

#[test]
fn a_switchover_whose_call_cannot_succeed_gives_the_writer_its_clients_back() {
    for answer in [PromoteAnswer::Denied, PromoteAnswer::Invalid, PromoteAnswer::NoSuchInstance] {
        let mut script = Script::drained();
        script.tick();
        assert_eq!(script.answer(answer), StepVerdict::Advanced(Why::NotWithoutLoss));
        taken_back(&mut script);
    }
}

#[test]
fn a_switchover_home_swaps_latch_and_roles_and_is_a_failover_again_to_rebuild_from() {
    let mut script = Script::drained();
    script.tick();
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    assert_eq!(latched(&script), ["us-east-1"], "not verified yet");
    script.read_back(done());
    assert_eq!(latched(&script), ["us-west-2"]);
    assert_eq!(script.state.writer.as_ref().unwrap().as_str(), REBUILT);
    let until = script.seconds() + 100;
    script.at(until).tick();
    assert_eq!(script.phase(), PhaseName::FailedOver);
    let west = "arn:aws:rds:us-west-2:111122223333:db:orders-3";
    script.say("ann", |incident| Order::Rebuild { incident, replica: west.parse().unwrap() });
    script.look_at(west, seen(DbStatus::Available, Some(REBUILT), Some(1)));
    assert_eq!(script.say("ann", Order::SwitchOver), StepVerdict::Advanced(Why::SwitchoverOrdered));
    let Kind::Switchover { from } = &script.state.phase.decision().unwrap().kind else { panic!("no switchover") };
    assert_eq!(from.after.decision.kind, Kind::Failover, "a chain of them would outgrow the record");
}

#[test]
fn a_switchover_under_a_pause_stays_where_it_is() {
    let mut script = Script::draining();
    script.order("ann", Order::Pause);
    let since = script.seconds();
    script.at(since + 5000);
    assert_eq!(rules(&script.tick()), vec![Rule::Pause]);
    assert!(script.looks(), "the replica is looked at all the same");
    script.look_at(REBUILT, Sight::Missing);
    assert_eq!(script.due(), Some(since + 5010), "and nothing before the next look");
}

#[test]
fn a_switchover_cuts_nobody_off_for_a_replica_that_is_not_fit() {
    let rebuilt = || Script::promoting_fenced().failed_over().rebuilt();
    let unfit = [Sight::Missing, Sight::Unseen(Unseen::Denied), seen(DbStatus::Available, Some(REPLICA), Some(900))];
    for sight in unfit {
        let mut script = rebuilt();
        script.look_at(REBUILT, sight);
        assert_eq!(rules(&script.say("ann", Order::SwitchOver)), vec![Rule::Candidate]);
        assert_eq!(script.phase(), PhaseName::Rebuilt);
    }
    let mut unwatched = rebuilt();
    let second = unwatched.seconds();
    let patrol = i64::from(unwatched.policy.windows.patrol_seconds.0);
    assert!(!unwatched.looks());
    unwatched.at(second + patrol);
    assert!(unwatched.looks(), "a standby is looked at for as long as it is one");
    unwatched.at(second + patrol + 91);
    assert_eq!(rules(&unwatched.say("ann", Order::SwitchOver)), vec![Rule::Candidate], "seen too long ago");
    unwatched.look_at(REBUILT, seen(DbStatus::Available, Some(REPLICA), Some(1)));
    assert_eq!(unwatched.say("ann", Order::SwitchOver), StepVerdict::Advanced(Why::SwitchoverOrdered));
}
