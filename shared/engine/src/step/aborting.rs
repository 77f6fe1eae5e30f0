//! Aborting: the state moves first, so that nobody calls any more, and then whatever may be in flight
//! is waited for.

use super::draft::Draft;
use super::{Ignored, Step, stuck, verifying};
use crate::assessment::Assessment;
use crate::candidate::{DbStatus, Sight, Sighting};
use crate::edge::Why;
use crate::event::{Event, PromoteAnswer};
use crate::journal::Who;
use crate::name::Epoch;
use crate::phase::{
    AbortedBecause, Aborting, Call, Decision, Held, HeldReason, Kind, Known, Phase, PromotedBy, Promoting, ReadBack,
    StuckReason, Suspected,
};
use crate::state::Cooldown;
use crate::suspicion::Suspicion;
use crate::tally::tally;
use jiff::Timestamp;

/// Takes a decision back. `call` is what is known of the promote call, and when it last could leave.
pub(super) fn abort(
    draft: Draft<'_>,
    decision: &Decision,
    because: AbortedBecause,
    call: Option<(Known, Timestamp)>,
    why: Why,
) -> Step {
    let windows = &draft.policy.windows;
    let last_sent = call.map_or(draft.now, |(_, sent_until)| sent_until.max(draft.now));
    let until = windows.settle_seconds.after(windows.call_seconds.after(last_sent));
    let fence = decision.fence.lifted(until);
    let turned = because == AbortedBecause::EvidenceTurned;
    let who = match &because {
        AbortedBecause::Ordered { by } => Who::Person(by.clone()),
        AbortedBecause::EvidenceTurned | AbortedBecause::NotWithoutLoss => Who::Conductor,
    };
    let phase = Phase::Aborting(Aborting {
        because,
        decision: Decision { fence, ..decision.clone() },
        call: call.map(|(known, _)| known),
        until,
        deadline: windows.promote_seconds.after(until),
        polled_at: None,
        untouched_at: None,
    });
    let assessment = turned.then(|| Assessment::of_turned(tally(draft.policy, draft.votes, draft.now)));
    draft.advance(phase, why, who, &decision.incident, assessment)
}

pub(super) fn step(draft: Draft<'_>, phase: &Aborting, event: &Event) -> Step {
    match event {
        Event::Tick { .. } => tick(draft, phase),
        Event::ReadBack { epoch, sight } if phase.call.is_some() => read_back(draft, phase, *epoch, sight),
        Event::PromoteAnswered { epoch, answer, .. } if *epoch == phase.decision.epoch => {
            answered(draft, phase, *answer)
        }
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

fn tick(draft: Draft<'_>, phase: &Aborting) -> Step {
    if draft.now >= phase.until && phase.is_untouched() && !phase.decision.fence.is_restoring() {
        return done(draft, phase);
    }
    let unaccounted = draft.now >= phase.until && phase.is_untouched() && phase.is_unaccounted();
    if draft.now < phase.deadline && !unaccounted {
        return draft.ignore(Ignored::NotDue);
    }
    let reason = match phase.is_untouched() {
        true if unaccounted => StuckReason::CallUnaccounted,
        true => StuckReason::FenceLeft,
        false => StuckReason::PromoteOverdue,
    };
    stuck::stick(draft, &phase.decision, PromotedBy::Unproven, phase.untouched_at, reason, Why::FenceLeft)
}

/// Nothing has happened. What a person stopped is held for a person, what the evidence stopped is weighed
/// from the start, and a switchover is back where it began.
fn done(mut draft: Draft<'_>, phase: &Aborting) -> Step {
    let decision = &phase.decision;
    draft.next.cooldown = match &decision.kind {
        // It could be decided only because no cooldown held.
        Kind::Failover => None,
        Kind::Switchover { from } => Some(Cooldown {
            until: draft.policy.windows.cooldown_seconds.after(from.after.decision.decided_at),
            acknowledged_by: from.after.acknowledged_by.clone(),
        }),
    };
    let mut assessment = None;
    let next = match &decision.kind {
        Kind::Switchover { from } => Phase::Rebuilt((**from).clone()),
        Kind::Failover => {
            let mut suspicion = Suspicion::open(decision.incident.clone(), draft.now);
            suspicion.opened_at = decision.suspected_at;
            assessment = Some(draft.assess(&suspicion));
            match phase.because {
                AbortedBecause::EvidenceTurned => {
                    let deadline = draft.policy.windows.undecided_seconds.after(draft.now);
                    Phase::Suspected(Suspected { suspicion, deadline })
                }
                AbortedBecause::Ordered { .. } | AbortedBecause::NotWithoutLoss => {
                    Phase::Held(Held { suspicion, since: draft.now, told_at: draft.now, reason: HeldReason::Aborted })
                }
            }
        }
    };
    draft.advance(next, Why::NothingHappened, Who::Conductor, &decision.incident, assessment)
}

/// A reply that comes after the abort.
fn answered(draft: Draft<'_>, phase: &Aborting, answer: PromoteAnswer) -> Step {
    match answer {
        PromoteAnswer::Accepted => forward(draft, phase, Known::Accepted),
        PromoteAnswer::NotArrived
        | PromoteAnswer::Ambiguous
        | PromoteAnswer::Denied
        | PromoteAnswer::Invalid
        | PromoteAnswer::NoSuchInstance => draft.ignore(Ignored::Stale),
    }
}

fn read_back(draft: Draft<'_>, phase: &Aborting, epoch: Epoch, sight: &Sight) -> Step {
    if epoch != phase.decision.epoch {
        return draft.ignore(Ignored::Stale);
    }
    let mut next = Aborting { polled_at: Some(draft.now), ..phase.clone() };
    match sight {
        Sight::Unseen(_) => {}
        Sight::Missing => return lost(draft, phase, StuckReason::CandidateMissing),
        Sight::Seen(Sighting { source: None, .. }) => {
            return verifying::verify(draft, &phase.decision, PromotedBy::Unproven);
        }
        Sight::Seen(Sighting { source: Some(source), .. }) if *source != phase.decision.writer => {
            return lost(draft, phase, StuckReason::CandidateTaken);
        }
        Sight::Seen(Sighting { status: DbStatus::Available, .. }) => next.untouched_at = Some(draft.now),
        Sight::Seen(Sighting { status: DbStatus::Changing(_), .. }) if phase.call == Some(Known::Unknown) => {
            return forward(draft, phase, Known::Underway);
        }
        Sight::Seen(Sighting { status: DbStatus::Changing(_) | DbStatus::BackingUp | DbStatus::Other(_), .. }) => {}
    }
    draft.note(Phase::Aborting(next))
}

fn lost(draft: Draft<'_>, phase: &Aborting, reason: StuckReason) -> Step {
    stuck::stick(draft, &phase.decision, PromotedBy::Unproven, None, reason, Why::CandidateLost)
}

/// The call had arrived. From there the way is forward only, and the old writer is cut off again.
fn forward(draft: Draft<'_>, phase: &Aborting, known: Known) -> Step {
    let decision = Decision { fence: phase.decision.fence.resumed(), ..phase.decision.clone() };
    let incident = decision.incident.clone();
    let read_back = ReadBack { known, since: draft.now, polled_at: None, untouched_at: None };
    let deadline = draft.policy.windows.promote_seconds.after(draft.now);
    let call = Call::ReadBack(read_back);
    let next = Phase::Promoting(Promoting { decision, attempt: 1, call, doubted: false, deadline });
    draft.advance(next, Why::CallHadArrived, Who::Conductor, &incident, None)
}
