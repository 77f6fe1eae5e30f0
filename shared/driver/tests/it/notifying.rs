//! Enter, announce, clear: in this order, whoever dies in between.

use crate::scene::{Scene, run};
use understudy_driver::{Enter, IncidentItem, Ledger, NotifyError, Undelivered, genesis, verify};
use understudy_engine::PhaseName;
use understudy_sim::AlarmValue;

/// A suspicion of one voter: one entry in the outbox at 0 s.
async fn suspected() -> Scene {
    let scene = Scene::new();
    scene.set("witness", AlarmValue::Alarm);
    scene.turn(&mut run("watch")).await.unwrap();
    assert_eq!(scene.phase().await, PhaseName::Suspected);
    scene
}

fn announced(scene: &Scene) -> Vec<String> {
    scene.world.messages().into_iter().map(|message| message.attributes["seq"].clone()).collect()
}

async fn waiting(scene: &Scene) -> Vec<u32> {
    scene.record().await.state.journal.outbox.iter().map(|entry| entry.id.seq.0).collect()
}

#[tokio::test(start_paused = true)]
async fn every_entry_is_told_once_and_in_order() {
    let scene = Scene::new();
    scene.almost_sustained().await;
    scene.turn(&mut run("run-1")).await.unwrap();
    let waiting_before = waiting(&scene).await;
    assert!(waiting_before.len() >= 3);
    scene.deliver(&mut run("notify-1")).await.unwrap();
    scene.deliver(&mut run("notify-2")).await.unwrap();
    let expected: Vec<String> = waiting_before.iter().map(ToString::to_string).collect();
    assert_eq!(announced(&scene), expected);
    assert_eq!(waiting(&scene).await, Vec::<u32>::new());
    assert!(verify(&scene.incident().await).is_ok(), "one chain within one delivery");
}

#[tokio::test(start_paused = true)]
async fn an_entry_stands_in_the_record_before_anybody_is_told_of_it() {
    let scene = suspected().await;
    scene.deliver(&mut run("notify-1")).await.unwrap();
    let told = scene.outside.told.lock().unwrap().clone();
    assert!(!told.is_empty() && told.iter().all(|told| told.entered), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn an_entry_waits_in_the_outbox_until_somebody_was_told_of_it() {
    let scene = suspected().await;
    let before = waiting(&scene).await;
    *scene.outside.refused_announcements.lock().unwrap() = 1;
    let failed = scene.deliver(&mut run("notify-1")).await;
    assert!(matches!(failed, Err(NotifyError::Undelivered(Undelivered::TopicMissing { .. }))));
    assert_eq!(waiting(&scene).await, before);
    assert!(scene.outside.told.lock().unwrap().iter().all(|told| told.in_outbox));
    assert_eq!(scene.record().await.state.journal.delivered, None);
}

#[tokio::test(start_paused = true)]
async fn a_claimed_entry_is_announced_by_nobody_else_until_its_claimer_is_given_up() {
    let scene = suspected().await;
    *scene.outside.refused_announcements.lock().unwrap() = 1;
    scene.deliver(&mut run("notify-1")).await.unwrap_err();
    scene.at(59).await;
    let delivery = scene.deliver(&mut run("notify-2")).await.unwrap();
    assert!(delivery.claimed_elsewhere);
    assert_eq!(delivery.announced, []);
    assert_eq!(announced(&scene), Vec::<String>::new());
    scene.at(61).await;
    let delivery = scene.deliver(&mut run("notify-3")).await.unwrap();
    assert!(!delivery.claimed_elsewhere);
    assert_eq!(announced(&scene)[0], "1", "whoever claimed it and died is not waited for longer");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_before_what_somebody_else_has_claimed_before_it() {
    let scene = suspected().await;
    *scene.outside.refused_announcements.lock().unwrap() = 1;
    scene.deliver(&mut run("notify-1")).await.unwrap_err();
    scene.at(31).await;
    scene.set("standby", AlarmValue::Alarm);
    scene.turn(&mut run("watch-2")).await.unwrap();
    assert!(waiting(&scene).await.len() > 1);
    let delivery = scene.deliver(&mut run("notify-2")).await.unwrap();
    assert_eq!(delivery.announced, []);
    assert_eq!(scene.incident().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_chain_goes_on_where_the_last_notifier_stopped() {
    let scene = suspected().await;
    scene.deliver(&mut run("notify-1")).await.unwrap();
    let first = scene.incident().await.len();
    scene.at(31).await;
    scene.set("standby", AlarmValue::Alarm);
    scene.turn(&mut run("watch-2")).await.unwrap();
    assert!(!waiting(&scene).await.is_empty());
    scene.deliver(&mut run("notify-2")).await.unwrap();
    let items = scene.incident().await;
    assert!(items.len() > first);
    let head = verify(&items).unwrap();
    assert_eq!(scene.record().await.state.journal.delivered.unwrap().hash, head);
}

#[tokio::test(start_paused = true)]
async fn the_hash_of_an_entry_covers_the_one_before_it() {
    let scene = suspected().await;
    let entry = scene.record().await.state.journal.outbox[0].clone();
    let first = IncidentItem::new(scene.application(), &entry, &genesis()).unwrap();
    let other = IncidentItem::new(scene.application(), &entry, &first.hash).unwrap();
    assert_ne!(first.hash, other.hash);
}

#[tokio::test(start_paused = true)]
async fn every_incident_has_a_chain_of_its_own() {
    let scene = suspected().await;
    scene.at(31).await;
    scene.set("witness", AlarmValue::Ok);
    scene.turn(&mut run("watch-2")).await.unwrap();
    assert_eq!(scene.phase().await, PhaseName::Watching);
    scene.deliver(&mut run("notify-1")).await.unwrap();
    assert!(verify(&scene.incident().await).is_ok());
    scene.at(100).await;
    scene.set("witness", AlarmValue::Alarm);
    scene.turn(&mut run("watch-3")).await.unwrap();
    assert_eq!(scene.phase().await, PhaseName::Suspected);
    scene.deliver(&mut run("notify-2")).await.unwrap();
    let items = scene.incident().await;
    assert_eq!(items[0].previous, genesis());
    assert!(verify(&items).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_record_that_holds_another_entry_silences_nobody_and_is_said_to_be_forked() {
    let scene = suspected().await;
    let record = scene.record().await;
    let entry = &record.state.journal.outbox[0];
    let mut forged = IncidentItem::new(scene.application(), entry, &genesis()).unwrap();
    forged.entry = forged.entry.replace("\"epoch\":0", "\"epoch\":7");
    assert_eq!(scene.table.enter(&forged, scene.world.now()).await, Ok(Enter::Entered));
    let delivery = scene.deliver(&mut run("notify-1")).await.unwrap();
    assert_eq!(delivery.forked, std::slice::from_ref(&entry.id));
    assert_eq!(announced(&scene)[0], "1", "people are told all the same");
    assert!(waiting(&scene).await.is_empty());
    assert!(verify(&scene.incident().await).is_err(), "and the chain shows what was done to it");
}

#[tokio::test(start_paused = true)]
async fn a_backlog_is_claimed_when_it_is_entered_however_long_it_has_waited() {
    let scene = suspected().await;
    scene.at(500).await;
    *scene.outside.refused_announcements.lock().unwrap() = 1;
    scene.deliver(&mut run("notify-1")).await.unwrap_err();
    let delivery = scene.deliver(&mut run("notify-2")).await.unwrap();
    assert!(delivery.claimed_elsewhere, "claimed a moment ago");
    assert_eq!(announced(&scene), Vec::<String>::new());
}
