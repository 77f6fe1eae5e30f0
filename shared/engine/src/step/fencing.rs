//! Fencing and draining: the old writer is cut off as far as it can be reached, before anything that
//! cannot be taken back.

use super::draft::Draft;
use super::{Ignored, Step, aborting, promoting};
use crate::candidate::{DbStatus, Lag, Sight, Sighting};
use crate::edge::Why;
use crate::event::Event;
use crate::journal::Who;
use crate::name::{DbInstanceArn, IncidentId, Person, RunId};
use crate::order::Order;
use crate::phase::{AbortedBecause, Decision, Draining, Fencing, Phase};

pub(super) fn step(mut draft: Draft<'_>, phase: &Fencing, event: &Event) -> Step {
    match event {
        Event::Tick { run } => tick(draft, phase, run),
        Event::Looked { .. } if draft.looked_late() => draft.ignore(Ignored::Stale),
        Event::Looked { .. } => {
            draft.next.looked_at = Some(draft.now);
            draft.note(Phase::Fencing(phase.clone()))
        }
        Event::Ordered { by, order: Order::Abort(incident) } => abort(draft, &phase.decision, by, incident),
        Event::AdmissionAnswered { .. }
        | Event::PromoteAnswered { .. }
        | Event::ReadBack { .. }
        | Event::CreateAnswered { .. } => draft.ignore(Ignored::Stale),
        Event::Ordered { .. } => draft.ignore(Ignored::NotAsked),
        Event::FenceAnswered { .. } | Event::LeverAnswered { .. } | Event::Delivered { .. } => {
            draft.ignore(Ignored::Duplicate)
        }
    }
}

fn tick(draft: Draft<'_>, phase: &Fencing, run: &RunId) -> Step {
    let decision = &phase.decision;
    if let Some(blockers) = draft.pause_blocks() {
        return draft.refuse(blockers);
    }
    if !draft.evidence_holds(decision) {
        return aborting::abort(draft, decision, AbortedBecause::EvidenceTurned, None, Why::EvidenceTurned);
    }
    match decision.fence.proven_at() {
        Some(fenced_at) if decision.is_switchover() => drain(draft, phase, fenced_at),
        Some(_) => promoting::intend(draft, decision, run, Why::WriterCutOff),
        None if draft.now < phase.deadline => draft.ignore(Ignored::NotDue),
        None if decision.is_switchover() => {
            aborting::abort(draft, decision, AbortedBecause::NotWithoutLoss, None, Why::NotWithoutLoss)
        }
        None => promoting::intend(draft, decision, run, Why::FenceTimeOver),
    }
}

fn drain(draft: Draft<'_>, phase: &Fencing, fenced_at: jiff::Timestamp) -> Step {
    let decision = phase.decision.clone();
    let incident = decision.incident.clone();
    let deadline = draft.policy.windows.drain_seconds.after(draft.now);
    let next = Phase::Draining(Draining { decision, fenced_at, drained_at: None, deadline });
    draft.advance(next, Why::WriterCutOff, Who::Conductor, &incident, None)
}

pub(super) fn step_draining(draft: Draft<'_>, phase: &Draining, event: &Event) -> Step {
    match event {
        Event::Tick { run } => tick_draining(draft, phase, run),
        Event::Looked { .. } if draft.looked_late() => draft.ignore(Ignored::Stale),
        Event::Looked { instance, candidate } => looked(draft, phase, instance, candidate),
        Event::Ordered { by, order: Order::Abort(incident) } => abort(draft, &phase.decision, by, incident),
        Event::AdmissionAnswered { .. }
        | Event::PromoteAnswered { .. }
        | Event::ReadBack { .. }
        | Event::CreateAnswered { .. } => draft.ignore(Ignored::Stale),
        Event::Ordered { .. } => draft.ignore(Ignored::NotAsked),
        Event::FenceAnswered { .. } | Event::LeverAnswered { .. } | Event::Delivered { .. } => {
            draft.ignore(Ignored::Duplicate)
        }
    }
}

fn tick_draining(draft: Draft<'_>, phase: &Draining, run: &RunId) -> Step {
    if let Some(blockers) = draft.pause_blocks() {
        return draft.refuse(blockers);
    }
    if phase.drained_at.is_some() {
        return promoting::intend(draft, &phase.decision, run, Why::Drained);
    }
    if draft.now >= phase.deadline {
        return aborting::abort(draft, &phase.decision, AbortedBecause::NotWithoutLoss, None, Why::NotWithoutLoss);
    }
    draft.ignore(Ignored::NotDue)
}

/// Whether the replica has everything. On PostgreSQL the lag of an idle writer is the age of its last
/// commit, so its number says little; that something of after the cut was replayed says it all.
fn looked(mut draft: Draft<'_>, phase: &Draining, instance: &DbInstanceArn, sight: &Sight) -> Step {
    draft.next.looked_at = Some(draft.now);
    let safely_after = draft.policy.windows.skew_seconds.after(phase.fenced_at);
    let replayed = |lag: &Lag| lag.seconds.before(lag.at) >= safely_after;
    let drained = *instance == phase.decision.replica
        && match sight {
            Sight::Seen(Sighting { status: DbStatus::Available, source: Some(source), lags }) => {
                *source == phase.decision.writer && lags.iter().any(replayed)
            }
            Sight::Seen(_) | Sight::Missing | Sight::Unseen(_) => false,
        };
    let drained_at = drained.then_some(draft.now);
    draft.note(Phase::Draining(Draining { drained_at, ..phase.clone() }))
}

fn abort(draft: Draft<'_>, decision: &Decision, by: &Person, incident: &IncidentId) -> Step {
    if decision.incident != *incident {
        return draft.ignore(Ignored::Stale);
    }
    aborting::abort(draft, decision, AbortedBecause::Ordered { by: by.clone() }, None, Why::AbortOrdered)
}
