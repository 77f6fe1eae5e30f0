//! The storm breaker, shared by all applications of a table: asked before each automatic promotion.

use crate::scene::{Scene, run};
use understudy_driver::{ApprovalCode, Batch, DeskRequest, Ledger, Release, Told, code_of_batch, release, serve};
use understudy_engine::{Breaker, Ground, PhaseName, StepVerdict, Why};

async fn breaker(scene: &Scene) -> Breaker {
    scene.table.inner.breaker().await.unwrap()
}

/// Another application began a promotion a moment ago, so ours has to wait.
async fn waiting() -> Scene {
    let scene = Scene::new();
    let other = understudy_engine::Admit {
        application: "billing".parse().unwrap(),
        incident: understudy_engine::IncidentId::opened(scene.world.now(), understudy_engine::Revision(1)),
        priority: 1,
        promotes_per_hour: 1,
        region_down: false,
    };
    scene.almost_sustained().await;
    let before = breaker(&scene).await;
    let (next, _) = before.admit(&other, scene.world.now());
    let nonce = understudy_driver::Nonce("billing-1".to_owned());
    scene.table.inner.commit_breaker(&next, before.revision, &nonce).await.unwrap();
    scene.turn(&mut run("run-1")).await.unwrap();
    assert_eq!(scene.phase().await, PhaseName::Held);
    assert_eq!(scene.world.promote_calls(), 0);
    scene
}

async fn released(scene: &Scene, code: &ApprovalCode) -> Release {
    let by = "ann".parse().unwrap();
    release(&scene.table, &mut run("ann-1"), &by, code, scene.world.now()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_automatic_promotion_is_entered_at_the_breaker_before_it_is_decided() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    scene.turn(&mut run("run-1")).await.unwrap();
    let admitted = breaker(&scene).await.admitted;
    assert_eq!(admitted.len(), 1);
    assert_eq!(admitted[0].application, *scene.application());
    assert_eq!(admitted[0].ground, Ground::BelowLimit);
    assert_eq!(scene.world.promote_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_breaker_is_asked_again_where_somebody_else_wrote_first() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    *scene.table.breaker_rivals.lock().unwrap() = 3;
    scene.turn(&mut run("run-1")).await.unwrap();
    assert_eq!(breaker(&scene).await.admitted.len(), 1);
    assert_eq!(scene.world.promote_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_cannot_be_read_lets_nobody_through_until_it_can() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    *scene.table.breaker_is_away.lock().unwrap() = true;
    scene.turn(&mut run("run-1")).await.unwrap();
    assert_eq!(scene.phase().await, PhaseName::Suspected);
    assert_eq!(scene.world.promote_calls(), 0);
    *scene.table.breaker_is_away.lock().unwrap() = false;
    scene.at(213).await;
    scene.turn(&mut run("run-1")).await.unwrap();
    assert_eq!(scene.world.promote_calls(), 1, "asked again at the next look");
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_is_written_by_others_all_the_time_lets_nobody_through() {
    let contended = |rivals: u32| async move {
        let scene = Scene::new();
        scene.almost_sustained().await;
        *scene.table.breaker_rivals.lock().unwrap() = rivals;
        scene.turn(&mut run("run-1")).await.unwrap();
        scene.world.promote_calls()
    };
    assert_eq!(contended(10).await, 0);
    assert_eq!(contended(9).await, 1, "one conflict less");
}

/// What status answers to a person.
async fn status(scene: &Scene) -> Told {
    let request = DeskRequest::read(&format!(r#"{{"application":"{}","action":"status"}}"#, scene.application()));
    let (by, now) = ("ann".parse().unwrap(), scene.world.now());
    serve(&scene.table, &mut run("ann-2"), &by, &request.unwrap().0, now).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn status_tells_who_waits_at_the_breaker_and_by_which_code_they_go_on() {
    let scene = waiting().await;
    let told = status(&scene).await;
    let (storm, batch) = (told.storm.unwrap(), breaker(&scene).await.batch());
    assert_eq!(storm, Batch { code: code_of_batch(&batch).0, waiting: batch });
    let line = format!("understudy storm release --application {} --code {} --yes", scene.application(), storm.code);
    assert!(told.hint.as_ref().unwrap().ends_with(&line), "{:?}", told.hint);
    assert_eq!(released(&scene, &ApprovalCode(storm.code)).await, Release::Released { batch: storm.waiting });

    *scene.table.breaker_is_away.lock().unwrap() = true;
    let told = status(&scene).await;
    assert_eq!((told.storm, told.status.phase), (None, PhaseName::Held));
    assert!(told.hint.unwrap().contains("the storm breaker cannot be read"));

    let quiet = Scene::new();
    assert_eq!(status(&quiet).await.storm, None);
    *quiet.table.breaker_is_away.lock().unwrap() = true;
    assert_eq!(status(&quiet).await.hint, None, "who waits for nobody does not ask");
}

#[tokio::test(start_paused = true)]
async fn who_waits_goes_on_once_a_person_has_released_the_batch() {
    let scene = waiting().await;
    let batch = breaker(&scene).await.batch();
    assert_eq!(batch.keys().collect::<Vec<_>>(), [scene.application()]);
    let stale = ApprovalCode("0000000000000000".to_owned());
    assert_eq!(released(&scene, &stale).await, Release::Stale);
    assert_eq!(released(&scene, &code_of_batch(&batch)).await, Release::Released { batch });
    scene.at(213).await;
    let taken = scene.turn(&mut run("run-2")).await.unwrap();
    assert!(taken.verdicts.contains(&StepVerdict::Advanced(Why::Admitted)), "{:?}", taken.verdicts);
    assert!(taken.verdicts.contains(&StepVerdict::Advanced(Why::Decided)));
    assert_eq!(breaker(&scene).await.admitted.last().unwrap().ground, Ground::Released);
    assert_eq!(scene.world.promote_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_released_by_somebody_whom_all_its_applications_name() {
    let scene = waiting().await;
    let mut policy = scene.policy.clone();
    policy.approval = Some(understudy_engine::ApprovalRule {
        needed: 1,
        approvers: vec!["ben".parse().unwrap()],
        expires_seconds: understudy_engine::Seconds(900),
    });
    scene.table.inner.apply(&policy).unwrap();
    let code = code_of_batch(&breaker(&scene).await.batch());
    assert_eq!(released(&scene, &code).await, Release::NotAnApprover { of: vec![scene.application().clone()] });
    assert_eq!(breaker(&scene).await.released, None);
}
