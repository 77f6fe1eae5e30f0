//! The phases that an incident went through, from its moves alone.

use jiff::Timestamp;
use serde::Serialize;
use understudy_engine::{Entry, PhaseName, Seq, What};

/// One stay in a phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Span {
    /// The entry that tells of the move into it.
    pub seq: Seq,
    pub phase: PhaseName,
    pub began_at: Timestamp,
    /// None while it lasts, and where the move out of it is not in the record.
    pub ended_at: Option<Timestamp>,
    pub why: &'static str,
}

pub(super) fn of(entries: &[Entry]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for entry in entries {
        let What::Moved { from, to, why, .. } = &entry.what else { continue };
        // A move out of another phase than the last known one: the moves in between were only counted.
        if let Some(last) = spans.last_mut().filter(|last| last.phase == *from) {
            last.ended_at = Some(entry.at);
        }
        let (seq, began_at, why) = (entry.id.seq, entry.at, why.sentence());
        spans.push(Span { seq, phase: *to, began_at, ended_at: None, why });
    }
    spans
}

impl Span {
    pub(crate) fn seconds(&self) -> Option<f64> {
        Some(super::recovery::seconds(self.began_at, self.ended_at?))
    }
}
