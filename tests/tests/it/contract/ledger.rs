//! What a ledger promises.

use super::ledger_worlds::{LedgerWorld, RealTable, SimulatedTable};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use understudy_driver::{
    Cast, Commit, Enter, IncidentItem, Ledger, LedgerError, Nonce, RecordFault, Route, genesis, verify,
};
use understudy_engine::{
    Application, Entry, EntryId, Epoch, Event, IncidentId, Phase, Region, Revision, Seconds, Seq, State, Verdict, Vote,
    What, Who, step,
};
use understudy_tests::policy;

fn orders() -> Application {
    "orders".parse().unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_334_000 + second).unwrap()
}

fn vote(verdict: Verdict, second: i64) -> Vote {
    let source = policy().voters[2].source.clone();
    Vote { verdict, observed_at: at(second), since: Some(at(second)), source, reason: "said so".to_owned() }
}

fn nonce(text: &str) -> Nonce {
    Nonce(text.to_owned())
}

/// A state with everything in it: a whole failover, played through.
fn eventful(state: &State) -> State {
    let policy = policy();
    let votes = policy
        .voters
        .iter()
        .map(|voter| {
            let source = voter.source.clone();
            (voter.name.clone(), Vote { source, ..vote(Verdict::Down, 0) })
        })
        .collect();
    let run = "run-1".parse().unwrap();
    let mut state = step(state, &policy, &votes, &Event::Tick { run }, at(0)).next;
    state.latch.insert("us-east-1".parse().unwrap(), understudy_engine::Latched { since: at(1), epoch: Epoch(1) });
    assert!(matches!(state.phase, Phase::Suspected(_)));
    state
}

async fn an_application_that_was_never_applied_is_unknown(world: &impl LedgerWorld) {
    let invoices: Application = "invoices".parse().unwrap();
    let unknown = LedgerError::UnknownApplication { application: "invoices".to_owned() };
    let ledger = world.ledger();
    assert_eq!(ledger.load(&invoices).await, Err(unknown.clone()));
    let voter = "outside-probe".parse().unwrap();
    assert_eq!(ledger.cast(&invoices, &voter, &vote(Verdict::Down, 1)).await, Err(unknown.clone()));
    let state = State::new(invoices);
    let hash = ledger.load(&orders()).await.unwrap().policy_hash;
    assert_eq!(ledger.commit(&state, Revision(0), &hash, &nonce("n")).await, Err(unknown));
}

async fn a_commit_is_read_back_whole_and_keeps_the_votes(world: &impl LedgerWorld) {
    let ledger = world.ledger();
    let record = ledger.load(&orders()).await.unwrap();
    assert_eq!(record.state, State::new(orders()));
    assert_eq!(record.policy, policy());
    let voter = "outside-probe".parse().unwrap();
    ledger.cast(&orders(), &voter, &vote(Verdict::Down, 1)).await.unwrap();
    let next = eventful(&record.state);
    let committed = ledger.commit(&next, Revision(0), &record.policy_hash, &nonce("whole")).await;
    assert_eq!(committed, Ok(Commit::Committed));
    let read = ledger.load(&orders()).await.unwrap();
    assert_eq!(read.state, next);
    assert_eq!(read.votes[&voter], vote(Verdict::Down, 1));
}

async fn of_two_commits_from_one_revision_one_wins(world: &impl LedgerWorld) {
    let ledger = world.ledger();
    let record = ledger.load(&orders()).await.unwrap();
    let mut next = record.state.clone();
    next.revision = record.state.revision.next();
    let commit = |nonce: Nonce| {
        let (next, hash, expected) = (next.clone(), record.policy_hash.clone(), record.state.revision);
        async move { ledger.commit(&next, expected, &hash, &nonce).await.unwrap() }
    };
    assert_eq!(commit(nonce("first")).await, Commit::Committed);
    assert_eq!(commit(nonce("second")).await, Commit::Conflict);
    assert_eq!(commit(nonce("first")).await, Commit::Committed, "one's own write is no conflict");
    let stale = ledger.commit(&next, Revision(900), &record.policy_hash, &nonce("third")).await;
    assert_eq!(stale, Ok(Commit::Conflict));
}

