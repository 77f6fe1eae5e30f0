//! Answers over HTTP, good and bad.

use crate::scene::{ask, duty, impatient, nobody};
use crate::server::{Does, Server, answer_of};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use understudy_prober::{Asker, Bad, Good, Observation, Unsure};

fn at(server: &Server) -> Value {
    json!({"http": {"url": format!("http://{}/health", server.address)}})
}

fn with(server: &Server, field: &str, value: &Value) -> Value {
    let mut target = at(server);
    target["http"][field] = value.clone();
    target
}

#[tokio::test]
async fn a_status_of_two_hundred_and_something_is_good() {
    for (head, status) in [("200 OK", 200), ("204 No Content", 204)] {
        let server = Server::start(answer_of(head, "")).await;
        assert_eq!(ask(&duty(&at(&server))).await, Observation::Good(Good::Answered { status }));
    }
}

#[tokio::test]
async fn another_status_is_bad() {
    let server = Server::start(answer_of("503 Service Unavailable", "")).await;
    assert_eq!(ask(&duty(&at(&server))).await, Observation::Bad(Bad::Answered { status: 503 }));
}

#[tokio::test]
async fn where_statuses_are_named_only_those_are_good() {
    let server = Server::start(answer_of("200 OK", "")).await;
    let only = with(&server, "statuses", &json!([204]));
    assert_eq!(ask(&duty(&only)).await, Observation::Bad(Bad::Answered { status: 200 }));
    let teapot = Server::start(answer_of("418 I'm a teapot", "")).await;
    let named = with(&teapot, "statuses", &json!([200, 418]));
    assert_eq!(ask(&duty(&named)).await, Observation::Good(Good::Answered { status: 418 }));
}

#[tokio::test]
async fn a_redirect_is_bad_by_its_own_name_and_is_not_followed() {
    let elsewhere = Server::start(answer_of("200 OK", "")).await;
    let to = format!("http://{}/", elsewhere.address);
    let server = Server::start(answer_of(&format!("302 Found\r\nlocation: {to}"), "")).await;
    assert_eq!(ask(&duty(&at(&server))).await, Observation::Bad(Bad::Redirected { status: 302, to }));
    assert_eq!((server.connections(), elsewhere.connections()), (1, 0));
}

#[tokio::test]
async fn a_body_that_has_the_text_within_its_first_bytes_is_good() {
    let body = format!("{}database: ok", " ".repeat(5_108));
    let server = Server::start(answer_of("200 OK", &body)).await;
    let found = with(&server, "contains", &json!("database: ok"));
    assert_eq!(ask(&duty(&found)).await, Observation::Good(Good::Answered { status: 200 }));
}

#[tokio::test]
async fn a_body_that_lacks_the_text_or_has_it_too_far_behind_is_bad() {
    for body in ["database: lost".to_owned(), format!("{}database: ok", " ".repeat(5_109)), String::new()] {
        let server = Server::start(answer_of("200 OK", &body)).await;
        let lacks = with(&server, "contains", &json!("database: ok"));
        let text = "database: ok".to_owned();
        assert_eq!(ask(&duty(&lacks)).await, Observation::Bad(Bad::Lacks { text }), "{} bytes", body.len());
    }
}

#[tokio::test]
async fn of_a_body_without_end_no_more_is_read_than_is_looked_at() {
    let head = "HTTP/1.1 200 OK\r\n\r\n".to_owned();
    let server = Server::start(Does::SaysForEver(head, "x".repeat(64 * 1024))).await;
    let lacks = with(&server, "contains", &json!("database: ok"));
    let text = "database: ok".to_owned();
    assert_eq!(ask(&duty(&lacks)).await, Observation::Bad(Bad::Lacks { text }));
    assert_eq!(ask(&duty(&at(&server))).await, Observation::Good(Good::Answered { status: 200 }), "not looked at");
    // What is under way when the connection is closed is what the system's buffers hold.
    assert!(server.sent() < 32 * 1024 * 1024, "{} bytes", server.sent());
}

#[tokio::test]
async fn a_head_without_end_is_no_answer() {
    let head = "HTTP/1.1 200 OK\r\n".to_owned();
    let server = Server::start(Does::SaysForEver(head, format!("x-filler: {}\r\n", "x".repeat(4096)))).await;
    assert_eq!(ask(&duty(&at(&server))).await, Observation::Bad(Bad::NotHttp));
    assert!(server.sent() < 32 * 1024 * 1024, "{} bytes", server.sent());
}

#[tokio::test]
async fn who_drips_an_answer_is_not_waited_for_longer_than_its_time() {
    for first in ["HTTP/1.1 200 OK\r\nx-slow: ", "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n"] {
        let server = Server::start(Does::Drips(first.to_owned())).await;
        let begun = Instant::now();
        let observation = ask(&impatient(&with(&server, "contains", &json!("ok")))).await;
        assert!(matches!(observation, Observation::Bad(Bad::TimedOut { .. })), "{first:?}: {observation:?}");
        assert!(begun.elapsed() < Duration::from_secs(4), "it took {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn who_takes_the_connection_and_says_nothing_has_timed_out() {
    let server = Server::start(Does::Hangs).await;
    let observation = ask(&impatient(&at(&server))).await;
    assert!(observation_says(&observation, "no answer within 1.0 s"), "{observation:?}");
}

fn observation_says(observation: &Observation, words: &str) -> bool {
    matches!(observation, Observation::Bad(bad) if bad.to_string() == words)
}

#[tokio::test]
async fn who_closes_without_an_answer_is_bad() {
    let server = Server::start(Does::Closes).await;
    assert_eq!(ask(&duty(&at(&server))).await, Observation::Bad(Bad::Closed));
}

#[tokio::test]
async fn what_is_not_http_is_bad() {
    let server = Server::start(Does::Says("SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned())).await;
    assert_eq!(ask(&duty(&at(&server))).await, Observation::Bad(Bad::NotHttp));
}

#[tokio::test]
async fn a_refused_connection_is_bad() {
    let target = json!({"http": {"url": format!("http://{}/", nobody().await)}});
    assert_eq!(ask(&duty(&target)).await, Observation::Bad(Bad::Refused));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_unknown() {
    // No label may have more than 63 characters: the resolver refuses it itself, and asks nobody.
    let target = json!({"http": {"url": format!("https://{}.example.com/", "a".repeat(64))}});
    let observation = ask(&duty(&target)).await;
    assert!(matches!(observation, Observation::Unsure(Unsure::NoName { .. })), "{observation:?}");
}

#[tokio::test]
async fn a_target_whose_round_ends_before_its_time_is_up_is_unknown() {
    let server = Server::start(Does::Hangs).await;
    let told = crate::scene::Told(Ok(None));
    let ends = tokio::time::Instant::now() + Duration::from_millis(300);
    let now = jiff::Timestamp::UNIX_EPOCH;
    let observation = Asker::default().ask(&duty(&at(&server)), &told, now, ends).await;
    assert_eq!(observation, Observation::Unsure(Unsure::DeadlineNear));
}
