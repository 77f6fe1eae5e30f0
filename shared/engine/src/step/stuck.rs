//! Stuck: a promotion has begun or may have, and a person is needed.

use super::draft::Draft;
use super::{Ignored, Step, verifying};
use crate::candidate::{DbStatus, Sight, Sighting};
use crate::edge::Why;
use crate::event::Event;
use crate::journal::{Needs, What, Who};
use crate::name::{IncidentId, Person};
use crate::order::Order;
use crate::phase::{Decision, Phase, PhaseName, PromotedBy, Stuck, StuckReason};
use jiff::Timestamp;

pub(super) fn stick(
    mut draft: Draft<'_>,
    decision: &Decision,
    promoted_by: PromotedBy,
    untouched_at: Option<Timestamp>,
    reason: StuckReason,
    why: Why,
) -> Step {
    let next = Stuck {
        decision: decision.clone(),
        promoted_by,
        since: draft.now,
        told_at: draft.now,
        reason,
        polled_at: None,
        untouched_at,
    };
    say_left(&mut draft, decision);
    draft.advance(Phase::Stuck(next), why, Who::Conductor, &decision.incident, None)
}

/// Whoever reads the page may want the old writer back, and has to know what was taken from it.
fn say_left(draft: &mut Draft<'_>, decision: &Decision) {
    if let Some(restore) = decision.fence.own_groups() {
        let what = What::LeftCutOff { restore: restore.clone() };
        draft.write(&decision.incident, Who::Conductor, what, None);
    }
}

pub(super) fn step(draft: Draft<'_>, phase: &Stuck, event: &Event) -> Step {
    match event {
        Event::Tick { .. } => tick(draft, phase),
        Event::ReadBack { epoch, sight } if *epoch == phase.decision.epoch => mended(draft, phase, sight),
        Event::Ordered { by, order: Order::Acknowledge(incident) } => give_up(draft, phase, by, incident),
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

fn tick(mut draft: Draft<'_>, phase: &Stuck) -> Step {
    if draft.now < draft.policy.windows.remind_seconds.after(phase.told_at) {
        return draft.ignore(Ignored::NotDue);
    }
    let what = What::Reminded { phase: PhaseName::Stuck, needs: Some(Needs::Stuck(phase.reason)) };
    draft.write(&phase.decision.incident, Who::Conductor, what, None);
    let told_at = draft.now;
    draft.note(Phase::Stuck(Stuck { told_at, ..phase.clone() }))
}

/// A late promotion, or one that a person made, leads out. Available is asked for as well, or an
/// overdue verification would go round in circles.
fn mended(draft: Draft<'_>, phase: &Stuck, sight: &Sight) -> Step {
    let polled_at = Some(draft.now);
    match sight {
        Sight::Seen(Sighting { source: None, status: DbStatus::Available, .. }) => {
            verifying::verify(draft, &phase.decision, phase.promoted_by)
        }
        Sight::Seen(Sighting { source: Some(source), status: DbStatus::Available, .. })
            if *source == phase.decision.writer =>
        {
            draft.note(Phase::Stuck(Stuck { polled_at, untouched_at: polled_at, ..phase.clone() }))
        }
        Sight::Seen(_) | Sight::Missing | Sight::Unseen(_) => {
            draft.note(Phase::Stuck(Stuck { polled_at, ..phase.clone() }))
        }
    }
}

/// A person has dealt with it by hand. A call of ours that arrives all the same shows as a promotion
/// by somebody else, and the cooldown keeps a second decision away meanwhile.
fn give_up(mut draft: Draft<'_>, phase: &Stuck, by: &Person, incident: &IncidentId) -> Step {
    if phase.decision.incident != *incident {
        return draft.ignore(Ignored::Stale);
    }
    if let Some(cooldown) = &mut draft.next.cooldown {
        cooldown.acknowledged_by = Some(by.clone());
    }
    say_left(&mut draft, &phase.decision);
    draft.give_levers_up(incident);
    draft.advance(Phase::Watching, Why::GivenUp, Who::Person(by.clone()), incident, None)
}
