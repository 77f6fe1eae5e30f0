//! Intake: what becomes of an alarm's word.

use crate::scene::Scene;
use understudy_driver::{Receipt, VOTE_FUTURE_MAX, receive};
use understudy_engine::Seconds;
use understudy_events::{AlarmChange, Signal};

fn change(scene: &Scene, ahead: u32) -> Signal {
    Signal::Alarm(AlarmChange {
        alarm: scene.alarm("witness"),
        value: "ALARM".to_owned(),
        previous: Some("OK".to_owned()),
        at: Seconds(ahead).after(scene.world.now()),
        suppressed_by: None,
        reason: String::new(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_vote_of_the_far_future_does_not_stand_in_the_way_of_a_true_one() {
    let scene = Scene::new();
    let now = scene.world.now();
    let far = receive(&scene.table, change(&scene, VOTE_FUTURE_MAX.0 + 1), now).await.unwrap();
    assert!(matches!(far.as_slice(), [Receipt::FromTheFuture { .. }]));
    assert!(scene.record().await.votes.is_empty());
    let near = receive(&scene.table, change(&scene, 0), now).await.unwrap();
    assert!(matches!(near.as_slice(), [Receipt::Voted { .. }]));
    assert_eq!(scene.record().await.votes.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_no_application_names_is_nobodys_vote() {
    let scene = Scene::new();
    let Signal::Alarm(mut stranger) = change(&scene, 0) else { panic!("no alarm") };
    stranger.alarm = "arn:aws:cloudwatch:us-east-2:111122223333:alarm:stranger".parse().unwrap();
    let receipts = receive(&scene.table, Signal::Alarm(stranger), scene.world.now()).await.unwrap();
    assert!(matches!(receipts.as_slice(), [Receipt::UnknownSource { .. }]));
    assert!(scene.record().await.votes.is_empty());
}
