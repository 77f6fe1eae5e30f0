//! The gate: what the record says of traffic, to whoever asks over HTTP. Route 53's checkers ask it whether a Region
//! is latched, and applications ask who takes writes.
//!
//! A latch that was once seen is believed until the table says otherwise, so that losing the table opens
//! nothing. Who takes writes is never answered from memory: an old answer to that is how two Regions write.

mod ask;
mod reply;

pub use reply::Reply;

use crate::ledger::LedgerError;
use ask::Ask;
use jiff::{SignedDuration, Timestamp};
use reply::Source;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use understudy_engine::{Application, Posture};

/// How long an answer of the table is used without asking it again, and how long a table that did not answer is
/// left alone: a checker gives up after two seconds.
pub const CACHED: SignedDuration = SignedDuration::from_secs(1);

/// The record, as the nearest copy of the table has it: quick to read, and perhaps a moment old.
pub trait Glance: Sync {
    fn glance(&self, application: &Application) -> impl Future<Output = Result<Posture, LedgerError>> + Send;
}

/// One process's gate. It remembers what it saw of each application, and nothing of names that do not exist.
#[derive(Debug, Default)]
pub struct Gate {
    seen: Mutex<BTreeMap<Application, Seen>>,
}

#[derive(Debug, Clone)]
struct Seen {
    posture: Posture,
    at: Timestamp,
    /// When the table was last asked, whether or not it answered.
    asked_at: Timestamp,
}

impl Seen {
    fn is_fresh(&self, now: Timestamp) -> bool {
        is_within(self.at, now)
    }
}

/// A clock that went backwards makes nothing fresh.
fn is_within(at: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(at);
    !age.is_negative() && age < CACHED
}

impl Gate {
    /// Answers one request. The clock is read again after the table has been asked.
    pub async fn answer(
        &self,
        table: &impl Glance,
        request: &Request<'_>,
        clock: &(impl Fn() -> Timestamp + Sync),
    ) -> Reply {
        let ask = match Ask::read(request) {
            Ok(ask) => ask,
            Err(refusal) => return refusal.reply(),
        };
        let reply = match self.seen_of(table, ask.application(), clock).await {
            Ok((seen, source)) => ask.answer(&seen.posture, seen.at, source),
            Err(LedgerError::UnknownApplication { .. }) => Reply::unknown_application(),
            Err(
                LedgerError::UnusableRecord { .. }
                | LedgerError::UnusableBreaker { .. }
                | LedgerError::Unavailable { .. }
                | LedgerError::Denied { .. }
                | LedgerError::TableMissing { .. }
                | LedgerError::Refused { .. },
            ) => Reply::cannot_tell(),
        };
        if request.method == "HEAD" { reply.without_body() } else { reply }
    }

    async fn seen_of(
        &self,
        table: &impl Glance,
        application: &Application,
        clock: &(impl Fn() -> Timestamp + Sync),
    ) -> Result<(Seen, Source), LedgerError> {
        let now = clock();
        let before = self.lock().get(application).cloned();
        if let Some(seen) = before {
            if seen.is_fresh(now) {
                return Ok((seen, Source::Table));
            }
            if is_within(seen.asked_at, now) {
                return Ok((seen, Source::Memory));
            }
        }
        // What is read is as old as the question.
        match table.glance(application).await {
            Ok(posture) => Ok(self.keep(posture, now)),
            Err(error @ LedgerError::UnknownApplication { .. }) => {
                self.lock().remove(application);
                Err(error)
            }
            Err(error) => self.remember(application, clock()).ok_or(error),
        }
    }

    /// Another copy of the table may be behind the one that was read before: the record never goes back.
    fn keep(&self, posture: Posture, now: Timestamp) -> (Seen, Source) {
        let mut seen = self.lock();
        if let Some(before) = seen.get_mut(&posture.application)
            && before.posture.revision > posture.revision
        {
            before.asked_at = now;
            return (before.clone(), Source::Memory);
        }
        let new = Seen { posture, at: now, asked_at: now };
        seen.insert(new.posture.application.clone(), new.clone());
        (new, Source::Table)
    }

    fn remember(&self, application: &Application, now: Timestamp) -> Option<(Seen, Source)> {
        let mut seen = self.lock();
        let before = seen.get_mut(application)?;
        before.asked_at = now;
        Some((before.clone(), Source::Memory))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Application, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What of an HTTP request the gate looks at.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a str,
    /// As it was sent: not decoded, and without the query.
    pub path: &'a str,
    pub query: &'a str,
    pub has_body: bool,
}
