//! What stands in a Region: the application's endpoint, and the gate. Those of a lost Region accept a connection, as a
//! black hole seems to, and never answer.

use crate::scene::Scene;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use std::future::pending;
use understudy_driver::Request as Asked;
use understudy_engine::Region;
use understudy_sim::{Outcome, Use};

/// Says of a write that a database took it which is not the writer any more. A real application cannot say so.
pub(crate) const STRAY: &str = "understudy-stray";

pub(crate) async fn answer(scene: &Scene, region: &Region, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let ground = scene.ground().clone();
    if !ground.alive.contains(region) {
        return pending().await;
    }
    let body = |what: &str| json!({ "region": region, "epoch": ground.epoch, "outcome": what });
    let what = match (request.method(), request.uri().path()) {
        (&Method::GET, "/health") if ground.healthy.contains(region) => return reply(StatusCode::OK, &body("healthy")),
        (&Method::GET, "/health") => return reply(StatusCode::SERVICE_UNAVAILABLE, &body("unhealthy")),
        (&Method::GET, "/" | "/read") => Use::Read,
        (&Method::POST, "/write") => Use::Write,
        _ => return reply(StatusCode::NOT_FOUND, &body("GET /read, POST /write or GET /health")),
    };
    match ground.serves(region, what) {
        Outcome::NoAnswer => pending().await,
        Outcome::Served => reply(StatusCode::OK, &body("served")),
        Outcome::Refused => reply(StatusCode::SERVICE_UNAVAILABLE, &body("the database here does not take that now")),
        Outcome::Stray => {
            let mut stray = reply(StatusCode::OK, &body("served"));
            stray.headers_mut().insert(STRAY, hyper::header::HeaderValue::from_static("true"));
            stray
        }
    }
}

pub(crate) async fn gate(scene: &Scene, region: &Region, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let answers = scene.ground().gates.contains(region);
    let gate = scene.gates.iter().find(|(own, _)| own == region).filter(|_| answers);
    let Some((_, gate)) = gate else { return pending().await };
    let asked = Asked {
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        has_body: !request.body().is_end_stream(),
    };
    let answered = gate.answer(&scene.ledger, &asked, &|| scene.pace.now()).await;
    let mut response = Response::new(Full::new(Bytes::from(answered.body)));
    *response.status_mut() = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answered.headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn reply(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{body}\n"))));
    *response.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    response
}
