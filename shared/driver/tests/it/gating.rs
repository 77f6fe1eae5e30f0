//! The gate: what it answers Route 53's checkers and applications, and what it never answers from memory.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Mutex;
use understudy_driver::{Gate, Glance, LedgerError, Reply, Request};
use understudy_engine::{Application, Epoch, Posture, Revision};

/// A table of one application, which may be away, and counts how often it is asked.
struct Shelf {
    holds: Mutex<Option<Posture>>,
    is_away: Mutex<bool>,
    asked: Mutex<u32>,
}

impl Glance for Shelf {
    async fn glance(&self, application: &Application) -> Result<Posture, LedgerError> {
        *self.asked.lock().unwrap() += 1;
        if *self.is_away.lock().unwrap() {
            return Err(LedgerError::Unavailable { detail: "it is away".to_owned() });
        }
        let posture = self.holds.lock().unwrap().clone().filter(|posture| posture.application == *application);
        posture.ok_or_else(|| LedgerError::UnknownApplication { application: application.to_string() })
    }
}

struct Scene {
    gate: Gate,
    shelf: Shelf,
    now: Mutex<Timestamp>,
}

fn posture(revision: u64, latched: &[&str]) -> Posture {
    let regions = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<BTreeSet<_>>();
    Posture {
        application: "orders".parse().unwrap(),
        revision: Revision(revision),
        epoch: Epoch(3),
        writer: Some("us-west-2".parse().unwrap()),
        latched: regions(latched),
        regions: Some(regions(&["us-east-1", "us-west-2"])),
    }
}

impl Scene {
    fn with(posture: Posture) -> Self {
        let shelf = Shelf { holds: Mutex::new(Some(posture)), is_away: Mutex::default(), asked: Mutex::default() };
        Self { gate: Gate::default(), shelf, now: Mutex::new("2026-03-01T03:00:00Z".parse().unwrap()) }
    }

    fn latched() -> Self {
        Self::with(posture(7, &["us-east-1"]))
    }

    fn becomes(&self, posture: Posture) {
        *self.shelf.holds.lock().unwrap() = Some(posture);
    }

    fn goes_away(&self) {
        *self.shelf.is_away.lock().unwrap() = true;
    }

    fn asked(&self) -> u32 {
        *self.shelf.asked.lock().unwrap()
    }

    fn passes(&self, milliseconds: i64) {
        let mut now = self.now.lock().unwrap();
        *now = now.checked_add(SignedDuration::from_millis(milliseconds)).unwrap();
    }

    async fn send(&self, request: Request<'_>) -> Reply {
        self.gate.answer(&self.shelf, &request, &|| *self.now.lock().unwrap()).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Request { method: "GET", path, query: "", has_body: false }).await
    }

    async fn east(&self) -> u16 {
        self.get("/latch/orders/us-east-1").await.status
    }
}

fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn only_a_region_that_is_latched_answers_200() {
    let scene = Scene::latched();
    let closed = scene.get("/latch/orders/us-east-1").await;
    assert_eq!((closed.status, closed.body.as_str()), (200, r#"{"latched":true}"#));
    let open = scene.get("/latch/orders/us-west-2").await;
    assert_eq!((open.status, open.body.as_str()), (404, r#"{"latched":false}"#));
    assert_eq!(header(&open, "understudy-source"), Some("table"));
}

#[tokio::test]
async fn a_latch_that_was_seen_is_answered_while_the_table_is_away_and_says_so() {
    let scene = Scene::latched();
    scene.east().await;
    scene.goes_away();
    scene.passes(3_600_000);
    let reply = scene.get("/latch/orders/us-east-1").await;
    assert_eq!(reply.status, 200);
    assert_eq!(header(&reply, "understudy-source"), Some("last-known"));
    assert_eq!(header(&reply, "understudy-as-of"), Some("2026-03-01T03:00:00.000Z"));
}

#[tokio::test]
async fn a_gate_that_has_seen_nothing_and_has_no_table_says_that_it_cannot_tell() {
    let scene = Scene::latched();
    scene.goes_away();
    assert_eq!(scene.east().await, 503);
}

#[tokio::test]
async fn who_takes_writes_is_never_answered_from_memory() {
    let scene = Scene::latched();
    let fresh = scene.get("/writer/orders").await;
    assert_eq!((fresh.status, fresh.body.as_str()), (200, r#"{"epoch":3,"region":"us-west-2"}"#));
    scene.goes_away();
    scene.passes(999);
    assert_eq!(scene.get("/writer/orders").await.status, 200, "a second old at the most");
    scene.passes(1);
    assert_eq!(scene.get("/writer/orders").await.status, 503);
}

#[tokio::test]
async fn while_a_decision_is_carried_out_nobody_is_the_writer() {
    let scene = Scene::with(Posture { writer: None, ..posture(7, &[]) });
    assert_eq!(scene.get("/writer/orders").await.body, r#"{"epoch":3,"region":null}"#);
}

#[tokio::test]
async fn a_latch_that_opens_is_seen_within_a_second() {
    let scene = Scene::latched();
    scene.east().await;
    scene.becomes(posture(8, &["us-west-2"]));
    assert_eq!(scene.east().await, 200, "it was asked just now");
    scene.passes(1000);
    assert_eq!(scene.east().await, 404);
}

#[tokio::test]
async fn a_copy_of_the_table_that_is_behind_opens_no_latch() {
    let scene = Scene::latched();
    scene.east().await;
    scene.becomes(posture(6, &[]));
    scene.passes(1000);
    assert_eq!(scene.east().await, 200);
    scene.becomes(posture(8, &[]));
    scene.passes(1000);
    assert_eq!(scene.east().await, 404, "and one that is ahead does");
}

#[tokio::test]
async fn the_table_is_asked_once_a_second_also_while_it_is_away() {
    let scene = Scene::latched();
    for _ in 0..50 {
        scene.east().await;
        scene.passes(20);
    }
    assert_eq!(scene.asked(), 1);
    scene.goes_away();
    for _ in 0..100 {
        assert_eq!(scene.east().await, 200);
        scene.passes(20);
    }
    assert_eq!(scene.asked(), 3);
}

#[tokio::test]
async fn a_clock_that_goes_back_makes_nothing_fresh() {
    let scene = Scene::latched();
    scene.east().await;
    scene.goes_away();
    scene.passes(-5000);
    assert_eq!(scene.get("/writer/orders").await.status, 503);
}

#[tokio::test]
async fn an_application_that_is_removed_is_forgotten() {
    let scene = Scene::latched();
    scene.east().await;
    *scene.shelf.holds.lock().unwrap() = None;
    scene.passes(1000);
    assert_eq!(scene.east().await, 404);
    scene.goes_away();
    assert_eq!(scene.east().await, 503, "nothing is remembered of it");
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_opens_no_latch() {
    let scene = Scene::with(Posture { regions: None, ..posture(7, &["us-east-1"]) });
    assert_eq!(scene.east().await, 200);
    assert_eq!(scene.get("/latch/orders/us-west-2").await.status, 404);
    assert_eq!(scene.get("/writer/orders").await.status, 503);
}

#[tokio::test]
async fn whatever_does_not_belong_is_refused_before_the_table_is_asked() {
    let scene = Scene::latched();
    let long = format!("/latch/orders/{}", "a".repeat(200));
    let get = |path| Request { method: "GET", path, query: "", has_body: false };
    let latch = "/latch/orders/us-east-1";
    let refused = [
        (Request { method: "POST", ..get(latch) }, 405),
        (Request { method: "get", ..get(latch) }, 405),
        (Request { query: "a=b", ..get(latch) }, 400),
        (Request { has_body: true, ..get(latch) }, 400),
        (get(&long), 414),
        (get(""), 404),
        (get("/"), 404),
        (get("/latch/orders"), 404),
        (get("/latch/orders/us-east-1/"), 404),
        (get("/latch/orders/us%2Deast-1"), 404),
        (get("/latch/../orders"), 404),
        (get("/latch/Orders/us-east-1"), 404),
        (get("/latch/orders/everywhere"), 404),
        (get("/writer"), 404),
        (get("/writer/orders/us-east-1"), 404),
        (get("//latch/orders/us-east-1"), 404),
    ];
    for (request, status) in refused {
        let reply = scene.send(request).await;
        assert_eq!(reply.status, status, "{request:?}");
        assert!(reply.body.contains("error"), "{request:?}: {}", reply.body);
    }
    assert_eq!(scene.asked(), 0);
    let method = scene.send(Request { method: "DELETE", ..get(latch) }).await;
    assert_eq!(header(&method, "allow"), Some("GET, HEAD"));
}

#[tokio::test]
async fn names_that_are_not_there_are_told_apart_and_nothing_is_kept_of_them() {
    let scene = Scene::latched();
    let application = scene.get("/latch/invoices/us-east-1").await;
    assert_eq!(application.status, 404);
    assert!(application.body.contains(r#""field":"application""#));
    let region = scene.get("/latch/orders/eu-west-1").await;
    assert_eq!(region.status, 404);
    assert!(region.body.contains(r#""field":"region""#));
    scene.get("/latch/invoices/us-east-1").await;
    assert_eq!(scene.asked(), 3);
}

#[tokio::test]
async fn head_is_answered_like_get_without_a_body() {
    let scene = Scene::latched();
    let path = "/latch/orders/us-east-1";
    let head = scene.send(Request { method: "HEAD", path, query: "", has_body: false }).await;
    let get = scene.get(path).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.headers, get.headers);
}
