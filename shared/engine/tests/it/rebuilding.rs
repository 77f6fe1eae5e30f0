//! After a failover: exposed, rebuilt, and watched again under a policy that names the new pair.

use crate::script::{REPLICA, Script, WRITER, candidate, done, seen};
use crate::stages::{OWN_GROUP, REBUILT, groups, lag_of_now};
use understudy_engine::{
    CreateAnswer, DbStatus, Effect, Event, Ignored, IncidentId, Mode, Order, Phase, PhaseName, Revision, Seconds,
    Sight, Sighting, StepVerdict, Unseen, What, Why,
};

fn create(script: &Script) -> Option<understudy_engine::CreateReplica> {
    match script.outstanding("run-1") {
        Some(Effect::Create(create)) => Some(create),
        _ => None,
    }
}

fn created(script: &mut Script, answer: CreateAnswer) -> StepVerdict {
    script.send(&Event::CreateAnswered { epoch: script.state.epoch, answer }).verdict
}

fn follows() -> Sight {
    seen(DbStatus::Available, Some(REPLICA), Some(1))
}

#[test]
fn a_failover_is_exposed_until_a_person_orders_a_new_replica() {
    let mut script = Script::promoting_fenced().failed_over();
    for second in (1000..50_000).step_by(1000) {
        script.at(second).tick();
    }
    assert_eq!(script.phase(), PhaseName::FailedOver);
    let mut script = script.rebuilding();
    assert_eq!(script.state.journal.outbox.last().unwrap().who.to_string(), "ann");
    assert!(script.looks(), "first it is looked whether it is there already");
    assert_eq!(create(&script), None);
    assert_eq!(script.look_at(REBUILT, Sight::Missing), StepVerdict::Noted);
    let create = create(&script).unwrap();
    assert_eq!((create.source.as_str(), create.replica.as_str()), (REPLICA, REBUILT));
    let own = groups(&[OWN_GROUP]);
    assert_eq!((create.like.as_str(), create.groups), (WRITER, own), "as the old writer was before it was cut off");
    assert_eq!(create.epoch, script.state.epoch);
    assert_eq!(create.not_after, Seconds(20).after(script.now));
}

#[test]
fn the_name_of_a_writer_and_another_region_are_no_use_for_a_new_replica() {
    for replica in [WRITER, "arn:aws:rds:us-west-2:111122223333:db:orders-2"] {
        let mut script = Script::split();
        let replica = replica.parse().unwrap();
        let verdict = script.say("ann", |incident| Order::Rebuild { incident, replica });
        assert_eq!(verdict, StepVerdict::Ignored(Ignored::UnusableName));
    }
}

#[test]
fn what_creating_came_to_is_entered_and_it_is_looked_at_again() {
    let answers = [CreateAnswer::Accepted, CreateAnswer::LookAgain, CreateAnswer::Denied, CreateAnswer::Refused];
    for answer in answers {
        let mut script = Script::split().rebuilding();
        assert_eq!(created(&mut script, answer), StepVerdict::Ignored(Ignored::Stale), "nothing was asked for");
        script.look_at(REBUILT, Sight::Missing);
        assert_eq!(created(&mut script, answer), StepVerdict::Noted);
        assert_eq!(script.state.journal.outbox.last().unwrap().what, What::CreateAnswered { answer });
        assert_eq!(create(&script), None);
        let asked = script.seconds();
        script.at(asked + 29);
        assert!(!script.looks());
        script.at(asked + 30);
        assert!(script.looks());
        script.look_at(REBUILT, Sight::Missing);
        assert!(create(&script).is_some(), "it is not there, so the call has changed nothing");
    }
}

#[test]
fn an_answer_of_another_epoch_is_nobodys() {
    let mut script = Script::split().rebuilding();
    script.look_at(REBUILT, Sight::Missing);
    let other = Event::CreateAnswered { epoch: understudy_engine::Epoch(0), answer: CreateAnswer::Accepted };
    assert_eq!(script.send(&other).verdict, StepVerdict::Ignored(Ignored::Stale));
}

#[test]
fn only_a_replica_that_is_not_there_is_created() {
    let mut script = Script::split().rebuilding();
    let creating = seen(DbStatus::parse("creating"), Some(REPLICA), None);
    for sight in [creating, Sight::Unseen(Unseen::Unreachable), seen(DbStatus::Available, Some(WRITER), Some(1))] {
        script.look_at(REBUILT, sight);
        assert_eq!(create(&script), None);
    }
    script.look_at(REBUILT, Sight::Missing);
    assert!(create(&script).is_some());
    script.look_at(REBUILT, Sight::Unseen(Unseen::Unreachable));
    assert_eq!(create(&script), None, "not seen is not missing");
}

