//! Commit before act, and what happens when somebody else writes, a reply is lost or a run dies.

use crate::ports::Rival;
use crate::scene::{Scene, run};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;
use understudy_driver::{ConductError, Ledger, LedgerError, RecordFault, attend, command};
use understudy_engine::{
    Call, DbStatus, Epoch, Event, Known, Mode, Order, Phase, PhaseName, StepVerdict, Verdict, Why,
};
use understudy_sim::{AlarmValue, Life, SimDatabase};

#[tokio::test(start_paused = true)]
async fn a_promote_call_leaves_only_once_its_intent_is_stored() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    scene.turn(&mut run("run-1")).await.unwrap();
    let stored = scene.outside.stored_at_calls.lock().unwrap().clone();
    assert_eq!(stored.len(), 1);
    let Phase::Promoting(phase) = &stored[0].phase else { panic!("called in {}", stored[0].phase.name()) };
    assert_eq!(stored[0].epoch, Epoch(1));
    let Call::Intended { caller, .. } = &phase.call else { panic!("called without an intent") };
    assert_eq!(caller.as_str(), "run-1");
}

#[tokio::test(start_paused = true)]
async fn the_answer_of_a_call_is_stored_in_the_same_turn() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    scene.turn(&mut run("run-1")).await.unwrap();
    let Phase::Promoting(phase) = scene.record().await.state.phase else { panic!("not promoting") };
    let Call::ReadBack(read_back) = phase.call else { panic!("its answer is lost") };
    assert_eq!(read_back.known, Known::Accepted);
}

