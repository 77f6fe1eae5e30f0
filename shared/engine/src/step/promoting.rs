//! Promoting: Intent → Call → ReadBack → Done. A call of unknown fate is never repeated blindly: the
//! replica is read back, and only one that stays untouched for long enough is called again.

use super::draft::Draft;
use super::{Ignored, Step, aborting, stuck, verifying};
use crate::candidate::{DbStatus, Sight, Sighting};
use crate::edge::Why;
use crate::event::{Event, PromoteAnswer};
use crate::journal::{What, Who};
use crate::name::{Epoch, IncidentId, Person, RunId};
use crate::order::Order;
use crate::phase::{AbortedBecause, Call, Decision, Known, Phase, PromotedBy, Promoting, ReadBack, StuckReason};
use jiff::Timestamp;

/// Records the intent. Only the run that records it may call.
pub(super) fn intend(draft: Draft<'_>, decision: &Decision, run: &RunId, why: Why) -> Step {
    let windows = &draft.policy.windows;
    let call = Call::Intended { caller: run.clone(), not_after: windows.call_seconds.after(draft.now) };
    let deadline = windows.promote_seconds.after(draft.now);
    let phase = Phase::Promoting(Promoting { decision: decision.clone(), attempt: 1, call, doubted: false, deadline });
    draft.advance(phase, why, Who::Conductor, &decision.incident, None)
}

pub(super) fn step(draft: Draft<'_>, phase: &Promoting, event: &Event) -> Step {
    match event {
        Event::Tick { run } => tick(draft, phase, run),
        Event::PromoteAnswered { epoch, attempt, answer } => answered(draft, phase, *epoch, *attempt, *answer),
        Event::ReadBack { epoch, sight } => read_back(draft, phase, *epoch, sight),
        Event::Looked { .. } if draft.looked_late() => draft.ignore(Ignored::Stale),
        Event::Looked { .. } => looked(draft, phase),
        Event::Ordered { by, order: Order::Abort(incident) } => abort(draft, phase, by, incident),
        Event::AdmissionAnswered { .. } | Event::CreateAnswered { .. } => draft.ignore(Ignored::Stale),
        Event::Ordered { .. } => draft.ignore(Ignored::NotAsked),
        Event::FenceAnswered { .. } | Event::LeverAnswered { .. } | Event::Delivered { .. } => {
            draft.ignore(Ignored::Duplicate)
        }
    }
}

fn tick(draft: Draft<'_>, phase: &Promoting, run: &RunId) -> Step {
    if draft.now >= phase.deadline {
        return stuck(draft, phase, StuckReason::PromoteOverdue, Why::Overdue);
    }
    match &phase.call {
        Call::Intended { not_after, .. } if draft.now >= *not_after => unheard(draft, phase, *not_after),
        Call::Intended { caller, .. } if caller != run => draft.ignore(Ignored::AnotherRunCalls),
        Call::Intended { .. } => draft.ignore(Ignored::NotDue),
        Call::ReadBack(_) if phase.may_repeat(&draft.policy.windows) => repeat(draft, phase, run),
        Call::ReadBack(_) => draft.ignore(Ignored::NotDue),
    }
}

impl ReadBack {
    fn new(known: Known, since: Timestamp) -> Self {
        Self { known, since, polled_at: None, untouched_at: None }
    }
}

fn unheard(mut draft: Draft<'_>, phase: &Promoting, not_after: Timestamp) -> Step {
    let what = What::Unheard { attempt: phase.attempt };
    draft.write(&phase.decision.incident, Who::Conductor, what, None);
    let call = Call::ReadBack(ReadBack::new(Known::Unknown, not_after));
    draft.note(Phase::Promoting(Promoting { call, ..phase.clone() }))
}

fn looked(mut draft: Draft<'_>, phase: &Promoting) -> Step {
    draft.next.looked_at = Some(draft.now);
    draft.note(Phase::Promoting(phase.clone()))
}

/// What was decided on must still hold when the first call is yet to arrive.
fn repeat(draft: Draft<'_>, phase: &Promoting, run: &RunId) -> Step {
    let seen_since = draft.policy.windows.look_seconds.before(draft.now);
    if draft.before.looked_at.is_none_or(|at| at <= seen_since) {
        return draft.ignore(Ignored::NotDue);
    }
    if let Some(blockers) = draft.pause_blocks() {
        return draft.refuse(blockers);
    }
    if !draft.evidence_holds(&phase.decision) {
        let sent = known_of(phase);
        return aborting::abort(
            draft,
            &phase.decision,
            AbortedBecause::EvidenceTurned,
            Some(sent),
            Why::EvidenceTurned,
        );
    }
    if phase.is_exhausted() {
        return stuck(draft, phase, StuckReason::CallsExhausted, Why::CallFailed);
    }
    call_again(draft, phase, run)
}

fn call_again(mut draft: Draft<'_>, phase: &Promoting, run: &RunId) -> Step {
    let attempt = phase.attempt.saturating_add(1);
    draft.write(&phase.decision.incident, Who::Conductor, What::CalledAgain { attempt }, None);
    let not_after = draft.policy.windows.call_seconds.after(draft.now);
    let call = Call::Intended { caller: run.clone(), not_after };
    let doubted = phase.doubted || known_of(phase).0 != Known::NotArrived;
    draft.note(Phase::Promoting(Promoting { attempt, call, doubted, ..phase.clone() }))
}