#[test]
fn a_rebuild_is_done_when_the_replica_follows_the_present_writer_closely_enough() {
    let lag = |seconds| seen(DbStatus::Available, Some(REPLICA), Some(seconds));
    let short_of = [
        lag(61),
        seen(DbStatus::Available, Some(REPLICA), None),
        seen(DbStatus::BackingUp, Some(REPLICA), Some(1)),
        seen(DbStatus::Available, Some(WRITER), Some(1)),
        done(),
    ];
    for sight in short_of {
        let mut script = Script::split().rebuilding();
        assert_eq!(script.look_at(REBUILT, sight), StepVerdict::Noted);
    }
    let mut script = Script::split().rebuilding();
    assert_eq!(script.look_at(REPLICA, follows()), StepVerdict::Ignored(Ignored::Stale), "another instance");
    assert_eq!(script.look_at(REBUILT, lag(60)), StepVerdict::Advanced(Why::ReplicaFollows));
    let Phase::Rebuilt(phase) = &script.state.phase else { panic!("not rebuilt") };
    assert_eq!(phase.replica.as_str(), REBUILT);
}

#[test]
fn a_late_look_at_the_new_replica_changes_nothing() {
    let mut script = Script::split().rebuilding();
    let second = script.seconds();
    script.at(second + 10).look_at(REBUILT, Sight::Missing);
    script.at(second + 9);
    assert_eq!(script.look_at(REBUILT, follows()), StepVerdict::Ignored(Ignored::Stale));
}

#[test]
fn a_rebuild_that_takes_too_long_is_exposed_again_and_says_so() {
    let mut script = Script::split().rebuilding();
    let ordered = script.seconds();
    script.at(ordered + 21_599).tick();
    assert_eq!(script.phase(), PhaseName::Rebuilding);
    script.at(ordered + 21_600);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::RebuildOverdue));
    assert_eq!(script.phase(), PhaseName::FailedOver);
    let entry = script.state.journal.outbox.last().unwrap();
    assert_eq!(entry.what.urgency(), understudy_engine::Urgency::Page);
}

#[test]
fn a_person_stops_a_rebuild() {
    let mut script = Script::split().rebuilding();
    let incident = IncidentId::opened(script.now, Revision(99));
    assert_eq!(script.order("ann", Order::Abort(incident)), StepVerdict::Ignored(Ignored::NotAsked));
    assert_eq!(script.say("ann", Order::Abort), StepVerdict::Advanced(Why::Stopped));
    assert_eq!(script.phase(), PhaseName::FailedOver);
}

#[test]
fn home_again_needs_a_policy_that_names_the_present_pair() {
    let mut script = Script::promoting_fenced().failed_over().rebuilt();
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Ignored(Ignored::PolicyDiffers));
    script.policy.database.writer = REPLICA.parse().unwrap();
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Ignored(Ignored::PolicyDiffers), "its replica");
    script.policy.database.writer = WRITER.parse().unwrap();
    script.policy.database.replica = REBUILT.parse().unwrap();
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Ignored(Ignored::PolicyDiffers), "its writer");
    script.policy.database.writer = REPLICA.parse().unwrap();
    let incident = IncidentId::opened(script.now, Revision(99));
    assert_eq!(script.order("ann", Order::Acknowledge(incident)), StepVerdict::Ignored(Ignored::Stale));
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Advanced(Why::HomeAgain));
    assert_eq!(script.phase(), PhaseName::Watching);
    assert_eq!(script.state.cooldown.as_ref().unwrap().acknowledged_by.as_ref().unwrap().as_str(), "ann");
}

#[test]
fn home_again_is_not_said_while_the_old_writer_may_take_writes() {
    let mut script = Script::split().rebuilt();
    script.policy.database.writer = REPLICA.parse().unwrap();
    script.policy.database.replica = REBUILT.parse().unwrap();
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Ignored(Ignored::SplitRisk));
}

#[test]
fn after_a_failover_the_old_pair_is_decided_about_no_more() {
    let mut script = Script::new(Mode::Auto);
    script.state.writer = Some(REPLICA.parse().unwrap());
    script.vote("standby", understudy_engine::Verdict::Down);
    script.vote("witness", understudy_engine::Verdict::Down).look(candidate()).tick();
    let refused = crate::script::rules(&script.tick());
    assert!(refused.contains(&understudy_engine::Rule::Roles), "{refused:?}");
}

#[test]
fn a_new_replica_that_never_moved_in_the_whole_span_follows_nobody() {
    let mut script = Script::split().rebuilding();
    let now = lag_of_now(&script, 3060);
    let before = understudy_engine::Lag { seconds: Seconds(3000), at: Seconds(60).before(script.now) };
    let source = Some(REPLICA.parse().unwrap());
    let sight = Sight::Seen(Sighting { status: DbStatus::Available, source, lags: vec![before, now] });
    assert_eq!(script.look_at(REBUILT, sight), StepVerdict::Noted);
}
