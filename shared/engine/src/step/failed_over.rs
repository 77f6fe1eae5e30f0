//! Failed over: the roles are swapped, and the application has no standby.

use super::draft::Draft;
use super::{Ignored, Step};
use crate::edge::Why;
use crate::event::Event;
use crate::journal::Who;
use crate::name::{IncidentId, Person};
use crate::phase::{FailedOver, Phase};

pub(super) fn step(draft: Draft<'_>, phase: &FailedOver, event: &Event) -> Step {
    match event {
        Event::Acknowledge { by, incident } => acknowledge(draft, phase, by, incident),
        Event::Tick { .. } => draft.ignore(Ignored::NotDue),
        Event::Looked { .. } | Event::PromoteAnswered { .. } | Event::ReadBack { .. } => draft.ignore(Ignored::Stale),
        Event::Approve { .. } => draft.ignore(Ignored::NotAsked),
        Event::Delivered { .. } => draft.ignore(Ignored::Duplicate),
    }
}

/// Closes the incident. The latch stays: only a failback opens it.
fn acknowledge(mut draft: Draft<'_>, phase: &FailedOver, by: &Person, incident: &IncidentId) -> Step {
    if phase.decision.incident != *incident {
        return draft.ignore(Ignored::Stale);
    }
    if let Some(cooldown) = &mut draft.next.cooldown {
        cooldown.acknowledged_by = Some(by.clone());
    }
    draft.advance(Phase::Watching, Why::Acknowledged, Who::Person(by.clone()), incident, None)
}