async fn a_commit_under_another_policy_is_a_conflict(world: &impl LedgerWorld) {
    let ledger = world.ledger();
    let record = ledger.load(&orders()).await.unwrap();
    let mut changed = policy();
    changed.quorum.needed = 3;
    world.apply(&changed).await;
    let mut next = record.state.clone();
    next.revision = next.revision.next();
    let committed = ledger.commit(&next, record.state.revision, &record.policy_hash, &nonce("policy")).await;
    assert_eq!(committed, Ok(Commit::Conflict));
    let read = ledger.load(&orders()).await.unwrap();
    assert_eq!((read.policy, read.state), (changed, record.state), "and the state survives a new policy");
    world.apply(&policy()).await;
}

async fn a_commit_whose_reply_is_lost_counts_as_ones_own(world: &impl LedgerWorld) {
    let ledger = world.ledger();
    let record = ledger.load(&orders()).await.unwrap();
    let mut next = record.state.clone();
    next.revision = next.revision.next();
    world.lose_next_commit_reply().await;
    let committed = ledger.commit(&next, record.state.revision, &record.policy_hash, &nonce("lost")).await;
    assert_eq!(committed, Ok(Commit::Committed));
}

async fn the_vote_that_stands_does_not_depend_on_the_order_of_arrival(world: &impl LedgerWorld) {
    let voter = "primary-health".parse().unwrap();
    let ledger = world.ledger();
    let cast = async |verdict, second| ledger.cast(&orders(), &voter, &vote(verdict, second)).await.unwrap();
    assert_eq!(cast(Verdict::Down, 10).await, Cast::Counted);
    assert_eq!(cast(Verdict::Down, 10).await, Cast::Superseded, "a duplicate");
    assert_eq!(cast(Verdict::Up, 9).await, Cast::Superseded, "an older one");
    assert_eq!(cast(Verdict::Abstain, 10).await, Cast::Counted, "a more cautious one of the same instant");
    assert_eq!(cast(Verdict::Down, 10).await, Cast::Superseded);
    assert_eq!(cast(Verdict::Up, 10).await, Cast::Counted);
    let fine =
        Vote { observed_at: at(10).checked_add(SignedDuration::from_nanos(1)).unwrap(), ..vote(Verdict::Down, 10) };
    assert_eq!(ledger.cast(&orders(), &voter, &fine).await, Ok(Cast::Counted), "a nanosecond later is later");
    assert_eq!(ledger.load(&orders()).await.unwrap().votes[&voter], fine);
}

async fn only_sources_that_the_policy_names_have_a_route(world: &impl LedgerWorld) {
    let policy = policy();
    let routes = world.ledger().routes(policy.voters[0].source.alarm().unwrap()).await;
    assert_eq!(routes, Ok(vec![Route { application: orders(), voter: policy.voters[0].name.clone() }]));
    let stranger = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:stranger".parse().unwrap();
    assert_eq!(world.ledger().routes(&stranger).await, Ok(vec![]));
}

async fn a_regions_probe_finds_the_voters_that_it_speaks_for(world: &impl LedgerWorld) {
    let (east, west): (Region, Region) = ("us-east-2".parse().unwrap(), "us-west-2".parse().unwrap());
    assert_eq!(world.ledger().probed(&east).await, Ok(vec![]), "alarms are nobody's to probe");
    let mut policy = policy();
    let target = json!({"tcp": "orders.example.com:443"});
    let probe = json!({"region": east, "target": target, "interval_seconds": 10, "down_after": 1});
    policy.voters[2].source = serde_json::from_value(json!({ "probe": probe })).unwrap();
    policy.windows.vote_max_age_seconds = Seconds(11);
    policy.windows.sustain_seconds = Seconds(13);
    world.apply(&policy).await;
    let route = Route { application: orders(), voter: policy.voters[2].name.clone() };
    assert_eq!(world.ledger().probed(&east).await, Ok(vec![route.clone()]));
    assert_eq!(world.ledger().probed(&west).await, Ok(vec![]));
    let source = policy.voters[2].source.clone();
    let vote = Vote { source, ..vote(Verdict::Down, 20) };
    assert_eq!(world.ledger().cast(&orders(), &route.voter, &vote).await, Ok(Cast::Counted));
    let record = world.ledger().load(&orders()).await.unwrap();
    assert_eq!((&record.votes[&route.voter], &record.policy), (&vote, &policy), "all of the target is kept");
    world.apply(&understudy_tests::policy()).await;
}

