//! Notifying: the outbox goes to the incident's record and to people, and is then cleared.

mod wording;

use crate::cloud::{Announcement, Cloud, Undelivered};
use crate::conduct::{ConductError, Run, commit};
use crate::incident::{IncidentItem, genesis};
use crate::ledger::{Enter, Ledger, LedgerError, Record};
use jiff::Timestamp;
use understudy_engine::{Application, ChainHash, Entry, EntryId, Event, Seconds};

/// How long an entry that somebody else has entered may stay undelivered before it is announced
/// again. Entering is the claim to announce; whoever claimed and died is not waited for longer.
pub const REDELIVER_AFTER: Seconds = Seconds(60);

/// What was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub announced: Vec<EntryId>,
    /// Whether another notifier is at work on what is left.
    pub claimed_elsewhere: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    #[error(transparent)]
    Conduct(#[from] ConductError),
    #[error(transparent)]
    Undelivered(#[from] Undelivered),
    #[error("the record of incident {} has another entry {} already: its chain was written to by hand", .0.incident, .0.seq.0)]
    Forked(EntryId),
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
    let mut delivery = Delivery { announced: Vec::new(), claimed_elsewhere: false };
    let mut before = record.state.journal.delivered.clone().map(|delivered| (delivered.entry, delivered.hash));
    for entry in &record.state.journal.outbox {
        let previous = previous(before.as_ref(), entry);
        let item = IncidentItem::new(application, entry, &previous)
            .map_err(|error| NotifyError::Unwritable(error.to_string()))?;
        match ledger.enter(&item, now).await? {
            Enter::Entered => {}
            Enter::StoodAlready { since } if now >= REDELIVER_AFTER.after(since) => {}
            Enter::StoodAlready { .. } => {
                delivery.claimed_elsewhere = true;
                break;
            }
            Enter::Forked => return Err(NotifyError::Forked(entry.id.clone())),
        }
        cloud.announce(&announcement(&record, entry)).await?;
        delivery.announced.push(entry.id.clone());
        let head = item.hash.clone();
        let event = Event::Delivered { incident: entry.id.incident.clone(), through: entry.id.seq, head };
        commit(ledger, application, run, &event, now).await?;
        before = Some((item.id, item.hash));
    }
    Ok(delivery)
}

fn previous(before: Option<&(EntryId, ChainHash)>, entry: &Entry) -> ChainHash {
    match before {
        Some((id, hash)) if id.incident == entry.id.incident => hash.clone(),
        Some(_) | None => genesis(),
    }
}

fn announcement(record: &Record, entry: &Entry) -> Announcement {
    let policy = &record.policy;
    Announcement {
        topic: policy.notification.topic.clone(),
        subject: wording::subject(policy, entry),
        text: wording::text(policy, entry),
        json: wording::json(policy, entry),
        attributes: wording::attributes(policy, entry),
    }
}
