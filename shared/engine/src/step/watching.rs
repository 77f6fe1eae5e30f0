//! Watching: nobody is known to say Down.

use super::draft::Draft;
use super::{Ignored, Step, holding};
use crate::edge::Why;
use crate::event::Event;
use crate::journal::Who;
use crate::name::IncidentId;
use crate::phase::{HeldReason, Phase, Suspected};
use crate::suspicion::Suspicion;
use crate::tally::tally;

pub(super) fn step(mut draft: Draft<'_>, event: &Event) -> Step {
    match event {
        Event::Tick { .. } => tick(draft),
        Event::Looked { .. } if draft.looked_late() => draft.ignore(Ignored::Stale),
        Event::Looked { instance, candidate } if draft.promoted_elsewhere(instance, candidate) => {
            draft.next.looked_at = Some(draft.now);
            let incident = IncidentId::opened(draft.now, draft.revision());
            let suspicion = Suspicion::open(incident, draft.now);
            holding::hold(draft, suspicion, None, HeldReason::PromotedElsewhere, Who::Conductor)
        }
        Event::Looked { .. } => {
            draft.next.looked_at = Some(draft.now);
            draft.note(Phase::Watching)
        }
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

fn tick(mut draft: Draft<'_>) -> Step {
    if tally(draft.policy, draft.votes, draft.now).downs() == 0 {
        return draft.ignore(Ignored::AllQuiet);
    }
    let incident = IncidentId::opened(draft.now, draft.revision());
    let opened = Suspicion::open(incident.clone(), draft.now);
    let weighed = draft.weigh(&opened);
    let mut suspicion = weighed.suspicion;
    suspicion.told = weighed.assessment.rules();
    let deadline = draft.policy.windows.undecided_seconds.after(draft.now);
    let phase = Phase::Suspected(Suspected { suspicion, deadline });
    draft.advance(phase, Why::SaidDown, Who::Conductor, &incident, Some(weighed.assessment))
}
