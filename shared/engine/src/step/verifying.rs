//! Verifying and shifting: a promotion is believed when it is seen, and traffic moves only then.

use super::draft::Draft;
use super::{Anomaly, Ignored, Step, StepVerdict, stuck};
use crate::candidate::{DbStatus, Sight, Sighting};
use crate::edge::Why;
use crate::event::Event;
use crate::journal::{What, Who};
use crate::name::Epoch;
use crate::phase::{Decision, FailedOver, Phase, PromotedBy, Shifting, StuckReason, Verifying};
use crate::state::Latched;

/// The replica was seen to name no source any more.
pub(super) fn verify(draft: Draft<'_>, decision: &Decision, promoted_by: PromotedBy) -> Step {
    let next = Verifying {
        decision: Decision { fence: decision.fence.resumed(), ..decision.clone() },
        promoted_by,
        deadline: draft.policy.windows.verify_seconds.after(draft.now),
        polled_at: None,
    };
    draft.advance(Phase::Verifying(next), Why::SourceGone, Who::Conductor, &decision.incident, None)
}

pub(super) fn step(draft: Draft<'_>, phase: &Verifying, event: &Event) -> Step {
    match event {
        Event::Tick { .. } if draft.now >= phase.deadline => {
            stuck(draft, phase, StuckReason::VerifyOverdue, Why::Overdue)
        }
        Event::Tick { .. } => draft.ignore(Ignored::NotDue),
        Event::ReadBack { epoch, sight } => read_back(draft, phase, *epoch, sight),
        Event::Looked { .. }
        | Event::AdmissionAnswered { .. }
        | Event::PromoteAnswered { .. }
        | Event::CreateAnswered { .. } => draft.ignore(Ignored::Stale),
        Event::Ordered { .. } => draft.ignore(Ignored::NotAsked),
        Event::FenceAnswered { .. } | Event::LeverAnswered { .. } | Event::Delivered { .. } => {
            draft.ignore(Ignored::Duplicate)
        }
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

/// Traffic moves only here, after the promoted database is verified: in one commit the Region that is
/// left is latched and the one that is gone to is open, so that never both are closed. The same commit is the intent
/// for every further lever.
fn shift(mut draft: Draft<'_>, phase: &Verifying) -> Step {
    let decision = &phase.decision;
    draft.next.latch.remove(&decision.replica.region());
    draft.next.latch.insert(decision.writer.region(), Latched { since: draft.now, epoch: decision.epoch });
    draft.next.writer = Some(decision.replica.clone());
    draft.pull_levers(decision);
    let next = Shifting {
        decision: decision.clone(),
        promoted_by: phase.promoted_by,
        verified_at: draft.now,
        until: draft.policy.windows.shift_seconds.after(draft.now),
    };
    draft.advance(Phase::Shifting(next), Why::Writable, Who::Conductor, &decision.incident, None)
}

fn stuck(draft: Draft<'_>, phase: &Verifying, reason: StuckReason, why: Why) -> Step {
    stuck::stick(draft, &phase.decision, phase.promoted_by, None, reason, why)
}

pub(super) fn step_shifting(draft: Draft<'_>, phase: &Shifting, event: &Event) -> Step {
    match event {
        Event::Tick { .. } if draft.now >= phase.until => clients_followed(draft, phase),
        Event::Tick { .. } => draft.ignore(Ignored::NotDue),
        Event::Looked { .. }
        | Event::AdmissionAnswered { .. }
        | Event::PromoteAnswered { .. }
        | Event::ReadBack { .. }
        | Event::CreateAnswered { .. } => draft.ignore(Ignored::Stale),
        Event::Ordered { .. } => draft.ignore(Ignored::NotAsked),
        Event::FenceAnswered { .. } | Event::LeverAnswered { .. } | Event::Delivered { .. } => {
            draft.ignore(Ignored::Duplicate)
        }
    }
}

fn clients_followed(mut draft: Draft<'_>, phase: &Shifting) -> Step {
    let incident = &phase.decision.incident;
    if phase.decision.fence.proven_at().is_none() {
        let what = What::SplitRisk { trouble: phase.decision.fence.trouble };
        draft.write(incident, Who::Conductor, what, None);
    }
    let next = FailedOver {
        decision: phase.decision.clone(),
        promoted_by: phase.promoted_by,
        verified_at: phase.verified_at,
        since: draft.now,
        told_at: draft.now,
        acknowledged_by: None,
    };
    draft.advance(Phase::FailedOver(next), Why::ClientsFollowed, Who::Conductor, incident, None)
}
