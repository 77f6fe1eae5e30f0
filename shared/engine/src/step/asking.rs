//! Asking people: for their yes, or whether anybody says no.

use super::draft::Draft;
use super::holding::{hold, stopped};
use super::weighing::{admitted, dismiss, looked, refuse, suspect_again};
use super::{Ignored, Step, deciding};
use crate::assessment::Assessment;
use crate::edge::Why;
use crate::event::Event;
use crate::journal::{What, Who};
use crate::name::Person;
use crate::order::{Action, Order, Question};
use crate::phase::{AwaitingApproval, AwaitingVeto, HeldReason, Phase};
use crate::policy::Mode;
use crate::suspicion::Suspicion;
use std::collections::BTreeMap;

pub(super) fn step(draft: Draft<'_>, phase: &AwaitingApproval, event: &Event) -> Step {
    let again = |suspicion| Phase::AwaitingApproval(AwaitingApproval { suspicion, ..phase.clone() });
    match event {
        Event::Tick { .. } => tick(draft, phase),
        Event::Looked { instance, candidate } => looked(draft, &phase.suspicion, instance, candidate, again),
        Event::AdmissionAnswered { incident, answer } => admitted(draft, &phase.suspicion, incident, *answer, again),
        Event::Ordered { by, order: Order::Approve(question) } => approve(draft, phase, by, question),
        Event::Ordered { by, order: Order::Veto(question) } => {
            veto(draft, &phase.question, &phase.suspicion, by, question)
        }
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

pub(super) fn step_announced(draft: Draft<'_>, phase: &AwaitingVeto, event: &Event) -> Step {
    let again = |suspicion| Phase::AwaitingVeto(AwaitingVeto { suspicion, ..phase.clone() });
    match event {
        Event::Tick { .. } => tick_announced(draft, phase),
        Event::Looked { instance, candidate } => looked(draft, &phase.suspicion, instance, candidate, again),
        Event::AdmissionAnswered { incident, answer } => admitted(draft, &phase.suspicion, incident, *answer, again),
        Event::Ordered { by, order: Order::Veto(question) } => {
            veto(draft, &phase.question, &phase.suspicion, by, question)
        }
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

fn tick(mut draft: Draft<'_>, phase: &AwaitingApproval) -> Step {
    let weighed = draft.weigh(&phase.suspicion);
    let (suspicion, assessment) = (weighed.suspicion, weighed.assessment);
    if assessment.tally.is_quiet() {
        return dismiss(draft, &suspicion, assessment);
    }
    if !assessment.blockers.is_empty() || draft.policy.mode != Mode::Approve || is_moot(&draft, &phase.question) {
        return suspect_again(draft, suspicion, assessment, Why::QuestionFell, Who::Conductor);
    }
    let rule = draft.policy.approval.as_ref();
    let needed = rule.map_or(u32::MAX, |rule| rule.needed);
    let still = |person: &&Person| rule.is_some_and(|rule| rule.speaks_as(person).is_some());
    let approved_by: Vec<Person> = phase.approvals.keys().filter(still).cloned().collect();
    let approvers = rule.map_or(0, |rule| rule.spoken_for(phase.approvals.keys()).len());
    if draft.now >= phase.expires_at {
        return ask(draft, suspicion, assessment, Why::AskedAgain);
    }
    if u32::try_from(approvers).unwrap_or(u32::MAX) >= needed {
        return deciding::decide(draft, suspicion, assessment, approved_by, Why::Approved);
    }
    refuse(draft, suspicion, assessment, |suspicion| {
        Phase::AwaitingApproval(AwaitingApproval { suspicion, ..phase.clone() })
    })
}

fn tick_announced(mut draft: Draft<'_>, phase: &AwaitingVeto) -> Step {
    let weighed = draft.weigh(&phase.suspicion);
    let (suspicion, assessment) = (weighed.suspicion, weighed.assessment);
    if assessment.tally.is_quiet() {
        return dismiss(draft, &suspicion, assessment);
    }
    if !assessment.blockers.is_empty() || draft.policy.mode != Mode::Auto || is_moot(&draft, &phase.question) {
        return suspect_again(draft, suspicion, assessment, Why::QuestionFell, Who::Conductor);
    }
    if draft.now >= phase.until {
        return deciding::decide(draft, suspicion, assessment, Vec::new(), Why::Unopposed);
    }
    refuse(draft, suspicion, assessment, |suspicion| Phase::AwaitingVeto(AwaitingVeto { suspicion, ..phase.clone() }))
}

/// Asks, with nobody's yes: approvals of an earlier question do not count for this one.
pub(super) fn ask(draft: Draft<'_>, mut suspicion: Suspicion, assessment: Assessment, why: Why) -> Step {
    suspicion.told = assessment.rules();
    let incident = suspicion.incident.clone();
    let expires =
        draft.policy.approval.as_ref().map_or(draft.policy.windows.undecided_seconds, |rule| rule.expires_seconds);
    let phase = Phase::AwaitingApproval(AwaitingApproval {
        question: question(&draft, &suspicion),
        suspicion,
        expires_at: expires.after(draft.now),
        approvals: BTreeMap::new(),
    });
    draft.advance(phase, why, Who::Conductor, &incident, Some(assessment))
}

/// Tells people what will be done, unless one of them says no.
pub(super) fn announce(draft: Draft<'_>, mut suspicion: Suspicion, assessment: Assessment) -> Step {
    suspicion.told = assessment.rules();
    let incident = suspicion.incident.clone();
    let phase = Phase::AwaitingVeto(AwaitingVeto {
        question: question(&draft, &suspicion),
        suspicion,
        until: draft.policy.windows.veto_seconds.after(draft.now),
    });
    draft.advance(phase, Why::Announced, Who::Conductor, &incident, Some(assessment))
}

fn question(draft: &Draft<'_>, suspicion: &Suspicion) -> Question {
    Question {
        incident: suspicion.incident.clone(),
        epoch: draft.before.epoch.next(),
        action: action(draft),
        asked_at: draft.now,
    }
}

fn action(draft: &Draft<'_>) -> Action {
    let database = &draft.policy.database;
    Action::Promote { writer: database.writer.clone(), replica: database.replica.clone() }
}

/// Whether something else would be done now than people were asked about.
fn is_moot(draft: &Draft<'_>, question: &Question) -> bool {
    question.action != action(draft)
}

fn approve(mut draft: Draft<'_>, phase: &AwaitingApproval, by: &Person, question: &Question) -> Step {
    if phase.question != *question {
        return draft.ignore(Ignored::Stale);
    }
    let Some(rule) = draft.policy.approval.as_ref().filter(|rule| rule.speaks_as(by).is_some()) else {
        return draft.ignore(Ignored::NotAnApprover);
    };
    if draft.now >= phase.expires_at {
        return draft.ignore(Ignored::Expired);
    }
    if phase.approvals.keys().any(|person| rule.speaks_as(person) == rule.speaks_as(by)) {
        return draft.ignore(Ignored::Duplicate);
    }
    let mut approvals = phase.approvals.clone();
    approvals.insert(by.clone(), draft.now);
    let so_far = u32::try_from(rule.spoken_for(approvals.keys()).len()).unwrap_or(u32::MAX);
    let what = What::Approved { so_far, needed: rule.needed };
    draft.write(&question.incident, Who::Person(by.clone()), what, None);
    draft.note(Phase::AwaitingApproval(AwaitingApproval { approvals, ..phase.clone() }))
}

/// Anybody may say no. It stands until a person has it weighed again.
fn veto(draft: Draft<'_>, asked: &Question, suspicion: &Suspicion, by: &Person, question: &Question) -> Step {
    if asked != question {
        return draft.ignore(Ignored::Stale);
    }
    hold(draft, suspicion.clone(), None, HeldReason::Vetoed, Who::Person(by.clone()))
}
