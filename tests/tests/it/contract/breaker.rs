//! What a ledger promises about the storm breaker, the one item that all applications share.

use super::ledger_worlds::{LedgerWorld, RealTable, SimulatedTable};
use jiff::Timestamp;
use understudy_driver::{Commit, Ledger, LedgerError, Nonce, RecordFault};
use understudy_engine::{Admission, Admit, BREAKER_SCHEMA, Breaker, Ground, IncidentId, Revision};

fn nonce(text: &str) -> Nonce {
    Nonce(text.to_owned())
}

/// The breaker after one more application has asked.
fn asked(breaker: &Breaker, application: &str) -> (Breaker, Admission) {
    let now = Timestamp::from_second(1_772_334_000).unwrap();
    let ask = Admit {
        application: application.parse().unwrap(),
        incident: IncidentId::opened(now, Revision(1)),
        priority: 100,
        promotes_per_hour: 1,
        region_down: false,
    };
    breaker.admit(&ask, now)
}

async fn a_table_without_a_breaker_has_a_new_one(world: &impl LedgerWorld) {
    assert_eq!(world.ledger().breaker().await, Ok(Breaker::default()));
}

async fn a_breaker_is_read_back_whole_and_touches_no_application(world: &impl LedgerWorld) {
    let ledger = world.ledger();
    let orders = "orders".parse().unwrap();
    let record = ledger.load(&orders).await.unwrap();
    let (first, admission) = asked(&Breaker::default(), "orders");
    assert!(matches!(admission, Admission::Admitted { ground: Ground::BelowLimit, .. }));
    assert_eq!(ledger.commit_breaker(&first, Revision(0), &nonce("first")).await, Ok(Commit::Committed));
    assert_eq!(ledger.breaker().await, Ok(first.clone()));
    let (second, admission) = asked(&first, "invoices");
    assert_eq!(admission, Admission::Waits { waiting: 1 });
    assert_eq!(ledger.commit_breaker(&second, first.revision, &nonce("second")).await, Ok(Commit::Committed));
    assert_eq!(ledger.breaker().await, Ok(second));
    assert_eq!(ledger.load(&orders).await, Ok(record));
}

async fn of_two_that_ask_at_once_one_has_to_ask_again(world: &impl LedgerWorld) {
    let ledger = world.ledger();
    let before = ledger.breaker().await.unwrap();
    let (mine, _) = asked(&before, "mine");
    let (theirs, _) = asked(&before, "theirs");
    assert_eq!(ledger.commit_breaker(&theirs, before.revision, &nonce("theirs")).await, Ok(Commit::Committed));
    assert_eq!(ledger.commit_breaker(&mine, before.revision, &nonce("mine")).await, Ok(Commit::Conflict));
    let anew = ledger.commit_breaker(&mine, Revision(0), &nonce("anew")).await;
    assert_eq!(anew, Ok(Commit::Conflict), "nobody begins a second breaker");
    assert_eq!(ledger.breaker().await, Ok(theirs.clone()));
    let again = ledger.commit_breaker(&theirs, before.revision, &nonce("theirs")).await;
    assert_eq!(again, Ok(Commit::Committed), "one's own write is no conflict");
}

async fn an_answer_whose_reply_is_lost_counts_as_ones_own(world: &impl LedgerWorld) {
    let ledger = world.ledger();
    let before = ledger.breaker().await.unwrap();
    let (next, _) = asked(&before, "unheard");
    world.lose_next_commit_reply().await;
    assert_eq!(ledger.commit_breaker(&next, before.revision, &nonce("lost")).await, Ok(Commit::Committed));
    assert_eq!(ledger.breaker().await, Ok(next));
}

async fn what_cannot_be_read_is_never_taken_for_a_new_one(world: &impl LedgerWorld) {
    let later = Breaker { schema: BREAKER_SCHEMA + 1, ..Breaker::default() };
    world.tamper_breaker(&serde_json::to_value(later).unwrap()).await;
    let fault = RecordFault::OtherSchema { found: BREAKER_SCHEMA + 1, supported: BREAKER_SCHEMA };
    assert_eq!(world.ledger().breaker().await, Err(LedgerError::UnusableBreaker { fault }));
    world.tamper_breaker(&"half".into()).await;
    let Err(LedgerError::UnusableBreaker { fault }) = world.ledger().breaker().await else { panic!("it was read") };
    assert!(matches!(fault, RecordFault::Unreadable { attribute, .. } if attribute == "breaker"));
}

async fn keeps_its_promises(world: &impl LedgerWorld) {
    a_table_without_a_breaker_has_a_new_one(world).await;
    a_breaker_is_read_back_whole_and_touches_no_application(world).await;
    of_two_that_ask_at_once_one_has_to_ask_again(world).await;
    an_answer_whose_reply_is_lost_counts_as_ones_own(world).await;
    what_cannot_be_read_is_never_taken_for_a_new_one(world).await;
}

#[tokio::test(start_paused = true)]
async fn the_simulated_breaker_keeps_its_promises() {
    keeps_its_promises(&SimulatedTable::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_breaker_on_dynamodb_keeps_its_promises() {
    keeps_its_promises(&RealTable::new().await).await;
}
