//! Whole invocations against a table: what the record says after them.

use crate::scene::{Told, nobody};
use crate::server::{Does, Server, answer_of};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use understudy_driver::Ledger;
use understudy_engine::{Policy, Verdict, Vote};
use understudy_prober::{Config, Passwords, Prober, Report};
use understudy_sim::{SimLedger, World};

/// Enough for one round of the targets below, and for no second one.
const ONE_ROUND: Duration = Duration::from_secs(9);

struct Table(Arc<SimLedger>);

impl Table {
    /// The record of an application whose voters are alarms, and one more for each target.
    fn with(targets: &[(&str, &str, Value)]) -> Self {
        let world = World::new(Timestamp::now());
        let ledger = SimLedger::new(&world);
        ledger.apply(&policy(targets)).unwrap();
        Self(Arc::new(ledger))
    }

    async fn vote(&self, voter: &str) -> Option<Vote> {
        let record = self.0.load(&"orders".parse().unwrap()).await.unwrap();
        record.votes.get(&voter.parse().unwrap()).cloned()
    }

    async fn verdict(&self, voter: &str) -> Option<Verdict> {
        self.vote(voter).await.map(|vote| vote.verdict)
    }

    async fn attend(&self, prober: &Prober, left: Duration) -> Report {
        prober.attend(&self.0, &Arc::new(Told(Ok(None))), left, Timestamp::now).await.unwrap()
    }
}

/// Voters by name, by what they watch, and by target. Their Region is us-west-2 where the target names no other.
fn policy(targets: &[(&str, &str, Value)]) -> Policy {
    let alarm = |region: &str, name: &str| {
        let arn = format!("arn:aws:cloudwatch:{region}:111122223333:alarm:{name}");
        json!({"name": name, "class": "infrastructure", "source": {"alarm": arn}})
    };
    let mut voters = vec![alarm("us-east-1", "primary"), alarm("us-west-2", "standby"), alarm("us-east-2", "witness")];
    voters[1]["class"] = json!("replication");
    for (name, watches, target) in targets {
        let mut probe = json!({"region": "us-west-2", "interval_seconds": 10, "timeout_seconds": 1});
        probe.as_object_mut().unwrap().extend(target.as_object().unwrap().clone());
        voters.push(json!({"name": name, "class": "data_path", "watches": watches, "source": {"probe": probe}}));
    }
    let policy = json!({
        "schema": 1, "application": "orders", "mode": "observe",
        "regions": {"primary": "us-east-1", "standby": "us-west-2", "witness": "us-east-2"},
        "database": {"writer": "arn:aws:rds:us-east-1:111122223333:db:orders",
            "replica": "arn:aws:rds:us-west-2:111122223333:db:orders-replica", "lag_max_seconds": 60},
        "quorum": {"needed": 2 + targets.len() / 2}, "voters": voters,
        "notification": {"topic": "arn:aws:sns:us-west-2:111122223333:orders"},
    });
    serde_json::from_value(policy).unwrap()
}

fn http(server: &Server) -> Value {
    json!({"target": {"http": {"url": format!("http://{}/", server.address)}}})
}

async fn gone() -> Value {
    json!({"target": {"tcp": nobody().await.to_string()}})
}

fn prober(canaries: &[&Server]) -> Prober {
    let canaries = canaries.iter().map(|canary| format!("http://{}/", canary.address).parse().unwrap()).collect();
    Prober::new(Config { region: "us-west-2".parse().unwrap(), canaries, passwords: Passwords::default() })
}

#[tokio::test]
async fn a_target_that_is_well_is_up_and_one_that_is_gone_is_down_after_two_rounds() {
    let (canary, well) = (Server::start(answer_of("200 OK", "")).await, Server::start(answer_of("200 OK", "")).await);
    let table = Table::with(&[("well", "primary", http(&well)), ("gone", "primary", gone().await)]);
    let prober = prober(&[&canary]);
    let report = table.attend(&prober, ONE_ROUND).await;
    assert_eq!((report.rounds, report.up, report.down, report.abstain), (1, 1, 0, 1));
    assert_eq!((table.verdict("well").await, table.verdict("gone").await), (Some(Verdict::Up), Some(Verdict::Abstain)));
    table.attend(&prober, ONE_ROUND).await;
    let vote = table.vote("gone").await.unwrap();
    assert_eq!((vote.verdict, vote.reason.as_str()), (Verdict::Down, "refused the connection"));
    assert_eq!(table.verdict("primary").await, None, "alarms are nobody's business here");
}

