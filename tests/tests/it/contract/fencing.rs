//! What a cloud promises to whoever cuts a writer off, and to whoever makes a new replica.

use super::cloud_worlds::{CloudWorld, RealCloud, SimulatedCloud};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use understudy_driver::Cloud;
use understudy_engine::{
    CreateAnswer, CreateReplica, DbInstanceArn, DbStatus, Epoch, FenceAct, FenceAnswer, FenceCall, FenceTrouble, Look,
    Seconds, SecurityGroup, Sight, Sighting, Unseen, WriterSeen,
};
use understudy_tests::Fault;

fn database(region: &str, name: &str) -> DbInstanceArn {
    format!("arn:aws:rds:{region}:123456789012:db:{name}").parse().unwrap()
}

fn writer(name: &str) -> DbInstanceArn {
    database("us-east-1", name)
}

fn own() -> BTreeSet<SecurityGroup> {
    ["sg-0123456789abcdef0", "sg-0123456789abcdef1"].map(|group| group.parse().unwrap()).into()
}

fn closed() -> SecurityGroup {
    "sg-0fedcba9876543210".parse().unwrap()
}

fn isolate() -> FenceAct {
    FenceAct::Isolate { group: closed() }
}

fn changes() -> [FenceAct; 3] {
    [isolate(), FenceAct::Restart, FenceAct::Restore { groups: own() }]
}

const UNANSWERED: FenceAnswer = FenceAnswer::Trouble(FenceTrouble::Unanswered);

fn soon(world: &impl CloudWorld) -> Timestamp {
    world.now().checked_add(SignedDuration::from_secs(20)).unwrap()
}

async fn act(world: &impl CloudWorld, writer: &DbInstanceArn, act: FenceAct) -> FenceAnswer {
    act_until(world, writer, act, soon(world)).await
}

async fn act_until(
    world: &impl CloudWorld,
    writer: &DbInstanceArn,
    act: FenceAct,
    not_after: Timestamp,
) -> FenceAnswer {
    let call = FenceCall { epoch: Epoch(1), writer: writer.clone(), act, not_after };
    world.cloud().fence(&call).await.outcome
}

async fn seen(world: &impl CloudWorld, writer: &DbInstanceArn) -> WriterSeen {
    let answer = act(world, writer, FenceAct::Describe).await;
    let FenceAnswer::Seen(seen) = answer else { panic!("{writer}: {answer:?}") };
    seen
}

