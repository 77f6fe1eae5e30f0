//! Where everything listens: an address of loopback for each Region, because a DNS answer carries no port.

use crate::scene::Part;
use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpListener, UdpSocket};
use understudy_engine::{Region, Traffic};
use understudy_sim::DrillError;

/// The last part of the first endpoint's address, and of the first gate's.
const ENDPOINTS: u8 = 11;
const GATES: u8 = 31;

/// How often another port is tried, when one is free on one address and taken on the next.
const TRIES: usize = 20;

#[derive(Debug, thiserror::Error)]
pub enum LoopbackError {
    #[error("nothing can listen on {address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("the sockets cannot be set up: {0}")]
    Setup(#[from] io::Error),
    #[error("{name} is no DNS name: {problem}")]
    Name { name: String, problem: String },
    #[error("the drill's application names no traffic")]
    NoTraffic,
    #[error("{0}")]
    Drill(#[from] DrillError),
}

/// Where to ask what, from another terminal too.
#[derive(Debug, Clone)]
pub struct Addresses {
    pub dns: SocketAddr,
    pub endpoints: BTreeMap<Region, SocketAddr>,
    pub gates: BTreeMap<Region, SocketAddr>,
}

/// Everything that was bound before anything is served.
pub(crate) struct Bound {
    pub(crate) addresses: Addresses,
    pub(crate) udp: UdpSocket,
    pub(crate) tcp: TcpListener,
    pub(crate) listeners: Vec<(Part, TcpListener)>,
}

impl Bound {
    pub(crate) async fn new(traffic: &Traffic) -> Result<Self, LoopbackError> {
        let (udp, tcp) = dns().await?;
        let mut listeners = Vec::new();
        let mut addresses = Addresses { dns: udp.local_addr()?, endpoints: BTreeMap::new(), gates: BTreeMap::new() };
        let hosts: Vec<Ipv4Addr> = (ENDPOINTS..).take(traffic.endpoints.len()).map(host).collect();
        for (region, listener) in traffic.endpoints.keys().zip(on_one_port(&hosts).await?) {
            addresses.endpoints.insert(region.clone(), listener.local_addr()?);
            listeners.push((Part::Endpoint(region.clone()), listener));
        }
        for (region, last) in traffic.gates.keys().zip(GATES..) {
            let listener = listen(SocketAddr::from((host(last), 0))).await?;
            addresses.gates.insert(region.clone(), listener.local_addr()?);
            listeners.push((Part::Gate(region.clone()), listener));
        }
        Ok(Self { addresses, udp, tcp, listeners })
    }
}

fn host(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, last)
}

async fn listen(address: SocketAddr) -> Result<TcpListener, LoopbackError> {
    TcpListener::bind(address).await.map_err(|source| LoopbackError::Listen { address, source })
}

/// One port that is free for UDP and for TCP.
async fn dns() -> Result<(UdpSocket, TcpListener), LoopbackError> {
    let mut last = None;
    for _ in 0..TRIES {
        let tcp = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = tcp.local_addr()?;
        match UdpSocket::bind(address).await {
            Ok(udp) => return Ok((udp, tcp)),
            Err(source) => last = Some(LoopbackError::Listen { address, source }),
        }
    }
    Err(last.unwrap_or(LoopbackError::NoTraffic))
}

/// A listener on each of these, all on one port: clients know the port beforehand, as they know 443.
async fn on_one_port(hosts: &[Ipv4Addr]) -> Result<Vec<TcpListener>, LoopbackError> {
    let mut last = LoopbackError::NoTraffic;
    for _ in 0..TRIES {
        match try_one_port(hosts).await {
            Ok(listeners) => return Ok(listeners),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn try_one_port(hosts: &[Ipv4Addr]) -> Result<Vec<TcpListener>, LoopbackError> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    for host in hosts {
        let port = listeners.first().map_or(Ok(0), |first| first.local_addr().map(|address| address.port()))?;
        listeners.push(listen(SocketAddr::from((*host, port))).await?);
    }
    Ok(listeners)
}