fn items(count: u32) -> Vec<IncidentItem> {
    let incident = IncidentId::opened(at(0), Revision(1));
    let mut previous = genesis();
    let item = |seq| {
        let entry = Entry {
            id: EntryId { incident: incident.clone(), seq: Seq(seq) },
            at: at(i64::from(seq)),
            revision: Revision(u64::from(seq)),
            epoch: Epoch(1),
            who: Who::Person("ann".parse().unwrap()),
            what: What::Unheard { attempt: seq },
            assessment: None,
            withheld: 0,
        };
        let item = IncidentItem::new(&orders(), &entry, &previous).unwrap();
        previous = item.hash.clone();
        item
    };
    (1..=count).map(item).collect()
}

async fn an_incident_is_append_only_and_comes_back_in_order(world: &impl LedgerWorld) {
    let ledger = world.ledger();
    let items = items(12);
    for item in &items {
        assert_eq!(ledger.enter(item, at(100)).await, Ok(Enter::Entered));
    }
    assert_eq!(ledger.enter(&items[4], at(200)).await, Ok(Enter::StoodAlready { since: at(100) }));
    let mut forged = items[4].clone();
    forged.entry = forged.entry.replace("ann", "eve");
    let hash = items[4].hash.clone();
    assert_eq!(ledger.enter(&forged, at(200)).await, Ok(Enter::Forked { hash }));
    let read = ledger.incident(&orders(), &items[0].id.incident).await.unwrap();
    assert_eq!(read, items);
    assert!(verify(&read).is_ok());
    let other = IncidentId::opened(at(1), Revision(1));
    assert_eq!(ledger.incident(&orders(), &other).await, Ok(vec![]));
    let first = items[0].id.incident.clone();
    assert_eq!(ledger.incidents(&orders(), 5).await, Ok(vec![first.clone()]));
    let mut later = items[0].clone();
    later.id.incident = other.clone();
    assert_eq!(ledger.enter(&later, at(300)).await, Ok(Enter::Entered));
    assert_eq!(ledger.incidents(&orders(), 5).await, Ok(vec![other.clone(), first]));
    assert_eq!(ledger.incidents(&orders(), 1).await, Ok(vec![other]));
}

async fn what_cannot_be_read_is_named_and_never_taken_for_empty(world: &impl LedgerWorld) {
    let ledger = world.ledger();
    let fault = async || match ledger.load(&orders()).await {
        Err(LedgerError::UnusableRecord { fault, .. }) => fault,
        other => panic!("{other:?}"),
    };
    world.tamper("vote#outside-probe", "Down").await;
    assert!(matches!(fault().await, RecordFault::Unreadable { attribute, .. } if attribute == "vote#outside-probe"));
    world.tamper("state", "half").await;
    assert!(matches!(fault().await, RecordFault::Unreadable { attribute, .. } if attribute == "state"));
    world.tamper("policy", "{}").await;
    assert_eq!(fault().await, RecordFault::PolicyTampered);
}

async fn keeps_its_promises(world: &impl LedgerWorld) {
    an_application_that_was_never_applied_is_unknown(world).await;
    a_commit_is_read_back_whole_and_keeps_the_votes(world).await;
    of_two_commits_from_one_revision_one_wins(world).await;
    a_commit_under_another_policy_is_a_conflict(world).await;
    a_commit_whose_reply_is_lost_counts_as_ones_own(world).await;
    the_vote_that_stands_does_not_depend_on_the_order_of_arrival(world).await;
    only_sources_that_the_policy_names_have_a_route(world).await;
    a_regions_probe_finds_the_voters_that_it_speaks_for(world).await;
    an_incident_is_append_only_and_comes_back_in_order(world).await;
    what_cannot_be_read_is_named_and_never_taken_for_empty(world).await;
}

#[tokio::test(start_paused = true)]
async fn the_simulated_ledger_keeps_its_promises() {
    keeps_its_promises(&SimulatedTable::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_on_dynamodb_keeps_its_promises() {
    keeps_its_promises(&RealTable::new().await).await;
}
