//! The incident's record: its entries in a hash chain, each item carrying the hash of the one before.

use crate::ledger::policy::sha256;
use serde::{Deserialize, Serialize};
use understudy_engine::{Application, ChainHash, Entry, EntryId, IncidentId, Seq};

/// One entry, as it stands in the record. `entry` is the very text that was hashed:
/// `hash = sha256(previous ++ "\n" ++ entry)`, which `sha256sum` can tell too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentItem {
    pub application: Application,
    pub id: EntryId,
    pub entry: String,
    pub previous: ChainHash,
    pub hash: ChainHash,
}

/// What the first entry of an incident carries in place of a hash.
#[must_use]
pub fn genesis() -> ChainHash {
    ChainHash("0".repeat(64))
}

/// Where a chain breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainBreak {
    #[error("entry {} is missing", .0.0)]
    Missing(Seq),
    #[error("entry {} does not follow the one before it", .0.0)]
    Unlinked(Seq),
    #[error("entry {} was changed after it was written", .0.0)]
    Changed(Seq),
}

impl IncidentItem {
    /// # Errors
    /// When the entry cannot be written as JSON, which no entry that was read can cause.
    pub fn new(application: &Application, entry: &Entry, previous: &ChainHash) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(entry)?;
        let hash = hash(previous, &text);
        Ok(Self {
            application: application.clone(),
            id: entry.id.clone(),
            entry: text,
            previous: previous.clone(),
            hash,
        })
    }

    /// The sort key: incidents by time, entries by number.
    #[must_use]
    pub fn sort_key(&self) -> String {
        format!("{}{:06}", Self::sort_prefix(&self.id.incident), self.id.seq.0)
    }

    #[must_use]
    pub fn sort_prefix(incident: &IncidentId) -> String {
        format!("{incident}#")
    }
}

fn hash(previous: &ChainHash, entry: &str) -> ChainHash {
    ChainHash(sha256(&[&previous.0, "\n", entry]))
}

/// Verifies an incident's chain from its first entry to its last.
///
/// # Errors
/// At the first entry that is missing, does not follow, or was changed.
pub fn verify(items: &[IncidentItem]) -> Result<ChainHash, ChainBreak> {
    let mut previous = genesis();
    for (index, item) in items.iter().enumerate() {
        let expected = Seq(u32::try_from(index + 1).unwrap_or(u32::MAX));
        if item.id.seq != expected {
            return Err(ChainBreak::Missing(expected));
        }
        if item.previous != previous {
            return Err(ChainBreak::Unlinked(expected));
        }
        if hash(&item.previous, &item.entry) != item.hash {
            return Err(ChainBreak::Changed(expected));
        }
        previous = item.hash.clone();
    }
    Ok(previous)
}

#[cfg(test)]
mod tests {
    use super::*;
    use understudy_engine::{Epoch, Revision, What, Who};

    fn chain() -> Vec<IncidentItem> {
        let at = "2026-03-01T03:00:00Z".parse().unwrap();
        let incident = IncidentId::opened(at, Revision(1));
        let mut previous = genesis();
        (1..=3)
            .map(|seq| {
                let entry = Entry {
                    id: EntryId { incident: incident.clone(), seq: Seq(seq) },
                    at,
                    revision: Revision(u64::from(seq)),
                    epoch: Epoch(1),
                    who: Who::Conductor,
                    what: What::Refused,
                    assessment: None,
                    withheld: 0,
                };
                let item = IncidentItem::new(&"orders".parse().unwrap(), &entry, &previous).unwrap();
                previous = item.hash.clone();
                item
            })
            .collect()
    }

    #[test]
    fn a_whole_chain_verifies() {
        let items = chain();
        assert_eq!(verify(&items), Ok(items[2].hash.clone()));
    }

    #[test]
    fn a_changed_a_missing_and_a_swapped_entry_break_the_chain() {
        let mut changed = chain();
        changed[1].entry = changed[1].entry.replace("\"epoch\":1", "\"epoch\":2");
        assert_eq!(verify(&changed), Err(ChainBreak::Changed(Seq(2))));

        let mut missing = chain();
        missing.remove(1);
        assert_eq!(verify(&missing), Err(ChainBreak::Missing(Seq(2))));

        let mut swapped = chain();
        swapped[1].previous = genesis();
        assert_eq!(verify(&swapped), Err(ChainBreak::Unlinked(Seq(2))));
    }
}