#[tokio::test(start_paused = true)]
async fn an_event_is_stepped_again_on_what_somebody_else_wrote_first() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    let before = scene.record().await.state.revision;
    scene.table.then(Rival::Writes);
    let taken = scene.turn(&mut run("run-1")).await.unwrap();
    assert!(taken.verdicts.contains(&StepVerdict::Advanced(Why::Decided)));
    let stored = scene.outside.stored_at_calls.lock().unwrap().clone();
    // The wish for a turn, the storm breaker's answer, the decision, and the intent.
    assert_eq!(stored[0].revision.0, before.0 + 1 + 4, "the rival's write, and ours on top of it");
    assert_eq!(scene.world.promote_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_by_a_turn_that_never_gets_to_write() {
    let contended = |rivals: u32| async move {
        let scene = Scene::new();
        scene.almost_sustained().await;
        for _ in 0..rivals {
            scene.table.then(Rival::Writes);
        }
        let taken = scene.turn(&mut run("run-1")).await;
        (taken.map(|_| ()), scene.world.promote_calls())
    };
    let orders = || "orders".parse().unwrap();
    assert_eq!(contended(20).await, (Err(ConductError::Contended { application: orders() }), 0));
    assert_eq!(contended(19).await, (Ok(()), 1), "one conflict less");
}

#[tokio::test(start_paused = true)]
async fn a_decision_made_under_another_policy_is_not_stored() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    scene.table.then(Rival::Applies(Box::new(scene.in_mode(Mode::Observe))));
    scene.turn(&mut run("run-1")).await.unwrap();
    assert_eq!(scene.phase().await, PhaseName::Held, "decided again, by the policy that stands");
    assert_eq!(scene.world.promote_calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_was_changed_by_hand_decides_nothing() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    let text = serde_json::to_string(&scene.in_mode(Mode::Observe)).unwrap();
    scene.table.inner.tamper(scene.application(), "policy", &text);
    assert_eq!(fault(&scene).await, RecordFault::PolicyTampered);
    assert_eq!(scene.world.promote_calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_contradicts_itself_decides_nothing() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    let mut unsound = scene.policy.clone();
    unsound.quorum.needed = 9;
    scene.table.inner.apply(&unsound).unwrap();
    assert!(matches!(fault(&scene).await, RecordFault::PolicyUnsound { field, .. } if field == "quorum.needed"));
    assert_eq!(scene.world.promote_calls(), 0);
}

async fn fault(scene: &Scene) -> RecordFault {
    match scene.turn(&mut run("run-1")).await {
        Err(ConductError::Ledger(LedgerError::UnusableRecord { fault, .. })) => fault,
        other => panic!("no unusable record, but {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn every_write_has_a_nonce_of_its_own() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    scene.table.nonces.lock().unwrap().clear();
    scene.table.then(Rival::Writes);
    scene.turn(&mut run("run-1")).await.unwrap();
    scene.turn(&mut run("run-2")).await.unwrap();
    scene.at(200).await;
    scene.turn(&mut run("run-2")).await.unwrap();
    let nonces = scene.table.nonces.lock().unwrap().clone();
    assert!(nonces.iter().any(|nonce| nonce.starts_with("run-1-")));
    assert!(nonces.iter().any(|nonce| nonce.starts_with("run-2-")));
    assert_eq!(nonces.iter().collect::<BTreeSet<_>>().len(), nonces.len(), "{nonces:?}");
}

#[tokio::test(start_paused = true)]
async fn a_commit_whose_reply_is_lost_is_recognised_as_ones_own() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    scene.world.lose_next_commit_reply();
    let taken = scene.turn(&mut run("run-1")).await.unwrap();
    assert!(taken.verdicts.contains(&StepVerdict::Advanced(Why::Decided)));
    assert_eq!(scene.world.promote_calls(), 1);
    assert_eq!(scene.record().await.state.epoch, Epoch(1));
}

#[tokio::test(start_paused = true)]
async fn a_reading_is_observed_when_the_look_began_and_not_when_it_ended() {
    let scene = Scene::new();
    scene.world.kill_region(&scene.policy.regions.primary);
    scene.at(60).await;
    scene.set("witness", AlarmValue::Alarm);
    let changed_at = scene.world.now();
    scene.at(70).await;
    let began = scene.world.now();
    scene.turn(&mut run("run-1")).await.unwrap();
    let votes = scene.record().await.votes;
    let vote = &votes[&"witness".parse().unwrap()];
    assert!(scene.world.now().duration_since(began).as_secs() >= 5, "the dead Region was waited for");
    assert!(vote.observed_at.duration_since(began).as_millis() < 100, "observed at {}", vote.observed_at);
    assert_eq!(vote.verdict, Verdict::Down);
    assert_eq!(vote.since, Some(changed_at));
    assert_eq!(vote.source, scene.policy.voters[2].source);
    assert!(!votes.contains_key(&"primary".parse().unwrap()), "a voter that cannot be read is no vote");
}

#[tokio::test(start_paused = true)]
async fn an_outcome_is_dated_when_it_came_and_not_when_the_turn_began() {
    let scene = Scene::new();
    scene.world.kill_region(&scene.policy.regions.primary);
    let began = scene.world.now();
    scene.turn(&mut run("run-1")).await.unwrap();
    let looked_at = scene.record().await.state.looked_at.unwrap();
    assert!(looked_at.duration_since(began).as_secs() >= 5, "the dead Region was waited for");
}

#[tokio::test(start_paused = true)]
async fn what_a_frozen_run_saw_is_as_old_as_its_question() {
    let scene = Scene::new();
    *scene.outside.frozen_over_look.lock().unwrap() = Duration::from_secs(3600);
    scene.turn(&mut run("run-1")).await.unwrap();
    assert_eq!(*scene.outside.looks.lock().unwrap(), 2, "an hour old, so it looks again at once");
}

#[tokio::test(start_paused = true)]
async fn a_record_that_a_run_was_frozen_over_is_loaded_again_before_anything_is_done_about_it() {
    let loads = async |frozen| {
        let scene = Scene::new();
        *scene.table.frozen_over_load.lock().unwrap() = Duration::from_secs(frozen);
        scene.turn(&mut run("run-1")).await.unwrap();
        *scene.table.loads.lock().unwrap()
    };
    assert_eq!(loads(3600).await, loads(0).await + 1);
    assert_eq!(loads(16).await, loads(14).await + 1, "a reading takes 15 s at the most");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_dies_at_its_call_is_followed_by_one_that_reads_back_first() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    *scene.outside.dies_at_call.lock().unwrap() = true;
    let died = tokio::time::timeout(Duration::from_secs(5), scene.turn(&mut run("run-1"))).await;
    assert!(died.is_err());
    let mut second = run("run-2");
    scene.turn(&mut second).await.unwrap();
    assert_eq!(scene.world.promote_calls(), 0, "another run's intent");
    for second_of_script in [205, 230, 255] {
        scene.at(second_of_script).await;
        scene.turn(&mut second).await.unwrap();
        assert_eq!(scene.world.promote_calls(), 0, "its call may still show");
    }
    scene.at(275).await;
    scene.turn(&mut second).await.unwrap();
    assert_eq!(scene.world.promote_calls(), 1);
    assert_eq!(scene.record().await.state.epoch, Epoch(1), "under the same epoch");
}

/// How long an attending run slept each time, from now until `until_second`.
async fn sleeps(scene: &Scene, until_second: i64) -> Vec<Duration> {
    let slept = Mutex::new(Vec::new());
    let sleep = |time: Duration| {
        slept.lock().unwrap().push(time);
        tokio::time::sleep(time)
    };
    let clock = || scene.world.now();
    let until = scene.time(until_second);
    let mut attending = run("tick-1");
    let attended = attend(&scene.table, &scene.outside, scene.application(), &mut attending, clock, until, sleep).await;
    attended.unwrap();
    slept.into_inner().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_attending_run_sleeps_from_one_due_time_to_the_next() {
    let scene = Scene::new();
    let slept = sleeps(&scene, 190).await;
    assert_eq!(slept.len(), 3, "to the patrols at 60, 120 and 180 s: {slept:?}");
    assert!(slept.iter().all(|time| time.as_secs() >= 59), "{slept:?}");
}

#[tokio::test(start_paused = true)]
async fn an_attending_run_never_sleeps_so_short_that_it_spins() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    let database = &scene.policy.database;
    let mut replica = SimDatabase::replica_of(database.writer.clone(), Life::lasting(100));
    replica.status = DbStatus::BackingUp;
    scene.world.add_database(database.replica.clone(), replica);
    scene.turn(&mut run("look")).await.unwrap();
    let slept = sleeps(&scene, 230).await;
    assert!(slept.iter().all(|time| time.as_millis() >= 100), "{slept:?}");
}

#[tokio::test(start_paused = true)]
async fn a_persons_word_is_stepped_again_on_what_somebody_else_wrote_first() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    scene.turn(&mut run("run-1")).await.unwrap();
    let mut second = run("run-2");
    for second_of_script in [300, 320, 430] {
        scene.at(second_of_script).await;
        scene.turn(&mut second).await.unwrap();
    }
    assert_eq!(scene.phase().await, PhaseName::FailedOver);
    let incident = scene.record().await.state.phase.incident().unwrap().clone();
    let order = Order::Acknowledge(incident);
    let close = Event::Ordered { by: "ann".parse().unwrap(), order };
    scene.table.then(Rival::Writes);
    let mut person = run("ann-1");
    let entered = command(&scene.table, scene.application(), &mut person, &close, scene.world.now()).await;
    assert_eq!(entered, Ok(StepVerdict::Noted));
    let record = scene.table.load(scene.application()).await.unwrap();
    let Phase::FailedOver(phase) = record.state.phase else { panic!("noted is not mended") };
    assert_eq!(phase.acknowledged_by.unwrap().as_str(), "ann");
}
