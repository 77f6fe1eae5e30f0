//! HTTP servers, one connection a task.

use crate::endpoint;
use crate::scene::{Part, Scene};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Accepts until it is dropped, and its connections with it.
pub(crate) async fn serve(scene: Arc<Scene>, part: Part, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        // A connection that failed before it was accepted is its client's affair.
        let Ok((stream, _)) = listener.accept().await else { continue };
        while connections.try_join_next().is_some() {}
        let (scene, part) = (scene.clone(), part.clone());
        connections.spawn(async move {
            let answers = service_fn(|request| {
                let (scene, part) = (&scene, &part);
                async move { Ok::<_, Infallible>(answer(scene, part, request).await) }
            });
            // Clients give up on those who do not answer: that ends the connection with an error, as it should.
            drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answers).await);
        });
    }
}

async fn answer(scene: &Scene, part: &Part, request: hyper::Request<Incoming>) -> Response<Full<Bytes>> {
    match part {
        Part::Endpoint(region) => endpoint::answer(scene, region, &request).await,
        Part::Gate(region) => endpoint::gate(scene, region, &request).await,
    }
}
