//! Holding: a person is needed, and nothing irreversible has been done.

use super::draft::Draft;
use super::weighing::{admitted, dismiss, looked, refuse, suspect_again};
use super::{Ignored, Step, deciding};
use crate::assessment::{Assessment, Rule};
use crate::candidate::{Sight, Sighting};
use crate::edge::Why;
use crate::event::Event;
use crate::journal::{Needs, What, Who};
use crate::name::{DbInstanceArn, IncidentId, Person};
use crate::order::Order;
use crate::phase::{Held, HeldReason, Phase, PhaseName};
use crate::policy::Mode;
use crate::suspicion::{Suspicion, Turn};

pub(super) fn step(draft: Draft<'_>, phase: &Held, event: &Event) -> Step {
    let again = |suspicion| Phase::Held(Held { suspicion, ..phase.clone() });
    match event {
        Event::Tick { .. } => tick(draft, phase),
        Event::Looked { instance, candidate } => match phase.reason {
            HeldReason::PromotedElsewhere => look_back(draft, phase, instance, candidate),
            HeldReason::Undecided
            | HeldReason::Shadow
            | HeldReason::Flapping
            | HeldReason::Observer
            | HeldReason::Storm
            | HeldReason::Vetoed
            | HeldReason::Aborted => looked(draft, &phase.suspicion, instance, candidate, again),
        },
        Event::AdmissionAnswered { incident, answer } => admitted(draft, &phase.suspicion, incident, *answer, again),
        Event::Ordered { by, order } => ordered(draft, phase, by, order),
        Event::PromoteAnswered { .. } | Event::ReadBack { .. } | Event::CreateAnswered { .. } => {
            draft.ignore(Ignored::Stale)
        }
        Event::FenceAnswered { .. } | Event::LeverAnswered { .. } | Event::Delivered { .. } => {
            draft.ignore(Ignored::Duplicate)
        }
    }
}

fn tick(mut draft: Draft<'_>, phase: &Held) -> Step {
    if phase.reason == HeldReason::PromotedElsewhere {
        return remind(draft, phase);
    }
    let weighed = draft.weigh(&phase.suspicion);
    let (suspicion, assessment) = (weighed.suspicion, weighed.assessment);
    if lets_go(phase.reason, &assessment) {
        return dismiss(draft, &suspicion, assessment);
    }
    if let Some(why) = released(draft.policy.mode, phase.reason, &suspicion, &assessment) {
        return suspect_again(draft, suspicion, assessment, why, Who::Conductor);
    }
    if reminds(&draft, phase) {
        return remind(draft, &Held { suspicion, ..phase.clone() });
    }
    refuse(draft, suspicion, assessment, |suspicion| Phase::Held(Held { suspicion, ..phase.clone() }))
}

/// Whether a hold ends because nobody says Down. Flapping ends when the flaps are forgotten: between two of
/// them there is quiet as well, and each would page anew.
fn lets_go(reason: HeldReason, assessment: &Assessment) -> bool {
    let quiet = match reason {
        HeldReason::Vetoed | HeldReason::Aborted => !assessment.tally.last_said_down(),
        HeldReason::Flapping => !assessment.rules().contains(&Rule::Flap),
        HeldReason::Undecided
        | HeldReason::Observer
        | HeldReason::Shadow
        | HeldReason::Storm
        | HeldReason::PromotedElsewhere => true,
    };
    assessment.tally.is_quiet() && quiet
}

/// What lets go of a hold by itself. What a person has stopped only a person sets going again.
fn released(mode: Mode, reason: HeldReason, suspicion: &Suspicion, assessment: &Assessment) -> Option<Why> {
    let only_time = assessment.only_blocked_by(&[Rule::Sustain, Rule::Storm]);
    match reason {
        HeldReason::Undecided | HeldReason::Flapping | HeldReason::Observer if only_time => Some(Why::OnlyTimeBlocks),
        // Whoever leaves the mode that held it wants to hear of whatever else stands in the way.
        HeldReason::Shadow if mode != Mode::Observe => Some(Why::OnlyTimeBlocks),
        HeldReason::Storm if matches!(suspicion.turn, Turn::Admitted { .. }) => Some(Why::Admitted),
        HeldReason::Storm if mode != Mode::Auto => Some(Why::OnlyTimeBlocks),
        HeldReason::Undecided
        | HeldReason::Flapping
        | HeldReason::Observer
        | HeldReason::Shadow
        | HeldReason::Storm
        | HeldReason::Vetoed
        | HeldReason::Aborted
        | HeldReason::PromotedElsewhere => None,
    }
}

fn reminds(draft: &Draft<'_>, phase: &Held) -> bool {
    phase.reason.is_told_again() && draft.now >= draft.policy.windows.remind_seconds.after(phase.told_at)
}

