//! What a drill shows: the timeline, the evidence, the measured times, the record.

use super::clients::Seen;
use super::model::{Model, Move};
use super::{DrillError, Played};
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use understudy_driver::{IncidentItem, Ledger, verify};
use understudy_engine::{Decision, Entry, Phase, PhaseName, Policy, Region, What};

#[derive(Debug, Serialize)]
pub struct DrillReport {
    pub scenario: &'static str,
    pub application: String,
    pub fault_at: Timestamp,
    /// The phase that the drill ended in.
    pub ended: PhaseName,
    /// Whether it ended as it should, in its phase, its record and where writes are led.
    pub as_expected: bool,
    pub timeline: Vec<Happening>,
    /// The decision, with the evidence behind it. None where none was made.
    pub decision: Option<Decision>,
    pub times: Option<Times>,
    pub loss: Loss,
    pub traffic: TrafficSeen,
    pub promote_calls: usize,
    pub messages: usize,
    /// The incident's items, as they stand in the record.
    pub incident: Vec<IncidentItem>,
    /// What was decided by: an export of the incident wants it beside the items.
    pub policy: Policy,
    /// Whether the chain of the items verifies.
    pub chain_verifies: bool,
    /// Errors that a function answered with.
    pub failures: Vec<String>,
}

/// One line of the timeline.
#[derive(Debug, Clone, Serialize)]
pub struct Happening {
    /// Seconds since the fault.
    pub offset_seconds: f64,
    pub who: String,
    pub what: String,
    pub why: String,
}

/// Where the recovery time went, in seconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Times {
    pub detection_seconds: f64,
    pub decision_seconds: f64,
    pub promotion_seconds: f64,
    pub traffic_seconds: f64,
    /// From the fault until a write could succeed again: RTO, measured.
    pub rto_seconds: f64,
}

/// What was lost, counted in the simulated databases themselves: RPO, measured.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Loss {
    pub committed: i64,
    pub replicated: i64,
    pub rpo_seconds: f64,
}

/// Where Route 53 led clients, as modelled, and what became of their requests.
#[derive(Debug, Clone, Serialize)]
pub struct TrafficSeen {
    /// Where writes are led at the end.
    pub writes_at: Option<Region>,
    pub clients: Vec<Seen>,
}

pub(super) async fn write(played: Played<'_>) -> Result<DrillReport, DrillError> {
    let Played { options, orders, world, stage, traffic, model, fault_at, state } = played;
    let incident = match state.phase.incident() {
        Some(incident) => stage.ledger().incident(&orders.policy.application, incident).await?,
        None => Vec::new(),
    };
    let entries: Vec<Entry> = incident.iter().filter_map(|item| serde_json::from_str(&item.entry).ok()).collect();
    let (writes_at, clients) = model.as_ref().map_or((None, Vec::new()), Model::end);
    let chain_verifies = !incident.is_empty() && verify(&incident).is_ok();
    let failures = stage.failures();
    let expected = options.script.expected(options.mode);
    let recorded = chain_verifies || state.phase.incident().is_none();
    let met = expected.is_met(state.phase.name(), writes_at.as_ref(), &orders.policy.regions);
    let as_expected = met && recorded && failures.is_empty();
    Ok(DrillReport {
        scenario: options.script.name(),
        application: orders.policy.application.to_string(),
        fault_at,
        ended: state.phase.name(),
        as_expected,
        timeline: timeline(&world, &entries, model.as_ref().map_or(&[], |model| &model.moves), fault_at),
        times: times(&entries, fault_at),
        loss: Loss {
            committed: traffic.committed(fault_at),
            replicated: traffic.replicated(fault_at),
            rpo_seconds: traffic.lost(fault_at).as_secs_f64(),
        },
        traffic: TrafficSeen { writes_at, clients },
        promote_calls: world.promote_calls(),
        messages: world.messages().len(),
        chain_verifies,
        incident,
        policy: orders.policy.clone(),
        failures,
        decision: decision(state.phase),
    })
}

fn decision(phase: Phase) -> Option<Decision> {
    phase.decision().cloned()
}

/// The incident's entries and what the world saw, by time.
pub(super) fn timeline(world: &World, entries: &[Entry], moves: &[Move], fault_at: Timestamp) -> Vec<Happening> {
    let mut seen = world.lock().happenings.clone();
    seen.extend(moves.iter().map(|one| {
        let what = format!("{} leads to {}", one.name, one.to);
        (one.at, "route53", what, format!("for clients near {}", one.near))
    }));
    let seen = seen.into_iter().map(|(at, who, what, why)| (at, who.to_owned(), what, why));
    let told = entries.iter().map(|entry| (entry.at, entry.who.to_string(), entry.what.to_string(), entry.why()));
    let mut lines: Vec<_> = seen.chain(told).collect();
    lines.sort_by_key(|(at, ..)| *at);
    lines
        .into_iter()
        .map(|(at, who, what, why)| Happening { offset_seconds: seconds(at, fault_at), who, what, why })
        .collect()
}

fn times(entries: &[Entry], fault_at: Timestamp) -> Option<Times> {
    let first = |phase: PhaseName| {
        let moved = |entry: &&Entry| matches!(&entry.what, What::Moved { to, .. } if *to == phase);
        entries.iter().find(moved).map(|entry| entry.at)
    };
    let suspected = first(PhaseName::Suspected)?;
    let decided = first(PhaseName::Promoting)?;
    let verified = first(PhaseName::Shifting)?;
    let followed = first(PhaseName::FailedOver)?;
    Some(Times {
        detection_seconds: seconds(suspected, fault_at),
        decision_seconds: seconds(decided, suspected),
        promotion_seconds: seconds(verified, decided),
        traffic_seconds: seconds(followed, verified),
        rto_seconds: seconds(followed, fault_at),
    })
}

fn seconds(at: Timestamp, since: Timestamp) -> f64 {
    let elapsed: SignedDuration = at.duration_since(since);
    (elapsed.as_secs_f64() * 10.0).round() / 10.0
}
