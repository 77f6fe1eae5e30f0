//! Weighing: somebody says Down, and every rule is held against it.

use super::draft::Draft;
use super::holding::{hold, stopped};
use super::{Ignored, Step, StepVerdict, asking, deciding};
use crate::assessment::{Assessment, CandidateSeen, Rule};
use crate::breaker::Admission;
use crate::candidate::Sight;
use crate::edge::Why;
use crate::event::Event;
use crate::journal::{What, Who};
use crate::name::{DbInstanceArn, IncidentId};
use crate::order::Order;
use crate::phase::{HeldReason, Phase, Suspected};
use crate::policy::Mode;
use crate::suspicion::{Suspicion, Turn};

pub(super) fn step(draft: Draft<'_>, phase: &Suspected, event: &Event) -> Step {
    let again = |suspicion| Phase::Suspected(Suspected { suspicion, deadline: phase.deadline });
    match event {
        Event::Tick { .. } => tick(draft, phase),
        Event::Looked { instance, candidate } => looked(draft, &phase.suspicion, instance, candidate, again),
        Event::AdmissionAnswered { incident, answer } => admitted(draft, &phase.suspicion, incident, *answer, again),
        Event::Ordered { by, order: Order::Abort(incident) } => stopped(draft, &phase.suspicion, by, incident),
        Event::PromoteAnswered { .. } | Event::ReadBack { .. } | Event::CreateAnswered { .. } => {
            draft.ignore(Ignored::Stale)
        }
        Event::Ordered { .. } => draft.ignore(Ignored::NotAsked),
        Event::FenceAnswered { .. } | Event::LeverAnswered { .. } | Event::Delivered { .. } => {
            draft.ignore(Ignored::Duplicate)
        }
    }
}

fn tick(mut draft: Draft<'_>, phase: &Suspected) -> Step {
    let weighed = draft.weigh(&phase.suspicion);
    let (suspicion, assessment) = (weighed.suspicion, weighed.assessment);
    if assessment.tally.is_quiet() {
        return dismiss(draft, &suspicion, assessment);
    }
    if assessment.blockers.is_empty() {
        return match draft.policy.mode {
            Mode::Auto if draft.policy.windows.veto_seconds.0 > 0 => asking::announce(draft, suspicion, assessment),
            Mode::Auto => deciding::decide(draft, suspicion, assessment, Vec::new(), Why::Decided),
            Mode::Approve => asking::ask(draft, suspicion, assessment, Why::Asked),
            Mode::Observe => hold(draft, suspicion, Some(assessment), HeldReason::Shadow, Who::Conductor),
        };
    }
    if let Some(reason) = hold_reason(&suspicion, &assessment) {
        return hold(draft, suspicion, Some(assessment), reason, Who::Conductor);
    }
    if suspicion.turn.is_to_be_asked() {
        return draft.note(Phase::Suspected(Suspected { suspicion, deadline: phase.deadline }));
    }
    if draft.now >= phase.deadline {
        return hold(draft, suspicion, Some(assessment), HeldReason::Undecided, Who::Conductor);
    }
    refuse(draft, suspicion, assessment, |suspicion| {
        Phase::Suspected(Suspected { suspicion, deadline: phase.deadline })
    })
}

/// What calls for a person at once, and not only when the time to decide is over.
fn hold_reason(suspicion: &Suspicion, assessment: &Assessment) -> Option<HeldReason> {
    let rules = assessment.rules();
    let quorum = assessment.tally.has_quorum();
    if quorum && rules.contains(&Rule::Flap) {
        Some(HeldReason::Flapping)
    } else if quorum && rules.contains(&Rule::Observer) {
        Some(HeldReason::Observer)
    } else if suspicion.waits() {
        Some(HeldReason::Storm)
    } else {
        None
    }
}

