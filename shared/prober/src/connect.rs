//! Names to addresses, and addresses to connections: each within its share of the time.

use crate::observation::{Bad, Observation, Stage, Unsure};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

/// How many names are looked up at once. Each look-up holds a thread of the system's resolver.
const LOOKUPS_MAX: usize = 32;

/// When an ask began and has to be over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) began: Instant,
    pub(crate) end: Instant,
}

impl Span {
    /// The target was given its time, and has not made use of it.
    pub(crate) fn is_up(&self, stage: Stage) -> Observation {
        Observation::Bad(Bad::TimedOut { stage, after: self.end.saturating_duration_since(self.began) })
    }

    /// What comes of the work, or that the target's time was up.
    pub(crate) async fn bound<T>(&self, stage: Stage, work: impl Future<Output = T>) -> Result<T, Observation> {
        timeout_at(self.end, work).await.map_err(|_| self.is_up(stage))
    }
}

/// How a connection ends that somebody had taken.
const CLOSED: [ErrorKind; 5] = [
    ErrorKind::ConnectionReset,
    ErrorKind::ConnectionAborted,
    ErrorKind::UnexpectedEof,
    ErrorKind::BrokenPipe,
    ErrorKind::NotConnected,
];

#[derive(Debug)]
pub(crate) struct Resolver(Semaphore);

impl Default for Resolver {
    fn default() -> Self {
        Self(Semaphore::new(LOOKUPS_MAX))
    }
}

impl Resolver {
    async fn addresses(&self, host: &str, port: u16, span: Span) -> Result<Vec<SocketAddr>, Observation> {
        if let Ok(ip) = host.parse() {
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        let looked = timeout_at(span.end, async {
            let _turn = self.0.acquire().await;
            lookup_host((host, port)).await.map(Iterator::collect::<Vec<_>>)
        });
        let problem = match looked.await {
            Ok(Ok(addresses)) if !addresses.is_empty() => return Ok(addresses),
            Ok(Ok(_)) => "no address".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the resolver did not answer in time".to_owned(),
        };
        Err(Observation::Unsure(Unsure::NoName { problem }))
    }

    /// A connection to the first address that takes one. Each has an equal share of the time that is left, so that one
    /// dead address of several does not stand for all.
    pub(crate) async fn connect(&self, host: &str, port: u16, span: Span) -> Result<TcpStream, Observation> {
        let addresses = self.addresses(host, port, span).await?;
        let mut worst: Option<Observation> = None;
        for (index, address) in addresses.iter().enumerate() {
            let left = span.end.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            let found = match timeout_at(Instant::now() + share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failed(&error, Stage::Connecting),
                Err(_) => span.is_up(Stage::Connecting),
            };
            // An address that there is no way to, of a kind that the observer lacks, says nothing beside another.
            if worst.is_none() || matches!(found, Observation::Bad(_)) {
                worst = Some(found);
            }
        }
        Err(worst.unwrap_or_else(|| span.is_up(Stage::Connecting)))
    }
}

/// What an error of a connection says of the target. What the observer lacks says nothing.
pub(crate) fn failed(error: &io::Error, stage: Stage) -> Observation {
    let (kind, problem) = (error.kind(), error.to_string());
    let is_one_of = |kinds: &[ErrorKind]| kinds.contains(&kind);
    if kind == ErrorKind::ConnectionRefused {
        Observation::Bad(Bad::Refused)
    } else if is_one_of(&CLOSED) {
        Observation::Bad(Bad::Closed)
    } else if kind == ErrorKind::TimedOut {
        // The kernel's own patience, shorter than ours.
        Observation::Bad(Bad::TimedOut { stage, after: Duration::ZERO })
    } else if is_one_of(&[ErrorKind::HostUnreachable, ErrorKind::NetworkUnreachable, ErrorKind::NetworkDown]) {
        Observation::Unsure(Unsure::NoRoute { problem })
    } else {
        // Whatever else an operating system may say is about itself.
        Observation::Unsure(Unsure::Exhausted { problem })
    }
}
