//! Intake: one vote per event, one conditional write per vote.

use crate::ledger::{Cast, Ledger, LedgerError, Route};
use jiff::Timestamp;
use understudy_engine::{Seconds, Verdict};
use understudy_events::{DatabaseHint, Signal};

/// How far ahead of our clock an observation may be dated and still be written. A vote of the far
/// future would stand in the way of every true one after it.
pub const VOTE_FUTURE_MAX: Seconds = Seconds(60);

/// What became of an event. All of these are acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    Voted {
        route: Route,
        verdict: Verdict,
        cast: Cast,
    },
    /// No application names the source.
    UnknownSource {
        arn: String,
    },
    FromTheFuture {
        at: Timestamp,
    },
    /// A voter's application is not in the table any more.
    UnknownApplication {
        route: Route,
    },
    /// A hint wakes nobody: the tick that is due anyway asks the database itself.
    Hint(DatabaseHint),
}

impl Receipt {
    /// The receipt's name, for counting.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Voted { cast: Cast::Counted, .. } => "voted",
            Self::Voted { cast: Cast::Superseded, .. } => "superseded",
            Self::UnknownSource { .. } => "unknown_source",
            Self::FromTheFuture { .. } => "from_the_future",
            Self::UnknownApplication { .. } => "unknown_application",
            Self::Hint(_) => "hint",
        }
    }
}

/// Casts the votes that a signal stands for.
///
/// # Errors
/// When the ledger does not answer: the event must be delivered again.
pub async fn receive(ledger: &impl Ledger, signal: Signal, now: Timestamp) -> Result<Vec<Receipt>, LedgerError> {
    let change = match signal {
        Signal::Alarm(change) => change,
        Signal::Database(hint) => return Ok(vec![Receipt::Hint(hint)]),
    };
    if change.at > VOTE_FUTURE_MAX.after(now) {
        return Ok(vec![Receipt::FromTheFuture { at: change.at }]);
    }
    let vote = change.vote();
    let routes = ledger.routes(&change.alarm).await?;
    if routes.is_empty() {
        return Ok(vec![Receipt::UnknownSource { arn: change.alarm.to_string() }]);
    }
    let mut receipts = Vec::new();
    for route in routes {
        receipts.push(match ledger.cast(&route.application, &route.voter, &vote).await {
            Ok(cast) => Receipt::Voted { route, verdict: vote.verdict, cast },
            Err(LedgerError::UnknownApplication { .. }) => Receipt::UnknownApplication { route },
            Err(error) => return Err(error),
        });
    }
    Ok(receipts)
}
