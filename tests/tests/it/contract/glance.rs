//! What a look at one record promises, whichever table it looks at.

use super::ledger_worlds::{LedgerWorld, RealTable, SimulatedTable};
use jiff::Timestamp;
use understudy_driver::{Commit, Glance, Ledger, LedgerError, Nonce};
use understudy_engine::{Application, Epoch, Latched, Posture, State};
use understudy_tests::policy;

fn orders() -> Application {
    "orders".parse().unwrap()
}

async fn latch(world: &impl LedgerWorld) -> State {
    let record = world.ledger().load(&orders()).await.unwrap();
    let mut next = State { revision: record.state.revision.next(), epoch: Epoch(3), ..record.state.clone() };
    next.latch.insert("us-east-1".parse().unwrap(), Latched { since: Timestamp::UNIX_EPOCH, epoch: Epoch(3) });
    next.writer = Some(record.policy.database.replica.clone());
    let nonce = Nonce("latch".to_owned());
    let committed = world.ledger().commit(&next, record.state.revision, &record.policy_hash, &nonce).await;
    assert_eq!(committed, Ok(Commit::Committed));
    next
}

async fn keeps_its_promises(world: &impl LedgerWorld) {
    let invoices: Application = "invoices".parse().unwrap();
    let unknown = LedgerError::UnknownApplication { application: "invoices".to_owned() };
    assert_eq!(world.glance().glance(&invoices).await, Err(unknown));

    let fresh = world.glance().glance(&orders()).await.unwrap();
    assert_eq!(fresh, Posture::of(&State::new(orders()), Some(&policy())));
    let latched = latch(world).await;
    assert_eq!(world.glance().glance(&orders()).await.unwrap(), Posture::of(&latched, Some(&policy())));

    world.tamper("vote#outside-probe", "Down").await;
    assert_eq!(
        world.glance().glance(&orders()).await.unwrap(),
        Posture::of(&latched, Some(&policy())),
        "votes are not its business"
    );
    let mut other = serde_json::to_value(&latched).unwrap();
    other["phase"] = "a_phase_of_the_next_release".into();
    other["schema"] = 2.into();
    world.restate(&other).await;
    assert_eq!(
        world.glance().glance(&orders()).await.unwrap(),
        Posture { writer: None, ..Posture::of(&latched, Some(&policy())) },
        "another release's state tells its latch, and nothing of who writes"
    );
    other.as_object_mut().unwrap().remove("latch");
    world.restate(&other).await;
    assert!(matches!(world.glance().glance(&orders()).await, Err(LedgerError::UnusableRecord { .. })));
    world.restate(&serde_json::to_value(&latched).unwrap()).await;

    world.tamper("policy", "{}").await;
    assert_eq!(
        world.glance().glance(&orders()).await.unwrap(),
        Posture::of(&latched, None),
        "a broken policy closes no latch"
    );
    world.tamper("state", "half").await;
    assert!(matches!(world.glance().glance(&orders()).await, Err(LedgerError::UnusableRecord { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_look_at_the_simulated_table_keeps_its_promises() {
    keeps_its_promises(&SimulatedTable::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_dynamodb_keeps_its_promises() {
    keeps_its_promises(&RealTable::new().await).await;
}
