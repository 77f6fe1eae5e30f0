//! Notifying: the outbox goes to the incident's record and to people, and is then cleared.

mod chat;
mod forms;
mod story;
mod wording;

pub use forms::{escaped, subject_line};

use crate::cloud::{Cloud, Undelivered};
use crate::conduct::{ConductError, Run, commit};
use crate::incident::{IncidentItem, genesis};
use crate::ledger::{Enter, Ledger, LedgerError};
use jiff::Timestamp;
use understudy_engine::{Application, ChainHash, Entry, EntryId, Event, Seconds};

/// How long an entry that somebody else has entered may stay undelivered before it is announced
/// again. Entering is the claim to announce; whoever claimed and died is not waited for longer.
pub const REDELIVER_AFTER: Seconds = Seconds(60);

/// What was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub announced: Vec<EntryId>,
    /// Entries in whose place the record has another one: it was written to by hand, or by another
    /// release. People are told all the same, and the chain goes on from what stands there.
    pub forked: Vec<EntryId>,
    /// Whether another notifier is at work on what is left.
    pub claimed_elsewhere: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    #[error(transparent)]
    Conduct(#[from] ConductError),
    #[error(transparent)]
    Undelivered(#[from] Undelivered),
    #[error("an entry cannot be written as JSON: {0}")]
    Unwritable(String),
}

impl From<LedgerError> for NotifyError {
    fn from(error: LedgerError) -> Self {
        Self::Conduct(ConductError::Ledger(error))
    }
}

/// Delivers what is in the outbox now. What woke us may be old or here for the twentieth time, so
/// nothing is taken from it but the application's name.
///
/// # Errors
/// When the ledger or the topic does not answer: what is left stays in the outbox.
pub async fn deliver(
    ledger: &impl Ledger,
    cloud: &impl Cloud,
    application: &Application,
    run: &mut Run,
    now: Timestamp,
) -> Result<Delivery, NotifyError> {
    let record = ledger.load(application).await?;
    let mut delivery = Delivery { announced: Vec::new(), forked: Vec::new(), claimed_elsewhere: false };
    let mut before = record.state.journal.delivered.clone().map(|delivered| (delivered.entry, delivered.hash));
    for entry in &record.state.journal.outbox {
        let previous = previous(before.as_ref(), entry);
        let item = IncidentItem::new(application, entry, &previous)
            .map_err(|error| NotifyError::Unwritable(error.to_string()))?;
        let mut head = item.hash.clone();
        match ledger.enter(&item, now).await? {
            Enter::Entered => {}
            Enter::StoodAlready { since } if now >= REDELIVER_AFTER.after(since) => {}
            Enter::StoodAlready { .. } => {
                delivery.claimed_elsewhere = true;
                break;
            }
            Enter::Forked { hash } => {
                delivery.forked.push(entry.id.clone());
                head = hash;
            }
        }
        #[cfg(feature = "planted")]
        let silent = crate::planted::is_planted(crate::planted::Bug::TellNobody);
        #[cfg(not(feature = "planted"))]
        let silent = false;
        if !silent {
            cloud.announce(&wording::announcement(&record, entry, now)).await?;
        }
        delivery.announced.push(entry.id.clone());
        let (incident, through) = (entry.id.incident.clone(), entry.id.seq);
        let event = Event::Delivered { incident, through, head: head.clone() };
        commit(ledger, application, run, &event, &|| now).await?;
        before = Some((item.id, head));
    }
    Ok(delivery)
}

fn previous(before: Option<&(EntryId, ChainHash)>, entry: &Entry) -> ChainHash {
    match before {
        Some((id, hash)) if id.incident == entry.id.incident => hash.clone(),
        Some(_) | None => genesis(),
    }
}
