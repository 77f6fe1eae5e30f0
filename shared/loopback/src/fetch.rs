//! One request over a connection of its own, as a health checker makes it.

use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::{Method, Request, Response, header};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long it may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) connect: Duration,
    /// From the connection to the answer's head.
    pub(crate) answer: Duration,
}

/// None where nobody answered in time.
pub(crate) async fn fetch(
    address: SocketAddr,
    method: Method,
    path: &str,
    patience: Patience,
) -> Option<Response<Incoming>> {
    let stream = timeout(patience.connect, TcpStream::connect(address)).await.ok()?.ok()?;
    timeout(patience.answer, ask(stream, address, method, path)).await.ok()?
}

async fn ask(stream: TcpStream, address: SocketAddr, method: Method, path: &str) -> Option<Response<Incoming>> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    let request = Request::builder().method(method).uri(path).header(header::HOST, address.to_string());
    let request = request.body(Empty::<Bytes>::new()).ok()?;
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        response = sender.send_request(request) => response.ok(),
        _ = &mut connection => None,
    }
}
