//! What a cloud promises.

use super::cloud_worlds::{CloudWorld, RealCloud, SimulatedCloud};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;
use understudy_driver::{Cloud, Looked};
use understudy_engine::{
    DbInstanceArn, DbStatus, Epoch, Look, Promote, PromoteAnswer, Seconds, Sight, Sighting, Verdict, VoterName,
};
use understudy_sim::{AlarmValue, PromoteFault};
use understudy_tests::policy;

fn replica(name: &str) -> DbInstanceArn {
    format!("arn:aws:rds:us-west-2:123456789012:db:{name}").parse().unwrap()
}

async fn promote(world: &impl CloudWorld, name: &str) -> PromoteAnswer {
    let not_after = world.now().checked_add(SignedDuration::from_secs(20)).unwrap();
    promote_until(world, name, not_after).await
}

async fn promote_until(world: &impl CloudWorld, name: &str, not_after: Timestamp) -> PromoteAnswer {
    let call = Promote { epoch: Epoch(1), attempt: 1, replica: replica(name), not_after };
    world.cloud().promote(&call).await.outcome
}

async fn seen(world: &impl CloudWorld, name: &str) -> Sighting {
    let sight = world.cloud().read_back(&replica(name)).await.outcome;
    let Sight::Seen(sighting) = sight else { panic!("{name}: {sight:?}") };
    sighting
}

async fn an_instance_that_is_not_there_is_missing(world: &impl CloudWorld) {
    assert_eq!(world.cloud().read_back(&replica("nobody")).await.outcome, Sight::Missing);
    assert_eq!(promote(world, "nobody").await, PromoteAnswer::NoSuchInstance);
}

