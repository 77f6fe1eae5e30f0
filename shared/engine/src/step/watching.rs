//! Watching: nobody is known to say Down.

use super::draft::Draft;
use super::{Ignored, Step};
use crate::edge::Why;
use crate::event::Event;
use crate::journal::Who;
use crate::name::IncidentId;
use crate::phase::{Phase, Suspected};
use crate::suspicion::Suspicion;
use crate::tally::tally;

pub(super) fn step(mut draft: Draft<'_>, event: &Event) -> Step {
    match event {
        Event::Tick { .. } => tick(draft),
        Event::Looked { .. } => {
            draft.next.looked_at = Some(draft.now);
            draft.note(Phase::Watching)
        }
        Event::PromoteAnswered { .. } | Event::ReadBack { .. } => draft.ignore(Ignored::Stale),
        Event::Approve { .. } | Event::Acknowledge { .. } => draft.ignore(Ignored::NotAsked),
        Event::Delivered { .. } => draft.ignore(Ignored::Duplicate),
    }
}

fn tick(draft: Draft<'_>) -> Step {
    if tally(draft.policy, draft.votes, draft.now).downs() == 0 {
        return draft.ignore(Ignored::AllQuiet);
    }
    let incident = IncidentId::opened(draft.now, draft.revision());
    let opened = Suspicion::open(incident.clone(), draft.now);
    let (mut suspicion, assessment) = opened.weigh(draft.before, draft.policy, draft.votes, draft.now);
    suspicion.told = assessment.rules();
    let deadline = draft.policy.windows.undecided_seconds.after(draft.now);
    let phase = Phase::Suspected(Suspected { suspicion, deadline });
    draft.advance(phase, Why::SaidDown, Who::Conductor, &incident, Some(assessment))
}