/// Abort is possible as long as no call is known to have arrived.
fn abort(draft: Draft<'_>, phase: &Promoting, by: &Person, incident: &IncidentId) -> Step {
    if phase.decision.incident != *incident {
        return draft.ignore(Ignored::Stale);
    }
    let sent = known_of(phase);
    match sent.0 {
        Known::Accepted | Known::Underway => draft.ignore(Ignored::TooLate),
        Known::NotArrived | Known::Unknown => {
            let because = AbortedBecause::Ordered { by: by.clone() };
            aborting::abort(draft, &phase.decision, because, Some(sent), Why::AbortOrdered)
        }
    }
}

/// What is known of the calls, and when one last could leave. That the last one did not arrive says nothing
/// of those before it.
fn known_of(phase: &Promoting) -> (Known, Timestamp) {
    match &phase.call {
        Call::Intended { not_after, .. } => (Known::Unknown, *not_after),
        Call::ReadBack(read_back) if read_back.known == Known::NotArrived => (phase.known_not_to(), read_back.since),
        Call::ReadBack(read_back) => (read_back.known, read_back.since),
    }
}

impl Promoting {
    /// What is known once the last call certainly did not arrive.
    fn known_not_to(&self) -> Known {
        if self.doubted { Known::Unknown } else { Known::NotArrived }
    }
}

fn answered(mut draft: Draft<'_>, phase: &Promoting, epoch: Epoch, attempt: u32, answer: PromoteAnswer) -> Step {
    if epoch != phase.decision.epoch || attempt != phase.attempt {
        return draft.ignore(Ignored::Stale);
    }
    if let Call::ReadBack(read_back) = &phase.call
        && read_back.known != Known::Unknown
    {
        return draft.ignore(Ignored::Duplicate);
    }
    let known = match answer {
        PromoteAnswer::Accepted => Known::Accepted,
        PromoteAnswer::NotArrived => Known::NotArrived,
        PromoteAnswer::Ambiguous => Known::Unknown,
        PromoteAnswer::Denied => return failed(draft, phase, answer, StuckReason::PromoteDenied),
        PromoteAnswer::Invalid => return failed(draft, phase, answer, StuckReason::PromoteInvalid),
        PromoteAnswer::NoSuchInstance => return failed(draft, phase, answer, StuckReason::CandidateMissing),
    };
    draft.write(&phase.decision.incident, Who::Conductor, What::Answered { attempt, answer }, None);
    let call = Call::ReadBack(ReadBack::new(known, draft.now));
    draft.note(Phase::Promoting(Promoting { call, ..phase.clone() }))
}

fn failed(mut draft: Draft<'_>, phase: &Promoting, answer: PromoteAnswer, reason: StuckReason) -> Step {
    let what = What::Answered { attempt: phase.attempt, answer };
    draft.write(&phase.decision.incident, Who::Conductor, what, None);
    if phase.decision.is_switchover() {
        // Its writer is cut off and well: it gets its clients back.
        let sent = Some((phase.known_not_to(), draft.now));
        return aborting::abort(draft, &phase.decision, AbortedBecause::NotWithoutLoss, sent, Why::NotWithoutLoss);
    }
    stuck(draft, phase, reason, Why::CallFailed)
}

fn read_back(draft: Draft<'_>, phase: &Promoting, epoch: Epoch, sight: &Sight) -> Step {
    if epoch != phase.decision.epoch {
        return draft.ignore(Ignored::Stale);
    }
    let Call::ReadBack(read_back) = &phase.call else { return draft.ignore(Ignored::Stale) };
    let mut read_back = ReadBack { polled_at: Some(draft.now), ..read_back.clone() };
    match sight {
        Sight::Unseen(_) => {}
        Sight::Missing => return stuck(draft, phase, StuckReason::CandidateMissing, Why::CandidateLost),
        Sight::Seen(Sighting { source: None, .. }) => return source_gone(draft, phase),
        Sight::Seen(Sighting { source: Some(source), .. }) if *source != phase.decision.writer => {
            return stuck(draft, phase, StuckReason::CandidateTaken, Why::CandidateLost);
        }
        Sight::Seen(Sighting { status: DbStatus::Available, .. }) => read_back.untouched_at = Some(draft.now),
        Sight::Seen(Sighting { status: DbStatus::Changing(_), .. }) => read_back.known = read_back.known.underway(),
        // A backup of its own and the backup at the end of a promotion look alike: wait and see.
        Sight::Seen(Sighting { status: DbStatus::BackingUp | DbStatus::Other(_), .. }) => {}
    }
    draft.note(Phase::Promoting(Promoting { call: Call::ReadBack(read_back), ..phase.clone() }))
}

impl Known {
    fn underway(self) -> Self {
        match self {
            Self::Accepted => Self::Accepted,
            // Somebody else's doing: our call certainly did not arrive.
            Self::NotArrived => Self::NotArrived,
            Self::Underway | Self::Unknown => Self::Underway,
        }
    }
}

fn source_gone(draft: Draft<'_>, phase: &Promoting) -> Step {
    verifying::verify(draft, &phase.decision, promoted_by(&phase.call))
}

fn promoted_by(call: &Call) -> PromotedBy {
    match call {
        Call::ReadBack(ReadBack { known: Known::Accepted, .. }) => PromotedBy::Us,
        Call::ReadBack(ReadBack { known: Known::Underway | Known::NotArrived | Known::Unknown, .. })
        | Call::Intended { .. } => PromotedBy::Unproven,
    }
}

fn stuck(draft: Draft<'_>, phase: &Promoting, reason: StuckReason, why: Why) -> Step {
    let untouched_at = match &phase.call {
        Call::ReadBack(read_back) => read_back.untouched_at,
        Call::Intended { .. } => None,
    };
    stuck::stick(draft, &phase.decision, promoted_by(&phase.call), untouched_at, reason, why)
}