/// Looks at a writer until it is as wanted, and returns every different sight on the way.
async fn watch(
    world: &impl CloudWorld,
    writer: &DbInstanceArn,
    wanted: impl Fn(&[WriterSeen]) -> bool,
) -> Vec<WriterSeen> {
    let deadline = world.now().checked_add(world.patience()).unwrap();
    let mut sights: Vec<WriterSeen> = Vec::new();
    while !wanted(&sights) {
        assert!(world.now() < deadline, "gave up on {writer}: {sights:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        let sight = seen(world, writer).await;
        if sights.last() != Some(&sight) {
            sights.push(sight);
        }
    }
    sights
}

async fn regrouped(world: &impl CloudWorld, writer: &DbInstanceArn, groups: &BTreeSet<SecurityGroup>) {
    let wanted = |sights: &[WriterSeen]| sights.last().is_some_and(|last| last.settled && last.groups == *groups);
    let sights = watch(world, writer, wanted).await;
    assert!(sights.iter().any(|sight| !sight.settled), "new groups take their time: {sights:?}");
    for sight in sights {
        assert_eq!(sight.status, DbStatus::Available, "only its groups change");
        let whole = sight.groups == own() || sight.groups == BTreeSet::from([closed()]);
        assert!(whole || !sight.settled, "neither the old groups nor the new ones are settled: {sight:?}");
    }
}

async fn restarted(world: &impl CloudWorld, writer: &DbInstanceArn) {
    let rebooting = DbStatus::Changing("rebooting".to_owned());
    let ended = |sights: &[WriterSeen]| {
        sights.iter().any(|sight| sight.status == rebooting)
            && sights.last().is_some_and(|last| last.status == DbStatus::Available)
    };
    let sights = watch(world, writer, ended).await;
    assert!(sights.iter().all(|sight| sight.settled && sight.groups == BTreeSet::from([closed()])), "{sights:?}");
    assert_eq!(sights[0].status, DbStatus::Available, "the call returns before the restart begins");
}

async fn a_writer_is_cut_off_restarted_and_given_its_groups_back(world: &impl CloudWorld) {
    let orders = writer("cut-off");
    world.add_database(&orders, &own()).await;
    let open = WriterSeen { status: DbStatus::Available, groups: own(), settled: true };
    assert_eq!(seen(world, &orders).await, open);
    assert_eq!(act(world, &orders, isolate()).await, FenceAnswer::Accepted);
    regrouped(world, &orders, &BTreeSet::from([closed()])).await;
    assert_eq!(act(world, &orders, FenceAct::Restart).await, FenceAnswer::Accepted);
    restarted(world, &orders).await;
    assert_eq!(act(world, &orders, FenceAct::Restore { groups: own() }).await, FenceAnswer::Accepted);
    regrouped(world, &orders, &own()).await;
}

async fn a_writer_that_is_not_there_is_missing_whatever_is_asked(world: &impl CloudWorld) {
    assert_eq!(act(world, &writer("nobody"), FenceAct::Describe).await, FenceAnswer::Missing);
    for change in changes() {
        assert_eq!(act(world, &writer("nobody"), change).await, FenceAnswer::Missing);
    }
}

async fn a_writer_in_the_middle_of_a_restart_has_to_be_looked_at_again(world: &impl CloudWorld) {
    let orders = writer("busy");
    world.add_database(&orders, &own()).await;
    assert_eq!(act(world, &orders, FenceAct::Restart).await, FenceAnswer::Accepted);
    for change in changes() {
        assert_eq!(act(world, &orders, change).await, UNANSWERED);
    }
    assert_eq!(seen(world, &orders).await.groups, own());
}

async fn a_late_call_changes_nothing_and_a_look_is_never_late(world: &impl CloudWorld) {
    let orders = writer("late");
    world.add_database(&orders, &own()).await;
    let before = seen(world, &orders).await;
    let calls = world.changing_calls();
    for change in changes() {
        assert_eq!(act_until(world, &orders, change, world.now()).await, UNANSWERED);
    }
    let looked = act_until(world, &orders, FenceAct::Describe, world.now()).await;
    assert_eq!(looked, FenceAnswer::Seen(before));
    assert_eq!(world.changing_calls(), calls, "not sent");
}

async fn create(world: &impl CloudWorld, source: &DbInstanceArn, name: &str, not_after: Timestamp) -> CreateAnswer {
    let like = writer("left");
    let (source, groups) = (source.clone(), BTreeSet::new());
    let create = CreateReplica { epoch: Epoch(1), source, replica: writer(name), like, groups, not_after };
    world.cloud().create_replica(&create).await.outcome
}

async fn sighting(world: &impl CloudWorld, replica: &DbInstanceArn) -> Sighting {
    let sight = world.cloud().read_back(replica).await.outcome;
    let Sight::Seen(sighting) = sight else { panic!("{replica}: {sight:?}") };
    sighting
}

async fn a_new_replica_is_made_once_and_follows_its_source_in_the_end(world: &impl CloudWorld) {
    let (risen, replica) = (database("us-west-2", "risen"), writer("remade"));
    world.add_database(&risen, &own()).await;
    world.add_database(&writer("left"), &own()).await;
    assert_eq!(create(world, &risen, "remade", world.now()).await, CreateAnswer::LookAgain, "too late");
    assert_eq!(world.cloud().read_back(&replica).await.outcome, Sight::Missing);
    assert_eq!(create(world, &risen, "remade", soon(world)).await, CreateAnswer::Accepted);
    assert_eq!(create(world, &risen, "remade", soon(world)).await, CreateAnswer::LookAgain, "it is there");

    let first = sighting(world, &replica).await;
    assert_eq!(first.status, DbStatus::Other("creating".to_owned()));
    let deadline = world.now().checked_add(world.patience()).unwrap();
    loop {
        let sighting = sighting(world, &replica).await;
        assert_eq!(sighting.source.as_ref(), Some(&risen));
        if sighting.status == DbStatus::Available {
            break;
        }
        assert!(world.now() < deadline, "it is still {}", sighting.status);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let now = world.now();
    let lag_after = now.checked_sub(SignedDuration::from_secs(600)).unwrap();
    let look = Look { alarms: BTreeMap::new(), candidate: replica, lag_after, lag_until: now };
    let candidate = world.cloud().look(&look).await.outcome.candidate;
    assert_eq!(seen(world, &writer("remade")).await.groups, own(), "as the writer has them that stood there");
    assert_eq!(candidate.lag().map(|lag| lag.seconds), Some(Seconds(1)), "{candidate:?}");
}

async fn a_replica_of_nobody_is_refused(world: &impl CloudWorld) {
    let nobody = database("us-west-2", "nobody");
    assert_eq!(create(world, &nobody, "orphan", soon(world)).await, CreateAnswer::Refused);
}

async fn keeps_its_promises(world: &impl CloudWorld) {
    a_writer_is_cut_off_restarted_and_given_its_groups_back(world).await;
    a_writer_that_is_not_there_is_missing_whatever_is_asked(world).await;
    a_writer_in_the_middle_of_a_restart_has_to_be_looked_at_again(world).await;
    a_late_call_changes_nothing_and_a_look_is_never_late(world).await;
    a_new_replica_is_made_once_and_follows_its_source_in_the_end(world).await;
    a_replica_of_nobody_is_refused(world).await;
}

#[tokio::test(start_paused = true)]
async fn the_simulated_cloud_fences_and_rebuilds_as_promised() {
    keeps_its_promises(&SimulatedCloud::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cloud_on_the_sdk_fences_and_rebuilds_as_promised() {
    keeps_its_promises(&RealCloud::new().await).await;
}

/// The next such call, wherever it goes, meets this.
fn fail_next(world: &RealCloud, action: &'static str, effect: serde_json::Value) {
    let fault = Fault { service: "rds", action, region: None, body_contains: None, times: Some(1), effect };
    let _ = world.local().fault(&fault);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_of_a_fence_call_is_told_apart_and_no_client_repeats_it() {
    let world = RealCloud::new().await;
    let orders = writer("refused");
    world.add_database(&orders, &own()).await;
    let error = |status: u16, code: &str| json!({"kind": "error", "status": status, "code": code, "message": "drill"});
    let cases = [
        (error(400, "Throttling"), FenceTrouble::Unanswered),
        (error(503, "ServiceUnavailable"), FenceTrouble::Unanswered),
        (json!({"kind": "cut", "when": "before"}), FenceTrouble::Unanswered),
        (error(403, "AccessDenied"), FenceTrouble::Denied),
        (error(400, "InvalidParameterCombination"), FenceTrouble::Refused),
    ];
    for (effect, trouble) in cases {
        for (change, action) in changes().into_iter().zip(["ModifyDBInstance", "RebootDBInstance", "ModifyDBInstance"])
        {
            let calls = world.changing_calls();
            fail_next(&world, action, effect.clone());
            assert_eq!(act(&world, &orders, change).await, FenceAnswer::Trouble(trouble), "{action} {effect}");
            assert_eq!(world.changing_calls(), calls.map(|calls| calls + 1), "{action} {effect}");
        }
    }
    assert_eq!(seen(&world, &orders).await.groups, own());
    let denied = error(403, "AccessDenied");
    let looks = Fault {
        service: "rds",
        action: "DescribeDBInstances",
        region: Some("us-east-1"),
        body_contains: None,
        times: None,
        effect: denied,
    };
    let _ = world.local().fault(&looks);
    let unseen = FenceAnswer::Trouble(FenceTrouble::Unseen(Unseen::Denied));
    assert_eq!(act(&world, &orders, FenceAct::Describe).await, unseen);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_of_a_create_call_is_told_apart_and_no_client_repeats_it() {
    let world = RealCloud::new().await;
    let risen = database("us-west-2", "risen");
    world.add_database(&risen, &own()).await;
    let error = |status: u16, code: &str| json!({"kind": "error", "status": status, "code": code, "message": "drill"});
    let cases = [
        (error(400, "Throttling"), CreateAnswer::LookAgain),
        (error(500, "InternalFailure"), CreateAnswer::LookAgain),
        (json!({"kind": "cut", "when": "before"}), CreateAnswer::LookAgain),
        (error(403, "AccessDenied"), CreateAnswer::Denied),
        (error(400, "StorageQuotaExceeded"), CreateAnswer::Refused),
        (error(400, "InvalidDBInstanceState"), CreateAnswer::Refused),
    ];
    for (effect, answer) in cases {
        let calls = world.changing_calls();
        fail_next(&world, "CreateDBInstanceReadReplica", effect.clone());
        assert_eq!(create(&world, &risen, "remade", soon(&world)).await, answer, "{effect}");
        assert_eq!(world.changing_calls(), calls.map(|calls| calls + 1), "{effect}");
    }
    assert_eq!(create(&world, &risen, "remade", soon(&world)).await, CreateAnswer::Accepted);
}
