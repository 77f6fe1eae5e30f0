//! What the drill came to, counted in the databases themselves.

use super::application::Orders;
use super::{DrillFault, Watched};
use crate::load::Written;
use crate::pair::{Pair, Side, rows};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;
use understudy_driver::{IncidentItem, Ledger, verify};
use understudy_engine::{Decision, Entry, PhaseName, State};
use understudy_sim::{Happening, SimLedger, Stage};

#[derive(Debug, Serialize)]
pub struct Account {
    /// What the server says that it is.
    pub server: String,
    pub sustain_seconds: u32,
    pub ended: PhaseName,
    /// Whether it failed over, once, on record, and the counts of the rows agree.
    pub as_expected: bool,
    pub timeline: Vec<Happening>,
    pub decision: Option<Decision>,
    pub rows: Rows,
    pub seconds: Seconds,
    pub incident: Vec<IncidentItem>,
    pub chain_verifies: bool,
    pub failures: Vec<String>,
}

/// Rows that were written before the kill, counted by whoever wrote them and in either database.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rows {
    /// Acknowledged by the primary.
    pub acknowledged: usize,
    /// Of these, in the promoted database.
    pub replicated: usize,
    pub lost: usize,
    /// Written and never answered: they may be in a database or not, and are not counted above.
    pub unanswered: usize,
    /// Of the lost ones, in the primary when it was looked into afterwards.
    pub left_behind: usize,
    /// RPO: the time between the last row that was acknowledged and the last of those that was not lost.
    pub rpo_seconds: f64,
    /// Acknowledged by the promoted database.
    pub written_after: usize,
}

impl Rows {
    /// Whether the writer's count and those of both databases say the same.
    #[must_use]
    pub fn agree(&self) -> bool {
        self.acknowledged == self.replicated + self.lost && self.left_behind == self.lost
    }
}

/// Seconds from the kill. None where it was never so.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Seconds {
    pub to_down: Option<f64>,
    pub to_promote: Option<f64>,
    /// RTO: until a row was acknowledged again.
    pub to_first_write: Option<f64>,
    pub to_failed_over: Option<f64>,
}

pub(super) struct Played<'a> {
    pub(super) orders: &'a Orders,
    pub(super) ledger: &'a SimLedger,
    pub(super) stage: &'a Stage,
    pub(super) promoted: Option<Instant>,
    pub(super) written: Vec<Written>,
    pub(super) pair: Pair,
    pub(super) fault_at: Timestamp,
    pub(super) killed: Instant,
    /// When all of the primary's processes were gone: whatever was begun before may have reached it.
    pub(super) gone: Instant,
    pub(super) state: State,
    pub(super) watched: Watched,
}

pub(super) async fn write(played: Played<'_>) -> Result<Account, DrillFault> {
    let Played { orders, ledger, stage, promoted, written, mut pair, fault_at, killed, gone, state, watched } = played;
    let incident = match state.phase.incident() {
        Some(incident) => ledger.incident(&orders.policy.application, incident).await?,
        None => Vec::new(),
    };
    let chain_verifies = !incident.is_empty() && verify(&incident).is_ok();
    let promoted_to = pair.server(Side::Standby);
    let survived: BTreeSet<i64> = rows(&promoted_to.config()).await?.into_iter().collect();
    let server = promoted_to.connect().await?.query_one("SHOW server_version", &[]).await;
    let server: String = server.map_err(crate::PostgresFault::from)?.get(0);
    pair.exhume_primary().await?;
    let had: BTreeSet<i64> = rows(&pair.server(Side::Primary).config()).await?.into_iter().collect();
    let counted = count(&written, gone, &survived, &had);
    let first = written.iter().filter(|row| row.begun_at >= gone).find_map(|row| row.acknowledged_at);
    let since = |at: Instant| rounded(at.saturating_duration_since(killed));
    let failures = stage.failures();
    let as_expected = state.phase.name() == PhaseName::FailedOver
        && state.epoch.0 == 1
        && chain_verifies
        && counted.agree()
        && counted.written_after > 0
        && failures.is_empty();
    Ok(Account {
        server,
        sustain_seconds: orders.policy.windows.sustain_seconds.0,
        ended: state.phase.name(),
        as_expected,
        timeline: timeline(&incident, fault_at),
        decision: state.phase.decision().cloned(),
        rows: counted,
        seconds: Seconds {
            to_down: watched.down.map(rounded),
            to_promote: promoted.map(since),
            to_first_write: first.map(since),
            to_failed_over: watched.ended.map(rounded),
        },
        incident,
        chain_verifies,
        failures,
    })
}

fn count(written: &[Written], gone: Instant, survived: &BTreeSet<i64>, had: &BTreeSet<i64>) -> Rows {
    let (before, after): (Vec<&Written>, Vec<&Written>) = written.iter().partition(|row| row.begun_at < gone);
    let acknowledged: Vec<&Written> = before.iter().copied().filter(|row| row.acknowledged_at.is_some()).collect();
    let (kept, lost): (Vec<&Written>, Vec<&Written>) = acknowledged.iter().partition(|row| survived.contains(&row.n));
    let last = |rows: &[&Written]| rows.iter().filter_map(|row| row.acknowledged_at).max();
    let rpo = match (last(&acknowledged), last(&kept)) {
        (Some(last), Some(kept)) => last.saturating_duration_since(kept),
        (None, _) | (_, None) => Duration::ZERO,
    };
    Rows {
        acknowledged: acknowledged.len(),
        replicated: kept.len(),
        lost: lost.len(),
        unanswered: before.len() - acknowledged.len(),
        left_behind: lost.iter().filter(|row| had.contains(&row.n)).count(),
        rpo_seconds: rpo.as_secs_f64(),
        written_after: after.iter().filter(|row| row.acknowledged_at.is_some() && survived.contains(&row.n)).count(),
    }
}

fn timeline(incident: &[IncidentItem], fault_at: Timestamp) -> Vec<Happening> {
    let entries = incident.iter().filter_map(|item| serde_json::from_str::<Entry>(&item.entry).ok());
    let lines = entries.map(|entry| Happening {
        offset_seconds: (entry.at.duration_since(fault_at).as_secs_f64() * 10.0).round() / 10.0,
        who: entry.who.to_string(),
        what: entry.what.to_string(),
        why: entry.why(),
    });
    lines.collect()
}

fn rounded(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests;