async fn a_replica_names_its_source_until_its_promotion_has_ended(world: &impl CloudWorld) {
    world.add_replica("whole").await;
    let writer = policy().database.writer;
    let before = seen(world, "whole").await;
    assert_eq!((before.status, before.source.as_ref()), (DbStatus::Available, Some(&writer)));
    assert_eq!(promote(world, "whole").await, PromoteAnswer::Accepted);

    let mut stations = Vec::new();
    loop {
        let sighting = seen(world, "whole").await;
        let done = sighting.source.is_none();
        if stations.last() != Some(&sighting.status) {
            stations.push(sighting.status.clone());
        }
        if done {
            break;
        }
        assert_eq!(sighting.source.as_ref(), Some(&writer));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let stations: Vec<String> = stations.iter().map(ToString::to_string).collect();
    assert_eq!(stations, ["available", "modifying", "rebooting", "backing-up", "available"]);
    assert_eq!(promote(world, "whole").await, PromoteAnswer::Ambiguous, "what stands alone cannot be promoted");
}

async fn a_second_promote_is_refused_at_any_time(world: &impl CloudWorld) {
    world.add_replica("twice").await;
    assert_eq!(promote(world, "twice").await, PromoteAnswer::Accepted);
    assert_eq!(promote(world, "twice").await, PromoteAnswer::Ambiguous);
}

async fn a_replica_that_is_backing_up_is_refused_and_stays_a_replica(world: &impl CloudWorld) {
    world.add_replica("busy").await;
    world.set_backing_up("busy").await;
    assert_eq!(promote(world, "busy").await, PromoteAnswer::Ambiguous);
    let sighting = seen(world, "busy").await;
    assert_eq!(sighting.status, DbStatus::BackingUp);
    assert!(sighting.source.is_some());
}

async fn a_lost_reply_is_ambiguous_and_the_promotion_goes_on(world: &impl CloudWorld) {
    world.add_replica("unheard").await;
    world.fail_next_promote(PromoteFault::CutAfter).await;
    assert_eq!(promote(world, "unheard").await, PromoteAnswer::Ambiguous);
    while seen(world, "unheard").await.source.is_some() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn a_request_that_is_cut_off_is_ambiguous_and_changes_nothing(world: &impl CloudWorld) {
    world.add_replica("unsent").await;
    world.fail_next_promote(PromoteFault::CutBefore).await;
    assert_eq!(promote(world, "unsent").await, PromoteAnswer::Ambiguous);
    assert_eq!(promote(world, "unsent").await, PromoteAnswer::Accepted, "the first never arrived");
}

async fn being_throttled_and_being_denied_are_told_apart(world: &impl CloudWorld) {
    world.add_replica("refused").await;
    world.fail_next_promote(PromoteFault::Throttled).await;
    assert_eq!(promote(world, "refused").await, PromoteAnswer::NotArrived);
    world.fail_next_promote(PromoteFault::Denied).await;
    assert_eq!(promote(world, "refused").await, PromoteAnswer::Denied);
}

async fn each_call_leaves_once_and_a_late_one_never(world: &impl CloudWorld) {
    world.add_replica("late").await;
    let before = world.promote_calls();
    assert_eq!(promote_until(world, "late", world.now()).await, PromoteAnswer::NotArrived);
    assert_eq!(world.promote_calls(), before, "not sent");
    world.fail_next_promote(PromoteFault::CutAfter).await;
    promote(world, "late").await;
    assert_eq!(world.promote_calls(), before + 1, "no client repeats it");
}

async fn a_look_reads_every_alarm_and_the_lag(world: &impl CloudWorld) {
    world.add_replica("looked-at").await;
    let now = world.now();
    let ago = |seconds: i64| now.checked_sub(SignedDuration::from_secs(seconds)).unwrap();
    world.measure_lag("looked-at", &[(ago(180), 2.0), (ago(120), 2.0), (ago(60), -1.0)]).await;
    world
        .set_alarms(&[("down", AlarmValue::Alarm), ("up", AlarmValue::Ok), ("unsure", AlarmValue::InsufficientData)])
        .await;
    let names = ["down", "up", "unsure", "never-created"];
    let alarm = |name: &str| format!("arn:aws:cloudwatch:us-east-2:123456789012:alarm:{name}").parse().unwrap();
    let alarms: BTreeMap<VoterName, _> = names.iter().map(|name| (name.parse().unwrap(), alarm(name))).collect();
    // A real replica has reported a lag of its own since it was ready: the span ends before that.
    let look = Look { alarms, candidate: replica("looked-at"), lag_after: ago(600), lag_until: ago(30) };
    let Looked { observed_at, readings, candidate } = world.cloud().look(&look).await.outcome;
    assert!(observed_at >= now, "as young as the look");
    let verdicts: Vec<(&str, Verdict)> =
        readings.iter().map(|(voter, reading)| (voter.as_str(), reading.verdict)).collect();
    assert_eq!(verdicts, [("down", Verdict::Down), ("unsure", Verdict::Abstain), ("up", Verdict::Up)]);
    assert!(readings.values().all(|reading| reading.since.is_some_and(|since| since <= world.now())));
    assert_eq!(candidate.lag().map(|lag| lag.seconds), Some(Seconds(2)), "−1 is no measurement");

    let long_ago = Look { lag_after: ago(6000), lag_until: ago(5000), ..look };
    let unknown = world.cloud().look(&long_ago).await.outcome.candidate;
    assert_eq!(unknown.lag(), None, "no measurement is not zero");
}

async fn a_region_that_does_not_answer_gives_no_readings_and_takes_bounded_time(world: &impl CloudWorld) {
    world.silence_alarms().await;
    let now = world.now();
    let alarms = BTreeMap::from([(
        "down".parse().unwrap(),
        "arn:aws:cloudwatch:us-east-2:123456789012:alarm:down".parse().unwrap(),
    )]);
    let look = Look { alarms, candidate: replica("looked-at"), lag_after: now, lag_until: now };
    let performed = world.cloud().look(&look).await;
    assert!(performed.outcome.readings.is_empty(), "silence is no vote");
    assert!(performed.at.duration_since(now) <= SignedDuration::from_secs(6), "{}", performed.at);
}

async fn keeps_its_promises(world: &impl CloudWorld) {
    an_instance_that_is_not_there_is_missing(world).await;
    a_replica_names_its_source_until_its_promotion_has_ended(world).await;
    a_second_promote_is_refused_at_any_time(world).await;
    a_replica_that_is_backing_up_is_refused_and_stays_a_replica(world).await;
    a_lost_reply_is_ambiguous_and_the_promotion_goes_on(world).await;
    a_request_that_is_cut_off_is_ambiguous_and_changes_nothing(world).await;
    being_throttled_and_being_denied_are_told_apart(world).await;
    each_call_leaves_once_and_a_late_one_never(world).await;
    a_look_reads_every_alarm_and_the_lag(world).await;
    a_region_that_does_not_answer_gives_no_readings_and_takes_bounded_time(world).await;
}

#[tokio::test(start_paused = true)]
async fn the_simulated_cloud_keeps_its_promises() {
    keeps_its_promises(&SimulatedCloud::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cloud_on_the_sdk_keeps_its_promises() {
    keeps_its_promises(&RealCloud::new().await).await;
}
