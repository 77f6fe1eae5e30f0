//! Whether the record is what was written: its hash chain, and what of it can be read.

use serde::Serialize;
use understudy_driver::{ChainBreak, IncidentItem, verify};
use understudy_engine::{ChainHash, Entry, Seq};

/// What the hash chain shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chain {
    pub verifies: bool,
    /// The hash of the last item. Two exports of one incident that end in the same hash are the same.
    pub head: Option<ChainHash>,
    /// The first entry that cannot be relied on. None while the chain verifies.
    pub broken_at: Option<Seq>,
    pub says: String,
}

/// How many entries there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entries {
    pub told: usize,
    /// Lesser entries that were only counted: what they would have told is not in the record.
    pub withheld: u32,
    /// Entries that this release cannot read. Nothing of them is in the report.
    pub unreadable: Vec<Seq>,
}

pub(super) fn of(items: &[IncidentItem], read: &[(Seq, Option<Entry>)]) -> Chain {
    match verify(items).err().map(described).or_else(|| relabelled(items, read)) {
        Some((broken_at, problem)) => Chain {
            verifies: false,
            head: None,
            broken_at: Some(broken_at),
            says: format!("The hash chain is broken: {problem}. What follows from there on cannot be relied on"),
        },
        None => Chain {
            verifies: true,
            head: items.last().map(|item| item.hash.clone()),
            broken_at: None,
            says: format!(
                "The hash chain verifies, from entry 1 to entry {}. That nothing follows the last one it cannot show",
                items.len()
            ),
        },
    }
}

fn described(broken: ChainBreak) -> (Seq, String) {
    match broken {
        ChainBreak::Missing(seq) | ChainBreak::Unlinked(seq) | ChainBreak::Changed(seq) => (seq, broken.to_string()),
    }
}

/// The hash covers the entry and not the labels around it, which say whose it is.
fn relabelled(items: &[IncidentItem], read: &[(Seq, Option<Entry>)]) -> Option<(Seq, String)> {
    let mut pairs = items.iter().zip(read).filter_map(|(item, (seq, entry))| Some((item, *seq, entry.as_ref()?)));
    let (_, seq, _) = pairs.find(|(item, _, entry)| entry.id != item.id)?;
    Some((seq, format!("entry {} was written for another incident or another place", seq.0)))
}

impl Entries {
    pub(super) fn of(read: &[(Seq, Option<Entry>)]) -> Self {
        let entries = || read.iter().filter_map(|(_, entry)| entry.as_ref());
        Self {
            told: entries().count(),
            withheld: entries().fold(0, |sum, entry| sum.saturating_add(entry.withheld)),
            unreadable: read.iter().filter(|(_, entry)| entry.is_none()).map(|(seq, _)| *seq).collect(),
        }
    }
}
