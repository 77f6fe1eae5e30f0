//! A writer that numbers its rows and remembers which of them were acknowledged, and when.

use crate::server::connect;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_postgres::{Client, Config};

/// How often a row is written, and how long an acknowledgement is waited for.
const EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(1);

/// One row, as its writer knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub n: i64,
    pub begun_at: Instant,
    /// None where no answer has come: it may be in the database or not.
    pub acknowledged_at: Option<Instant>,
}

/// Writes where it is told to, one row after the other, until it is dropped. A number is used once, whatever comes of it.
#[derive(Debug)]
pub struct Load {
    written: Arc<Mutex<Vec<Written>>>,
    to: watch::Sender<Config>,
    _task: JoinSet<()>,
}

impl Load {
    #[must_use]
    pub fn start(to: Config) -> Self {
        let (sender, receiver) = watch::channel(to);
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut task = JoinSet::new();
        task.spawn(write(receiver, written.clone()));
        Self { written, to: sender, _task: task }
    }

    /// From now on it writes there.
    pub fn lead_to(&self, to: Config) {
        self.to.send_replace(to);
    }

    #[must_use]
    pub fn written(&self) -> Vec<Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn write(mut to: watch::Receiver<Config>, written: Arc<Mutex<Vec<Written>>>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut client: Option<Client> = None;
    for n in 1.. {
        every.tick().await;
        if to.has_changed().unwrap_or(false) {
            client = None;
        }
        if client.is_none() {
            let config = to.borrow_and_update().clone();
            client = timeout(PATIENCE, connect(&config)).await.ok().and_then(Result::ok);
        }
        let begun_at = Instant::now();
        let acknowledged = match &client {
            Some(client) => insert(client, n).await,
            None => false,
        };
        if !acknowledged {
            client = None;
        }
        let acknowledged_at = acknowledged.then(Instant::now);
        let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
        written.push(Written { n, begun_at, acknowledged_at });
    }
}

async fn insert(client: &Client, n: i64) -> bool {
    let inserted = async { client.execute("INSERT INTO written (n) VALUES ($1)", &[&n]).await };
    matches!(timeout(PATIENCE, inserted).await, Ok(Ok(1)))
}
