//! Verifying, shifting and stuck: what follows a promotion, and what waits for a person to mend one.

use super::draft::Draft;
use super::{Anomaly, Ignored, Step, StepVerdict};
use crate::candidate::{DbStatus, Sight, Sighting};
use crate::edge::Why;
use crate::event::Event;
use crate::journal::Who;
use crate::name::Epoch;
use crate::phase::{FailedOver, Fence, Phase, Shifting, Stuck, StuckReason, Verifying};
use crate::state::Latched;

pub(super) fn step(draft: Draft<'_>, phase: &Verifying, event: &Event) -> Step {
    match event {
        Event::Tick { .. } if draft.now >= phase.deadline => {
            stuck(draft, phase, StuckReason::VerifyOverdue, Why::Overdue)
        }
        Event::Tick { .. } => draft.ignore(Ignored::NotDue),
        Event::ReadBack { epoch, sight } => read_back(draft, phase, *epoch, sight),
        Event::Looked { .. } | Event::PromoteAnswered { .. } => draft.ignore(Ignored::Stale),
        Event::Approve { .. } | Event::Acknowledge { .. } => draft.ignore(Ignored::NotAsked),
        Event::Delivered { .. } => draft.ignore(Ignored::Duplicate),
    }
}

fn read_back(mut draft: Draft<'_>, phase: &Verifying, epoch: Epoch, sight: &Sight) -> Step {
    if epoch != phase.decision.epoch {
        return draft.ignore(Ignored::Stale);
    }
    match sight {
        Sight::Missing => return stuck(draft, phase, StuckReason::CandidateMissing, Why::CandidateLost),
        Sight::Seen(Sighting { source: None, status: DbStatus::Available, .. }) => return shift(draft, phase),
        Sight::Seen(Sighting { source: Some(_), .. }) => {
            draft.next.phase = Phase::Verifying(Verifying { polled_at: Some(draft.now), ..phase.clone() });
            return draft.close(StepVerdict::Anomaly(Anomaly::SourceCameBack));
        }
        Sight::Seen(Sighting {
            source: None,
            status: DbStatus::BackingUp | DbStatus::Changing(_) | DbStatus::Other(_),
            ..
        })
        | Sight::Unseen(_) => {}
    }
    let polled_at = Some(draft.now);
    draft.note(Phase::Verifying(Verifying { polled_at, ..phase.clone() }))
}

/// Traffic moves only here, after the promoted database is verified.
fn shift(mut draft: Draft<'_>, phase: &Verifying) -> Step {
    let old = phase.decision.writer.region();
    draft.next.latch.insert(old, Latched { since: draft.now, epoch: phase.decision.epoch });
    let next = Shifting {
        decision: phase.decision.clone(),
        promoted_by: phase.promoted_by,
        verified_at: draft.now,
        until: draft.policy.windows.shift_seconds.after(draft.now),
    };
    draft.advance(Phase::Shifting(next), Why::Writable, Who::Conductor, &phase.decision.incident, None)
}

fn stuck(draft: Draft<'_>, phase: &Verifying, reason: StuckReason, why: Why) -> Step {
    let next = Stuck {
        decision: phase.decision.clone(),
        promoted_by: phase.promoted_by,
        since: draft.now,
        reason,
        polled_at: None,
    };
    draft.advance(Phase::Stuck(next), why, Who::Conductor, &phase.decision.incident, None)
}

pub(super) fn step_shifting(mut draft: Draft<'_>, phase: &Shifting, event: &Event) -> Step {
    match event {
        Event::Tick { .. } if draft.now >= phase.until => {
            draft.next.writer_region = Some(phase.decision.replica.region());
            let next = FailedOver {
                decision: phase.decision.clone(),
                promoted_by: phase.promoted_by,
                verified_at: phase.verified_at,
                since: draft.now,
                fence: Fence::Unproven,
            };
            let incident = &phase.decision.incident;
            draft.advance(Phase::FailedOver(next), Why::ClientsFollowed, Who::Conductor, incident, None)
        }
        Event::Tick { .. } => draft.ignore(Ignored::NotDue),
        Event::Looked { .. } | Event::PromoteAnswered { .. } | Event::ReadBack { .. } => draft.ignore(Ignored::Stale),
        Event::Approve { .. } | Event::Acknowledge { .. } => draft.ignore(Ignored::NotAsked),
        Event::Delivered { .. } => draft.ignore(Ignored::Duplicate),
    }
}

pub(super) fn step_stuck(draft: Draft<'_>, phase: &Stuck, event: &Event) -> Step {
    match event {
        Event::ReadBack { epoch, sight } if *epoch == phase.decision.epoch => mended(draft, phase, sight),
        Event::Tick { .. } => draft.ignore(Ignored::NotDue),
        Event::Looked { .. } | Event::PromoteAnswered { .. } | Event::ReadBack { .. } => draft.ignore(Ignored::Stale),
        Event::Approve { .. } | Event::Acknowledge { .. } => draft.ignore(Ignored::NotAsked),
        Event::Delivered { .. } => draft.ignore(Ignored::Duplicate),
    }
}

/// A late promotion, or one that a person made, leads out. Available is asked for as well, or an
/// overdue verification would go round in circles.
fn mended(draft: Draft<'_>, phase: &Stuck, sight: &Sight) -> Step {
    let Sight::Seen(Sighting { source: None, status: DbStatus::Available, .. }) = sight else {
        let polled_at = Some(draft.now);
        return draft.note(Phase::Stuck(Stuck { polled_at, ..phase.clone() }));
    };
    let next = Verifying {
        decision: phase.decision.clone(),
        promoted_by: phase.promoted_by,
        deadline: draft.policy.windows.verify_seconds.after(draft.now),
        polled_at: None,
    };
    draft.advance(Phase::Verifying(next), Why::SourceGone, Who::Conductor, &phase.decision.incident, None)
}
