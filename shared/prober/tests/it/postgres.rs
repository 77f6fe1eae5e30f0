//! PostgreSQL: the writer, its replica, and all that can be wrong with either.

use crate::cluster::{Cluster, PASSWORD};
use crate::scene::{ask_by, duty, nobody, trusting};
use crate::server::{Does, Server};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use understudy_prober::{Asker, Bad, Good, Observation, Passwords, Unsure};

fn asker(password: &str) -> Asker {
    let passwords = BTreeMap::from([("UNDERSTUDY_PROBE_ORDERS".to_owned(), password.to_owned())]);
    Asker::new(Passwords(passwords))
}

fn server(endpoint: &str) -> Value {
    json!({"endpoint": endpoint, "database": "postgres", "user": "watcher", "password_variable": "UNDERSTUDY_PROBE_ORDERS"})
}

fn writer(port: u16) -> Value {
    json!({"postgres_writer": server(&format!("localhost:{port}"))})
}

fn replica(port: u16, heartbeat: &Value) -> Value {
    let mut replica = json!({"server": server(&format!("localhost:{port}"))});
    if !heartbeat.is_null() {
        replica["heartbeat"] = heartbeat.clone();
    }
    json!({ "postgres_replica": replica })
}

fn beat(table: &str, max_age_seconds: u32) -> Value {
    json!({"table": table, "column": "at", "max_age_seconds": max_age_seconds})
}

async fn asked(cluster: &Cluster, password: &str, target: &Value) -> Observation {
    ask_by(&asker(password), &trusting(target, &cluster.authority.pem())).await
}

fn code(observation: &Observation) -> &str {
    let Observation::Unsure(Unsure::ServerError { code, .. }) = observation else { panic!("{observation:?}") };
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_takes_writes_is_good_and_the_probe_writes_nothing() {
    let Some(cluster) = Cluster::start("a_writer_that_takes_writes") else { return };
    let observation = asked(&cluster, PASSWORD, &writer(cluster.writer)).await;
    assert_eq!(observation, Observation::Good(Good::TakesWrites));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_who_asks_is_no_fault_of_the_database() {
    let Some(cluster) = Cluster::start("what_is_wrong_with_who_asks") else { return };
    let wrong = asked(&cluster, "another secret", &writer(cluster.writer)).await;
    assert_eq!(code(&wrong), "28P01", "a wrong password");
    let mut target = writer(cluster.writer);
    target["postgres_writer"]["database"] = json!("nowhere");
    assert_eq!(code(&asked(&cluster, PASSWORD, &target).await), "3D000", "a database that is not there");
    let stranger = ask_by(&asker(PASSWORD), &duty(&writer(cluster.writer))).await;
    assert!(
        matches!(stranger, Observation::Unsure(Unsure::Untrusted { .. })),
        "an authority nobody named: {stranger:?}"
    );
    let none = ask_by(&Asker::default(), &trusting(&writer(cluster.writer), &cluster.authority.pem())).await;
    assert!(matches!(none, Observation::Unsure(Unsure::NoPassword { .. })), "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_is_in_recovery_or_not_there_is_bad() {
    let Some(mut cluster) = Cluster::start("a_writer_that_is_in_recovery") else { return };
    cluster.replicate();
    let observation = asked(&cluster, PASSWORD, &writer(cluster.replica.unwrap())).await;
    assert_eq!(observation, Observation::Bad(Bad::InRecovery));
    cluster.stop("writer");
    let observation = asked(&cluster, PASSWORD, &writer(cluster.writer)).await;
    assert_eq!(observation, Observation::Bad(Bad::Refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_that_it_does_not_serve_is_bad() {
    let Some(mut cluster) = Cluster::start("a_server_that_says_that_it_does_not_serve") else { return };
    cluster.replicate();
    cluster.stop("replica");
    cluster.close_replica();
    let observation = asked(&cluster, PASSWORD, &writer(cluster.replica.unwrap())).await;
    assert_eq!(observation, Observation::Bad(Bad::NotServing { code: "57P03".to_owned() }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_is_as_well_as_its_newest_heartbeat() {
    let Some(mut cluster) = Cluster::start("a_replica_is_as_well_as_its_newest_heartbeat") else { return };
    cluster.replicate();
    let port = cluster.replica.unwrap();
    let fresh = replica(port, &beat("ops.beat", 60));
    assert_eq!(asked(&cluster, PASSWORD, &fresh).await, Observation::Unsure(Unsure::NoHeartbeat), "no row yet");
    cluster.sql("INSERT INTO ops.beat VALUES (now() - interval '100 s')");
    until_replayed(&cluster, &fresh, |observation| matches!(observation, Observation::Bad(Bad::HeartbeatOld { .. })))
        .await;
    cluster.sql("INSERT INTO ops.beat VALUES (now())");
    until_replayed(&cluster, &fresh, |observation| matches!(observation, Observation::Good(Good::Beats { .. }))).await;
    let denied = asked(&cluster, PASSWORD, &replica(port, &beat("secrets", 60))).await;
    assert_eq!(code(&denied), "42501", "a table that may not be read");
    let missing = asked(&cluster, PASSWORD, &replica(port, &beat("ops.nothing", 60))).await;
    assert_eq!(code(&missing), "42P01", "a table that is not there");
    let alone = asked(&cluster, PASSWORD, &replica(cluster.writer, &beat("ops.beat", 60))).await;
    assert_eq!(alone, Observation::Unsure(Unsure::NotAReplica), "a writer is no replica");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_heartbeat_a_replica_shows_how_far_it_has_replayed() {
    let Some(mut cluster) = Cluster::start("without_a_heartbeat") else { return };
    cluster.replicate();
    let target = replica(cluster.replica.unwrap(), &Value::Null);
    let Observation::Replayed { position: before } = asked(&cluster, PASSWORD, &target).await else {
        panic!("no position")
    };
    cluster.sql("INSERT INTO ops.beat VALUES (now())");
    until_replayed(&cluster, &target, |seen| matches!(seen, Observation::Replayed { position } if *position > before))
        .await;
}

/// Replication takes a moment.
async fn until_replayed(cluster: &Cluster, target: &Value, is_so: impl Fn(&Observation) -> bool) {
    let begun = std::time::Instant::now();
    loop {
        let observation = asked(cluster, PASSWORD, target).await;
        if is_so(&observation) {
            return;
        }
        assert!(begun.elapsed().as_secs() < 30, "still {observation:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn where_no_database_is_the_target_is_bad() {
    let target = json!({"postgres_writer": server(&nobody().await.to_string())});
    assert_eq!(ask_by(&asker(PASSWORD), &duty(&target)).await, Observation::Bad(Bad::Refused));
    let silent = Server::start(Does::Hangs).await;
    let mut duty = duty(&json!({"postgres_writer": server(&silent.address.to_string())}));
    duty.probe.timeout_seconds = understudy_engine::Seconds(1);
    let observation = ask_by(&asker(PASSWORD), &duty).await;
    assert!(matches!(observation, Observation::Bad(Bad::TimedOut { .. })), "{observation:?}");
}
