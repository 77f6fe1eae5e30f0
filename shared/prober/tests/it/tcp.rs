//! Connections, and what an address that swallows them comes to.

use crate::scene::{ask, duty, impatient, nobody};
use crate::server::{Does, Server};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use understudy_prober::{Bad, Good, Observation};

#[tokio::test]
async fn a_connection_that_is_taken_is_good_and_one_that_is_refused_is_bad() {
    let server = Server::start(Does::Hangs).await;
    assert_eq!(ask(&duty(&json!({"tcp": server.address.to_string()}))).await, Observation::Good(Good::Connected));
    let refused = ask(&duty(&json!({"tcp": nobody().await.to_string()}))).await;
    assert_eq!(refused, Observation::Bad(Bad::Refused));
}

/// A listener whose queue is full drops what comes: to whoever connects, it is as if there were nobody.
#[tokio::test]
async fn an_address_that_swallows_connections_has_timed_out() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = JoinSet::new();
    for _ in 0..8 {
        waiting.spawn(TcpStream::connect(address));
    }
    // Two are taken into the queue; from then on nobody is.
    let _first = waiting.join_next().await.unwrap().unwrap().unwrap();
    let _second = waiting.join_next().await.unwrap().unwrap().unwrap();
    let observation = ask(&impatient(&json!({"tcp": address.to_string()}))).await;
    let Observation::Bad(bad) = observation else { panic!("{observation:?}") };
    assert_eq!(bad.to_string(), "no connection within 1.0 s");
}