/// What a look shows. One that could not see keeps the last sight for as long as that is fresh.
pub(super) fn looked(
    mut draft: Draft<'_>,
    suspicion: &Suspicion,
    instance: &DbInstanceArn,
    sight: &Sight,
    phase: impl FnOnce(Suspicion) -> Phase,
) -> Step {
    if draft.looked_late() {
        return draft.ignore(Ignored::Stale);
    }
    let mut next = draft.weigh(suspicion).suspicion;
    next.confirmed_at = draft.now;
    let oldest = draft.policy.windows.vote_max_age_seconds.before(draft.now);
    let fresh = |seen: &CandidateSeen| seen.at >= oldest && seen.is_of(instance);
    let blind = matches!(sight, Sight::Unseen(_)) && next.candidate.as_ref().is_some_and(fresh);
    if *instance == draft.policy.database.replica && !blind {
        let instance = Some(instance.clone());
        next.candidate = Some(CandidateSeen { at: draft.now, instance, sight: sight.clone() });
    }
    draft.next.looked_at = Some(draft.now);
    if draft.promoted_elsewhere(instance, sight) {
        return hold(draft, next, None, HeldReason::PromotedElsewhere, Who::Conductor);
    }
    draft.note(phase(next))
}

/// What the storm breaker says.
pub(super) fn admitted(
    draft: Draft<'_>,
    suspicion: &Suspicion,
    incident: &IncidentId,
    answer: Admission,
    phase: impl FnOnce(Suspicion) -> Phase,
) -> Step {
    if suspicion.incident != *incident {
        return draft.ignore(Ignored::Stale);
    }
    let Turn::Wanted { waits, .. } = suspicion.turn else { return draft.ignore(Ignored::Stale) };
    let asked_at = Some(draft.now);
    let turn = match answer {
        Admission::Admitted { ground, at } => Turn::Admitted { at, ground },
        Admission::Waits { .. } => Turn::Wanted { asked_at, waits: true },
        Admission::Unanswered => Turn::Wanted { asked_at, waits },
    };
    draft.note(phase(Suspicion { turn, ..suspicion.clone() }))
}

/// Stays, and tells a refusal if it is for other rules than the last one that was told.
pub(super) fn refuse(
    mut draft: Draft<'_>,
    mut suspicion: Suspicion,
    assessment: Assessment,
    phase: impl FnOnce(Suspicion) -> Phase,
) -> Step {
    let rules = assessment.rules();
    let blockers = assessment.blockers.clone();
    if rules != suspicion.told && !rules.is_empty() {
        draft.write(&suspicion.incident, Who::Conductor, What::Refused, Some(assessment));
    }
    suspicion.told = rules;
    draft.next.phase = phase(suspicion);
    let verdict =
        if blockers.is_empty() { StepVerdict::Ignored(Ignored::NotDue) } else { StepVerdict::Refused(blockers) };
    draft.close(verdict)
}

pub(super) fn dismiss(draft: Draft<'_>, suspicion: &Suspicion, assessment: Assessment) -> Step {
    draft.advance(Phase::Watching, Why::NobodySaysDown, Who::Conductor, &suspicion.incident, Some(assessment))
}

/// Back to weighing; from the start unless only a turn was waited for.
pub(super) fn suspect_again(
    draft: Draft<'_>,
    mut suspicion: Suspicion,
    assessment: Assessment,
    why: Why,
    who: Who,
) -> Step {
    suspicion.told = assessment.rules();
    if why == Why::OnlyTimeBlocks || why == Why::WeighedAgain {
        // Only a quorum that stands begins anything.
        suspicion.down_since = suspicion.down_since.map(|_| draft.now);
        suspicion.confirmed_at = draft.now;
    }
    let incident = suspicion.incident.clone();
    let deadline = draft.policy.windows.undecided_seconds.after(draft.now);
    let phase = Phase::Suspected(Suspected { suspicion, deadline });
    draft.advance(phase, why, who, &incident, Some(assessment))
}