fn remind(mut draft: Draft<'_>, phase: &Held) -> Step {
    if !reminds(&draft, phase) {
        return draft.ignore(Ignored::NotDue);
    }
    let what = What::Reminded { phase: PhaseName::Held, needs: Some(Needs::Held(phase.reason)) };
    let assessment = Some(draft.assess(&phase.suspicion));
    draft.write(&phase.suspicion.incident, Who::Conductor, what, assessment);
    let told_at = draft.now;
    draft.note(Phase::Held(Held { told_at, ..phase.clone() }))
}

/// Whether a replica that somebody promoted follows its writer again.
fn look_back(mut draft: Draft<'_>, phase: &Held, instance: &DbInstanceArn, sight: &Sight) -> Step {
    if draft.looked_late() {
        return draft.ignore(Ignored::Stale);
    }
    draft.next.looked_at = Some(draft.now);
    let database = &draft.policy.database;
    let follows = matches!(sight, Sight::Seen(Sighting { source: Some(source), .. }) if *source == database.writer);
    if *instance == database.replica && follows {
        return draft.advance(Phase::Watching, Why::BackAsItWas, Who::Conductor, &phase.suspicion.incident, None);
    }
    draft.note(Phase::Held(phase.clone()))
}

fn ordered(draft: Draft<'_>, phase: &Held, by: &Person, order: &Order) -> Step {
    if order.incident() != Some(&phase.suspicion.incident) {
        return draft.ignore(Ignored::Stale);
    }
    match (order, phase.reason) {
        (Order::Adopt { glass, .. }, HeldReason::PromotedElsewhere) => match draft.pause_blocks() {
            Some(blockers) => draft.refuse(blockers),
            None => deciding::adopt(draft, &phase.suspicion, by, glass.as_ref()),
        },
        (Order::WeighAgain(_), HeldReason::PromotedElsewhere) => draft.ignore(Ignored::NotAsked),
        (Order::WeighAgain(_), HeldReason::Vetoed) if !may_override(&draft, by) => draft.ignore(Ignored::NotAnApprover),
        (Order::WeighAgain(_), _) => weigh_again(draft, &phase.suspicion, by),
        (Order::Abort(_), HeldReason::PromotedElsewhere | HeldReason::Aborted | HeldReason::Vetoed) => {
            draft.ignore(Ignored::Duplicate)
        }
        (Order::Abort(incident), _) => stopped(draft, &phase.suspicion, by, incident),
        (
            Order::Approve(_)
            | Order::Veto(_)
            | Order::Acknowledge(_)
            | Order::Adopt { .. }
            | Order::Rebuild { .. }
            | Order::SwitchOver(_)
            | Order::Pause
            | Order::Unpause,
            _,
        ) => draft.ignore(Ignored::NotAsked),
    }
}

/// Anybody may say no. Who takes that back says yes, where the policy names who may.
fn may_override(draft: &Draft<'_>, by: &Person) -> bool {
    draft.policy.approval.as_ref().is_none_or(|rule| rule.speaks_as(by).is_some())
}

/// From the start: the flaps that made it hold are forgotten, and Down must be sustained anew.
fn weigh_again(mut draft: Draft<'_>, suspicion: &Suspicion, by: &Person) -> Step {
    let weighed = draft.weigh(suspicion);
    draft.next.flaps.clear();
    suspect_again(draft, weighed.suspicion, weighed.assessment, Why::WeighedAgain, Who::Person(by.clone()))
}

/// A person stops it while nothing has been done.
pub(super) fn stopped(draft: Draft<'_>, suspicion: &Suspicion, by: &Person, incident: &IncidentId) -> Step {
    if suspicion.incident != *incident {
        return draft.ignore(Ignored::Stale);
    }
    hold(draft, suspicion.clone(), None, HeldReason::Aborted, Who::Person(by.clone()))
}

pub(super) fn hold(
    draft: Draft<'_>,
    mut suspicion: Suspicion,
    assessment: Option<Assessment>,
    reason: HeldReason,
    who: Who,
) -> Step {
    let assessment = assessment.unwrap_or_else(|| draft.assess(&suspicion));
    suspicion.told = assessment.rules();
    let incident = suspicion.incident.clone();
    let phase = Phase::Held(Held { suspicion, since: draft.now, told_at: draft.now, reason });
    draft.advance(phase, reason.why(), who, &incident, Some(assessment))
}

impl HeldReason {
    fn why(self) -> Why {
        match self {
            Self::Undecided => Why::Undecided,
            Self::Shadow => Why::WouldHavePromoted,
            Self::Flapping => Why::Flapped,
            Self::Observer => Why::ObserverInDoubt,
            Self::Storm => Why::MustWait,
            Self::Vetoed => Why::Vetoed,
            Self::Aborted => Why::Stopped,
            Self::PromotedElsewhere => Why::PromotedElsewhere,
        }
    }
}