#[tokio::test]
async fn an_invocation_has_as_many_rounds_as_fit_before_its_deadline() {
    let (canary, well) = (Server::start(answer_of("200 OK", "")).await, Server::start(answer_of("200 OK", "")).await);
    let table = Table::with(&[("well", "primary", http(&well)), ("gone", "primary", gone().await)]);
    let report = table.attend(&prober(&[&canary]), Duration::from_secs(15)).await;
    assert_eq!((report.rounds, report.left_out), (2, 0));
    assert_eq!(well.connections(), 2);
    assert_eq!(table.verdict("gone").await, Some(Verdict::Down), "two rounds of one invocation are two rounds");
    let report = table.attend(&prober(&[&canary]), Duration::from_secs(3)).await;
    assert_eq!((report.rounds, report.left_out), (0, 2), "nothing begins that could not end");
}

#[tokio::test]
async fn an_isolated_probe_says_down_of_nobody_but_its_canary() {
    let canary = Server::start(answer_of("503 Service Unavailable", "")).await;
    let well = Server::start(answer_of("200 OK", "")).await;
    let table = Table::with(&[
        ("gone", "primary", gone().await),
        ("mirror", "standby", gone().await),
        ("canary", "canary", gone().await),
        ("well", "primary", http(&well)),
    ]);
    let prober = prober(&[&canary]);
    for _ in 0..3 {
        let report = table.attend(&prober, ONE_ROUND).await;
        assert_eq!((report.isolated, report.up), (3, 1));
    }
    let vote = table.vote("gone").await.unwrap();
    assert_eq!(vote.verdict, Verdict::Abstain);
    assert!(vote.reason.contains("isolated") && vote.reason.contains("answered 503"), "{}", vote.reason);
    assert_eq!(table.verdict("mirror").await, Some(Verdict::Abstain));
    assert_eq!(table.verdict("canary").await, Some(Verdict::Down), "our own canary down holds for a person");
    assert_eq!(table.verdict("well").await, Some(Verdict::Up));
}

#[tokio::test]
async fn one_of_several_canaries_is_enough() {
    let (dead, alive) = (Server::start(Does::Closes).await, Server::start(answer_of("200 OK", "")).await);
    let table = Table::with(&[("gone", "primary", gone().await)]);
    let prober = prober(&[&dead, &alive]);
    table.attend(&prober, ONE_ROUND).await;
    table.attend(&prober, ONE_ROUND).await;
    assert_eq!(table.verdict("gone").await, Some(Verdict::Down));
}

#[tokio::test]
async fn without_a_canary_nothing_is_down() {
    let table = Table::with(&[("gone", "primary", gone().await)]);
    let prober = prober(&[]);
    for _ in 0..3 {
        table.attend(&prober, ONE_ROUND).await;
    }
    assert_eq!(table.verdict("gone").await, Some(Verdict::Abstain));
}

#[tokio::test]
async fn a_process_that_begins_anew_goes_on_with_a_down_and_not_with_a_single_bad_round() {
    let canary = Server::start(answer_of("200 OK", "")).await;
    let table = Table::with(&[("gone", "primary", gone().await)]);
    table.attend(&prober(&[&canary]), ONE_ROUND).await;
    table.attend(&prober(&[&canary]), ONE_ROUND).await;
    assert_eq!(table.verdict("gone").await, Some(Verdict::Abstain), "each of the two knows of one bad round");
    let warm = prober(&[&canary]);
    table.attend(&warm, ONE_ROUND).await;
    table.attend(&warm, ONE_ROUND).await;
    let down = table.vote("gone").await.unwrap();
    assert_eq!(down.verdict, Verdict::Down);
    table.attend(&prober(&[&canary]), ONE_ROUND).await;
    let renewed = table.vote("gone").await.unwrap();
    assert_eq!((renewed.verdict, renewed.since), (Verdict::Down, down.since), "renewed, and the same Down as before");
    assert!(renewed.observed_at > down.observed_at);
}

