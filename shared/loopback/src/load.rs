//! Clients: each resolves as its resolver would, connects, and enters what came of it.

use crate::endpoint::STRAY;
use crate::fetch::{Patience, fetch};
use crate::place::place_of;
use crate::scene::Scene;
use hickory_proto::op::{Edns, Message, Query};
use hickory_proto::rr::rdata::opt::{ClientSubnet, EdnsOption};
use hickory_proto::rr::{Name, RData, RecordType};
use hyper::Method;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio::time::timeout;
use understudy_engine::DnsName;
use understudy_sim::{Client, EVERY_MILLISECONDS, Outcome, Use};

/// How long a client waits for an answer, of DNS or of the application.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a resolver was told, and until when it keeps it.
#[derive(Debug, Clone, Copy)]
struct Kept {
    address: Ipv4Addr,
    until: Instant,
}

/// Reads and writes until it is dropped.
pub(crate) fn run(scene: &Arc<Scene>, clients: &[Client]) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for (number, client) in clients.iter().enumerate() {
        for (what, name) in &scene.names {
            tasks.spawn(steadily(scene.clone(), number, client.clone(), *what, name.clone()));
        }
    }
    tasks
}

async fn steadily(scene: Arc<Scene>, number: usize, client: Client, what: Use, name: DnsName) {
    let mut kept: Option<Kept> = None;
    let mut at = 0;
    let mut requests = JoinSet::new();
    loop {
        at += EVERY_MILLISECONDS;
        tokio::time::sleep_until(scene.pace.instant(at).into()).await;
        while requests.try_join_next().is_some() {}
        if kept.is_none_or(|kept| kept.until <= Instant::now()) {
            kept = resolve(&scene, &client, &name).await.or(kept);
        }
        let (scene, address) = (scene.clone(), kept.map(|kept| kept.address));
        requests.spawn(async move {
            let outcome = ask(&scene, what, address).await;
            let region = address.and_then(|address| scene.region_at(address.into()));
            scene.diary().enter(number, what, at, region, outcome);
        });
    }
}

async fn ask(scene: &Scene, what: Use, address: Option<Ipv4Addr>) -> Outcome {
    let port = scene.addresses.endpoints.values().next().map(SocketAddr::port);
    let (Some(address), Some(port)) = (address, port) else { return Outcome::NoAnswer };
    let (method, path) = match what {
        Use::Read => (Method::GET, "/read"),
        Use::Write => (Method::POST, "/write"),
    };
    let patience = scene.pace.here(PATIENCE);
    let patience = Patience { connect: patience, answer: patience };
    match fetch(SocketAddr::from((address, port)), method, path, patience).await {
        None => Outcome::NoAnswer,
        Some(answer) if answer.headers().contains_key(STRAY) => Outcome::Stray,
        Some(answer) if answer.status().is_success() => Outcome::Served,
        Some(_) => Outcome::Refused,
    }
}

async fn resolve(scene: &Scene, client: &Client, name: &DnsName) -> Option<Kept> {
    let question = question(client, name)?.to_vec().ok()?;
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.ok()?;
    socket.connect(scene.addresses.dns).await.ok()?;
    socket.send(&question).await.ok()?;
    let mut buffer = [0; 1232];
    let read = timeout(scene.pace.here(PATIENCE), socket.recv(&mut buffer)).await.ok()?.ok()?;
    let answer = Message::from_vec(buffer.get(..read)?).ok()?;
    answer.answers.iter().find_map(|record| {
        let RData::A(address) = &record.data else { return None };
        let keeps = Duration::from_millis(client.keeps_at_least.unsigned_abs());
        // A TTL is in the seconds of those who ask.
        let keeps = Duration::from_secs(record.ttl.into()).max(scene.pace.here(keeps));
        Some(Kept { address: address.0, until: Instant::now() + keeps })
    })
}

fn question(client: &Client, name: &DnsName) -> Option<Message> {
    let mut message = Message::query();
    message.add_query(Query::query(Name::from_ascii(format!("{name}.")).ok()?, RecordType::A));
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    if let Some(place) = place_of(&client.near) {
        edns.options_mut().insert(EdnsOption::Subnet(ClientSubnet::new(place.address().into(), 24, 0)));
    }
    message.set_edns(edns);
    Some(message)
}
