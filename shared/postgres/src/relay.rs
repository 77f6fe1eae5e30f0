//! What lies between two Regions: bytes take their time from the primary to the standby, and whatever has not arrived
//! when the primary's Region is lost never does.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

const CHUNK: usize = 64 * 1024;

/// Carries connections until it is dropped. One ends with either of its ends, and loses what was under way.
#[derive(Debug)]
pub(crate) struct Relay {
    address: SocketAddr,
    _task: JoinSet<()>,
}

impl Relay {
    pub(crate) async fn start(upstream: SocketAddr, delay: Duration) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut carried = JoinSet::new();
            while let Ok((standby, _)) = listener.accept().await {
                if let Ok(primary) = TcpStream::connect(upstream).await {
                    carried.spawn(carry(primary, standby, delay));
                }
                while carried.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, _task: task })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn carry(primary: TcpStream, standby: TcpStream, delay: Duration) {
    let (from_primary, mut to_primary) = primary.into_split();
    let (mut from_standby, to_standby) = standby.into_split();
    let (under_way, arriving) = mpsc::unbounded_channel();
    tokio::select! {
        () = depart(from_primary, under_way, delay) => {}
        () = arrive(arriving, to_standby) => {}
        _ = copy(&mut from_standby, &mut to_primary) => {}
    }
}

async fn depart(mut from: OwnedReadHalf, under_way: mpsc::UnboundedSender<(Instant, Vec<u8>)>, delay: Duration) {
    let mut chunk = vec![0; CHUNK];
    while let Ok(length) = from.read(&mut chunk).await {
        let sent = length > 0 && under_way.send((Instant::now() + delay, chunk[..length].to_vec())).is_ok();
        if !sent {
            return;
        }
    }
}

async fn arrive(mut arriving: mpsc::UnboundedReceiver<(Instant, Vec<u8>)>, mut to: OwnedWriteHalf) {
    while let Some((at, bytes)) = arriving.recv().await {
        tokio::time::sleep_until(at).await;
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