#[tokio::test]
async fn targets_that_hang_delay_no_other_by_more_than_their_own_time() {
    let (canary, well) = (Server::start(answer_of("200 OK", "")).await, Server::start(answer_of("200 OK", "")).await);
    let hanging = Server::start(Does::Hangs).await;
    let port = hanging.address.port();
    let mut targets: Vec<(&str, &str, Value)> = vec![("well", "primary", http(&well))];
    for (name, path) in [("a", "a"), ("b", "b"), ("c", "c")] {
        let target = json!({"target": {"http": {"url": format!("http://127.0.0.1:{port}/{path}")}}});
        targets.push((name, "primary", target));
    }
    let table = Table::with(&targets);
    let begun = Instant::now();
    table.attend(&prober(&[&canary]), ONE_ROUND).await;
    assert!(begun.elapsed() < Duration::from_millis(2500), "it took {:?}", begun.elapsed());
    assert_eq!(table.verdict("well").await, Some(Verdict::Up));
    let vote = table.vote("a").await.unwrap();
    assert!(vote.reason.starts_with("no answer within 1.0 s; bad round 1 of 2"), "{}", vote.reason);
}

#[tokio::test]
async fn a_probe_asks_for_its_own_region_and_an_application_that_cannot_be_read_stops_no_other() {
    let (canary, well) = (Server::start(answer_of("200 OK", "")).await, Server::start(answer_of("200 OK", "")).await);
    let mut elsewhere = http(&well);
    elsewhere["region"] = json!("us-east-2");
    let table = Table::with(&[("well", "primary", http(&well)), ("elsewhere", "primary", elsewhere)]);
    let mut other = policy(&[("front", "primary", gone().await)]);
    other.application = "invoices".parse().unwrap();
    table.0.apply(&other).unwrap();
    table.0.tamper(&other.application, "policy", "{}");
    let report = table.attend(&prober(&[&canary]), ONE_ROUND).await;
    assert_eq!((report.up, report.failed.len()), (1, 1));
    assert_eq!(table.verdict("elsewhere").await, None);
}

#[tokio::test]
async fn a_canary_that_recovers_during_a_round_takes_its_downs_with_it() {
    let (ill, well) = ("HTTP/1.1 503 Not yet\r\n\r\n".to_owned(), "HTTP/1.1 200 OK\r\n\r\n".to_owned());
    let canary = Server::start(Does::SaysInTurn(ill, well)).await;
    let table = Table::with(&[("gone", "primary", gone().await)]);
    let prober = prober(&[&canary]);
    let isolated = table.attend(&prober, ONE_ROUND).await.isolated;
    assert_eq!((isolated, canary.connections()), (1, 1), "once it was not well, nobody asks again");
    assert_eq!(table.attend(&prober, ONE_ROUND).await.isolated, 0);
    assert_eq!(canary.connections(), 3, "before, and after a bad answer");
    let vote = table.vote("gone").await.unwrap();
    assert_eq!((vote.verdict, vote.reason.as_str()), (Verdict::Abstain, "refused the connection; bad round 1 of 2"));
}

#[tokio::test]
async fn an_item_that_the_policy_does_not_bear_out_is_passed_over() {
    let (canary, well) = (Server::start(answer_of("200 OK", "")).await, Server::start(answer_of("200 OK", "")).await);
    let table = Table::with(&[("well", "primary", http(&well))]);
    let mut moved = http(&well);
    moved["region"] = json!("us-east-2");
    table.0.apply(&policy(&[("well", "primary", moved)])).unwrap();
    let report = table.attend(&prober(&[&canary]), ONE_ROUND).await;
    assert_eq!((report.rounds, well.connections()), (0, 0), "the voter is another Region's now, whatever leads here");
}

#[tokio::test]
async fn a_canary_that_dies_during_a_round_takes_its_downs_with_it() {
    // The canary before the asks is well; the one after them is asked when the port is nobody's any more.
    let canary = Server::start(answer_of("200 OK", "")).await;
    let hanging = Server::start(Does::Hangs).await;
    let table = Table::with(&[("slow", "primary", {
        let mut target = http(&hanging);
        target["down_after"] = json!(1);
        target
    })]);
    let prober = prober(&[&canary]);
    let told = Arc::new(Told(Ok(None)));
    let round = prober.attend(&table.0, &told, ONE_ROUND, Timestamp::now);
    let dies = async {
        // What it has sent arrives, also after it is gone; a target that hangs takes a second.
        while canary.sent() == 0 || hanging.connections() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop(canary);
    };
    let (report, ()) = tokio::join!(round, dies);
    assert_eq!((report.unwrap().isolated, table.verdict("slow").await), (1, Some(Verdict::Abstain)));
}
