//! After a failover: exposed until a new replica follows, and then home again on a person's word.

use super::draft::Draft;
use super::{Ignored, Step, deciding};
use crate::assessment::{Blocker, CandidateSeen};
use crate::candidate::{DbStatus, Sight, Sighting, last_contact};
use crate::edge::Why;
use crate::event::{CreateAnswer, Event};
use crate::journal::{What, Who};
use crate::name::{DbInstanceArn, Epoch, IncidentId, Person};
use crate::order::Order;
use crate::phase::{FailedOver, Phase, Rebuilding, Rebuilt};
use crate::policy::Database;

pub(super) fn step(draft: Draft<'_>, phase: &FailedOver, event: &Event) -> Step {
    match event {
        Event::Tick { .. } => tick(draft, phase),
        Event::Ordered { by, order: Order::Acknowledge(incident) } => acknowledge(draft, phase, by, incident),
        Event::Ordered { by, order: Order::Rebuild { incident, replica } } => {
            rebuild(draft, phase, by, incident, replica)
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

/// A split risk that goes on is told again, until a person has taken note of it.
fn tick(mut draft: Draft<'_>, phase: &FailedOver) -> Step {
    let fence = &phase.decision.fence;
    let told = draft.now < draft.policy.windows.remind_seconds.after(phase.told_at);
    if told || phase.acknowledged_by.is_some() || fence.proven_at().is_some() {
        return draft.ignore(Ignored::NotDue);
    }
    let what = What::SplitRisk { trouble: fence.trouble };
    draft.write(&phase.decision.incident, Who::Conductor, what, None);
    let told_at = draft.now;
    draft.note(Phase::FailedOver(FailedOver { told_at, ..phase.clone() }))
}

/// The latch stays, and so does the exposure: noted is not mended.
fn acknowledge(mut draft: Draft<'_>, phase: &FailedOver, by: &Person, incident: &IncidentId) -> Step {
    if phase.decision.incident != *incident {
        return draft.ignore(Ignored::Stale);
    }
    if phase.acknowledged_by.is_some() {
        return draft.ignore(Ignored::Duplicate);
    }
    if let Some(cooldown) = &mut draft.next.cooldown {
        cooldown.acknowledged_by = Some(by.clone());
    }
    draft.write(incident, Who::Person(by.clone()), What::Acknowledged, None);
    draft.note(Phase::FailedOver(FailedOver { acknowledged_by: Some(by.clone()), ..phase.clone() }))
}

fn rebuild(draft: Draft<'_>, phase: &FailedOver, by: &Person, incident: &IncidentId, replica: &DbInstanceArn) -> Step {
    let decision = &phase.decision;
    if decision.incident != *incident {
        return draft.ignore(Ignored::Stale);
    }
    if let Some(blockers) = draft.pause_blocks() {
        return draft.refuse(blockers);
    }
    // The old writer's name is its own for as long as anything may still cut it off.
    if *replica == decision.writer || replica.region() != decision.writer.region() {
        return draft.ignore(Ignored::UnusableName);
    }
    let next = Phase::Rebuilding(Rebuilding {
        after: phase.clone(),
        replica: replica.clone(),
        ordered_by: by.clone(),
        since: draft.now,
        seen_missing: false,
        deadline: draft.policy.windows.rebuild_seconds.after(draft.now),
        polled_at: None,
    });
    draft.advance(next, Why::RebuildOrdered, Who::Person(by.clone()), incident, None)
}

pub(super) fn step_rebuilding(draft: Draft<'_>, phase: &Rebuilding, event: &Event) -> Step {
    let incident = &phase.after.decision.incident;
    match event {
        Event::Tick { .. } if draft.now >= phase.deadline => {
            exposed_again(draft, phase, Why::RebuildOverdue, Who::Conductor)
        }
        Event::Tick { .. } => draft.ignore(Ignored::NotDue),
        Event::Looked { instance, candidate } if *instance == phase.replica => looked(draft, phase, candidate),
        Event::CreateAnswered { epoch, answer } => created(draft, phase, *epoch, *answer),
        Event::Ordered { by, order: Order::Abort(of) } if of == incident => {
            exposed_again(draft, phase, Why::Stopped, Who::Person(by.clone()))
        }
        Event::Looked { .. }
        | Event::AdmissionAnswered { .. }
        | Event::PromoteAnswered { .. }
        | Event::ReadBack { .. } => draft.ignore(Ignored::Stale),
        Event::Ordered { .. } => draft.ignore(Ignored::NotAsked),
        Event::FenceAnswered { .. } | Event::LeverAnswered { .. } | Event::Delivered { .. } => {
            draft.ignore(Ignored::Duplicate)
        }
    }
}

fn exposed_again(draft: Draft<'_>, phase: &Rebuilding, why: Why, who: Who) -> Step {
    let incident = phase.after.decision.incident.clone();
    draft.advance(Phase::FailedOver(phase.after.clone()), why, who, &incident, None)
}

fn looked(draft: Draft<'_>, phase: &Rebuilding, sight: &Sight) -> Step {
    if phase.polled_at.is_some_and(|at| at > draft.now) {
        return draft.ignore(Ignored::Stale);
    }
    let writer = &phase.after.decision.replica;
    let seen_missing = *sight == Sight::Missing;
    if let Sight::Seen(Sighting { status: DbStatus::Available, source: Some(source), lags }) = sight
        && source == writer
        && last_contact(lags).is_some_and(|lag| lag.seconds <= draft.policy.database.lag_max_seconds)
    {
        let incident = phase.after.decision.incident.clone();
        let seen = Some(CandidateSeen { at: draft.now, instance: Some(phase.replica.clone()), sight: sight.clone() });
        let next = Rebuilt { after: phase.after.clone(), replica: phase.replica.clone(), since: draft.now, seen };
        return draft.advance(Phase::Rebuilt(next), Why::ReplicaFollows, Who::Conductor, &incident, None);
    }
    let polled_at = Some(draft.now);
    draft.note(Phase::Rebuilding(Rebuilding { seen_missing, polled_at, ..phase.clone() }))
}

fn created(mut draft: Draft<'_>, phase: &Rebuilding, epoch: Epoch, answer: CreateAnswer) -> Step {
    if epoch != phase.after.decision.epoch || !phase.seen_missing {
        return draft.ignore(Ignored::Stale);
    }
    draft.write(&phase.after.decision.incident, Who::Conductor, What::CreateAnswered { answer }, None);
    let polled_at = Some(draft.now);
    draft.note(Phase::Rebuilding(Rebuilding { seen_missing: false, polled_at, ..phase.clone() }))
}

pub(super) fn step_rebuilt(draft: Draft<'_>, phase: &Rebuilt, event: &Event) -> Step {
    match event {
        Event::Tick { .. } => draft.ignore(Ignored::NotDue),
        Event::Looked { instance, candidate } if *instance == phase.replica => looked_again(draft, phase, candidate),
        Event::Ordered { by, order: Order::SwitchOver(incident) } => switch_over(draft, phase, by, incident),
        Event::Ordered { by, order: Order::Acknowledge(incident) } => home(draft, phase, by, incident),
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

fn looked_again(draft: Draft<'_>, phase: &Rebuilt, sight: &Sight) -> Step {
    if phase.seen.as_ref().is_some_and(|seen| seen.at > draft.now) {
        return draft.ignore(Ignored::Stale);
    }
    let seen = Some(CandidateSeen { at: draft.now, instance: Some(phase.replica.clone()), sight: sight.clone() });
    draft.note(Phase::Rebuilt(Rebuilt { seen, ..phase.clone() }))
}

/// What is wrong with the replica: a switchover cuts off a healthy writer, and must not do so for nothing.
fn unfit(draft: &Draft<'_>, phase: &Rebuilt) -> Option<Blocker> {
    let windows = &draft.policy.windows;
    let oldest = windows.patrol_seconds.before(windows.vote_max_age_seconds.before(draft.now));
    let Some(seen) = phase.seen.as_ref().filter(|seen| seen.at >= oldest) else {
        return Some(Blocker::CandidateNotSeen);
    };
    let pair = Database {
        writer: phase.after.decision.replica.clone(),
        replica: phase.replica.clone(),
        lag_max_seconds: draft.policy.database.lag_max_seconds,
    };
    let reasons = seen.sight.ineligible(&pair);
    (!reasons.is_empty()).then_some(Blocker::CandidateIneligible { reasons })
}

/// Traffic would go back to a Region whose old writer may still take writes: not before it is fenced.
fn switch_over(draft: Draft<'_>, phase: &Rebuilt, by: &Person, incident: &IncidentId) -> Step {
    let last = &phase.after.decision;
    if last.incident != *incident {
        return draft.ignore(Ignored::Stale);
    }
    if let Some(blockers) = draft.pause_blocks() {
        return draft.refuse(blockers);
    }
    if last.fence.proven_at().is_none() {
        return draft.ignore(Ignored::SplitRisk);
    }
    if draft.policy.fence_group(&last.replica.region()).is_none() {
        return draft.ignore(Ignored::CannotFence);
    }
    if let Some(blocker) = unfit(&draft, phase) {
        return draft.refuse(vec![blocker]);
    }
    deciding::switch_over(draft, phase, by)
}

/// Watching again, with the roles that the policy names by now.
fn home(mut draft: Draft<'_>, phase: &Rebuilt, by: &Person, incident: &IncidentId) -> Step {
    if phase.after.decision.incident != *incident {
        return draft.ignore(Ignored::Stale);
    }
    if phase.after.decision.fence.proven_at().is_none() {
        return draft.ignore(Ignored::SplitRisk);
    }
    let database = &draft.policy.database;
    if database.writer != phase.after.decision.replica || database.replica != phase.replica {
        return draft.ignore(Ignored::PolicyDiffers);
    }
    if let Some(cooldown) = &mut draft.next.cooldown {
        cooldown.acknowledged_by = Some(by.clone());
    }
    draft.give_levers_up(incident);
    draft.advance(Phase::Watching, Why::HomeAgain, Who::Person(by.clone()), incident, None)
}
