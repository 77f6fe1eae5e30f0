//! One answer over HTTP/1.1: nothing is followed, and no more is read than is looked at.

use crate::connect::Span;
use crate::observation::{Bad, Good, Observation, Stage};
use crate::tls;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, LOCATION, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use understudy_engine::{HttpTarget, HttpUrl};

/// As much of a body as Route 53's checkers look at.
const BODY_MAX: usize = 5_120;

/// As much of a head as any honest answer has, and the least that hyper takes.
const HEAD_MAX: usize = 16 * 1024;

pub(crate) async fn ask(
    target: &HttpTarget,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin,
    span: Span,
) -> Result<Observation, Observation> {
    span.bound(Stage::Answering, async {
        let mut builder = http1::Builder::new();
        builder.max_buf_size(HEAD_MAX);
        let (mut sender, connection) =
            builder.handshake::<_, Empty<Bytes>>(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
        let exchange = async {
            let answer = sender.send_request(request(&target.url)?).await.map_err(|error| broken(&error))?;
            judge(target, answer).await
        };
        // The connection moves only while it is polled, and ends with the exchange.
        let driven = async {
            let _ = connection.await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            observation = exchange => observation,
            () = driven => Err(tls::closed()),
        }
    })
    .await?
}

fn request(url: &HttpUrl) -> Result<Request<Empty<Bytes>>, Observation> {
    Request::builder()
        .method(Method::GET)
        .uri(url.path())
        .header(HOST, url.authority())
        .header(USER_AGENT, "understudy-probe")
        .header(CONNECTION, "close")
        .body(Empty::new())
        .map_err(|_| Observation::Bad(Bad::NotHttp))
}

async fn judge(target: &HttpTarget, answer: Response<Incoming>) -> Result<Observation, Observation> {
    let status = answer.status();
    let wanted =
        if target.statuses.is_empty() { status.is_success() } else { target.statuses.contains(&status.as_u16()) };
    if !wanted {
        let to = answer.headers().get(LOCATION).filter(|_| status.is_redirection());
        return Err(Observation::Bad(match to {
            Some(to) => Bad::Redirected {
                status: status.as_u16(),
                to: String::from_utf8_lossy(&to.as_bytes()[..to.len().min(100)]).into_owned(),
            },
            None => Bad::Answered { status: status.as_u16() },
        }));
    }
    if let Some(text) = &target.contains
        && !contains(answer.into_body(), text.as_str()).await?
    {
        return Err(Observation::Bad(Bad::Lacks { text: text.to_string() }));
    }
    Ok(Observation::Good(Good::Answered { status: status.as_u16() }))
}

/// Whether the first bytes of the body hold the text. Reading stops when it is found, and at the limit.
async fn contains(mut body: Incoming, text: &str) -> Result<bool, Observation> {
    let mut read = Vec::new();
    while read.len() < BODY_MAX {
        let Some(frame) = body.frame().await else { break };
        if let Some(data) = frame.map_err(|error| broken(&error))?.data_ref() {
            read.extend_from_slice(&data[..data.len().min(BODY_MAX - read.len())]);
        }
        if read.windows(text.len()).any(|window| window == text.as_bytes()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn broken(error: &hyper::Error) -> Observation {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return tls::broken(io, Stage::Answering);
        }
        cause = inner.source();
    }
    if error.is_parse() { Observation::Bad(Bad::NotHttp) } else { tls::closed() }
}
