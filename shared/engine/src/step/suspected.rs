//! Suspected, awaiting approval and held: the phases that weigh evidence. Only a tick decides,
//! because only a tick says which run would have to act.

use super::draft::Draft;
use super::{Ignored, Step, StepVerdict};
use crate::assessment::{Assessment, CandidateSeen};
use crate::candidate::Sight;
use crate::edge::Why;
use crate::event::Event;
use crate::journal::{What, Who};
use crate::name::{Epoch, IncidentId, Person, RunId};
use crate::phase::{AwaitingApproval, Call, Decision, Held, HeldReason, Phase, Promoting, Suspected};
use crate::policy::Mode;
use crate::state::Cooldown;
use crate::suspicion::Suspicion;
use std::collections::BTreeMap;

pub(super) fn step(draft: Draft<'_>, phase: &Suspected, event: &Event) -> Step {
    match event {
        Event::Tick { run } => tick(draft, phase, run),
        Event::Looked { candidate } => looked(draft, &phase.suspicion, candidate, |suspicion| {
            Phase::Suspected(Suspected { suspicion, deadline: phase.deadline })
        }),
        Event::PromoteAnswered { .. } | Event::ReadBack { .. } => draft.ignore(Ignored::Stale),
        Event::Approve { .. } | Event::Acknowledge { .. } => draft.ignore(Ignored::NotAsked),
        Event::Delivered { .. } => draft.ignore(Ignored::Duplicate),
    }
}

pub(super) fn step_asked(draft: Draft<'_>, phase: &AwaitingApproval, event: &Event) -> Step {
    match event {
        Event::Tick { run } => tick_asked(draft, phase, run),
        Event::Looked { candidate } => looked(draft, &phase.suspicion, candidate, |suspicion| {
            Phase::AwaitingApproval(AwaitingApproval { suspicion, ..phase.clone() })
        }),
        Event::Approve { by, incident, epoch } => approve(draft, phase, by, incident, *epoch),
        Event::PromoteAnswered { .. } | Event::ReadBack { .. } => draft.ignore(Ignored::Stale),
        Event::Acknowledge { .. } => draft.ignore(Ignored::NotAsked),
        Event::Delivered { .. } => draft.ignore(Ignored::Duplicate),
    }
}

pub(super) fn step_held(draft: Draft<'_>, phase: &Held, event: &Event) -> Step {
    match event {
        Event::Tick { .. } => tick_held(draft, phase),
        Event::Looked { candidate } => {
            looked(draft, &phase.suspicion, candidate, |suspicion| Phase::Held(Held { suspicion, ..phase.clone() }))
        }
        Event::PromoteAnswered { .. } | Event::ReadBack { .. } => draft.ignore(Ignored::Stale),
        Event::Approve { .. } | Event::Acknowledge { .. } => draft.ignore(Ignored::NotAsked),
        Event::Delivered { .. } => draft.ignore(Ignored::Duplicate),
    }
}

/// Enters a look into the suspicion. As with a voter, a read that failed writes nothing: what was seen
/// before stands until it is too old.
fn looked(mut draft: Draft<'_>, suspicion: &Suspicion, sight: &Sight, phase: impl FnOnce(Suspicion) -> Phase) -> Step {
    let (mut next, _) = suspicion.weigh(draft.before, draft.policy, draft.votes, draft.now);
    next.confirmed_at = draft.now;
    let oldest = draft.policy.windows.vote_max_age_seconds.before(draft.now);
    let blind = matches!(sight, Sight::Unseen(_)) && next.candidate.as_ref().is_some_and(|seen| seen.at >= oldest);
    if !blind {
        next.candidate = Some(CandidateSeen { at: draft.now, sight: sight.clone() });
    }
    draft.next.looked_at = Some(draft.now);
    draft.note(phase(next))
}

fn tick(draft: Draft<'_>, phase: &Suspected, run: &RunId) -> Step {
    let (suspicion, assessment) = phase.suspicion.weigh(draft.before, draft.policy, draft.votes, draft.now);
    if assessment.tally.downs() == 0 {
        return dismiss(draft, &suspicion, assessment);
    }
    if assessment.blockers.is_empty() {
        return match draft.policy.mode {
            Mode::Auto => decide(draft, suspicion, assessment, Vec::new(), Why::Decided, run),
            Mode::Approve => ask(draft, suspicion, assessment, Why::Asked),
            Mode::Observe => hold(draft, suspicion, assessment, HeldReason::Shadow),
        };
    }
    if draft.now >= phase.deadline {
        return hold(draft, suspicion, assessment, HeldReason::Undecided);
    }
    refuse(draft, suspicion, assessment, |suspicion| {
        Phase::Suspected(Suspected { suspicion, deadline: phase.deadline })
    })
}

fn tick_asked(draft: Draft<'_>, phase: &AwaitingApproval, run: &RunId) -> Step {
    let (suspicion, assessment) = phase.suspicion.weigh(draft.before, draft.policy, draft.votes, draft.now);
    if assessment.tally.downs() == 0 {
        return dismiss(draft, &suspicion, assessment);
    }
    if !assessment.blockers.is_empty() || draft.policy.mode != Mode::Approve {
        return suspect_again(draft, suspicion, assessment, Why::QuestionFell);
    }
    let rule = draft.policy.approval.as_ref();
    let needed = rule.map_or(u32::MAX, |rule| rule.needed);
    let still = |person: &&Person| rule.is_some_and(|rule| rule.approvers.contains(person));
    let approved_by: Vec<Person> = phase.approvals.keys().filter(still).cloned().collect();
    if draft.now >= phase.expires_at {
        return ask(draft, suspicion, assessment, Why::AskedAgain);
    }
    if u32::try_from(approved_by.len()).unwrap_or(u32::MAX) >= needed {
        return decide(draft, suspicion, assessment, approved_by, Why::Approved, run);
    }
    refuse(draft, suspicion, assessment, |suspicion| {
        Phase::AwaitingApproval(AwaitingApproval { suspicion, ..phase.clone() })
    })
}

fn tick_held(draft: Draft<'_>, phase: &Held) -> Step {
    let (suspicion, assessment) = phase.suspicion.weigh(draft.before, draft.policy, draft.votes, draft.now);
    if assessment.tally.downs() == 0 {
        return dismiss(draft, &suspicion, assessment);
    }
    let released = match phase.reason {
        HeldReason::Undecided => assessment.only_time_blocks(),
        HeldReason::Shadow => draft.policy.mode != Mode::Observe && assessment.only_time_blocks(),
    };
    if released {
        return suspect_again(draft, suspicion, assessment, Why::OnlyTimeBlocks);
    }
    refuse(draft, suspicion, assessment, |suspicion| Phase::Held(Held { suspicion, ..phase.clone() }))
}

/// Stays, and tells a refusal if it is for other rules than the last one that was told.
fn refuse(
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

fn dismiss(draft: Draft<'_>, suspicion: &Suspicion, assessment: Assessment) -> Step {
    draft.advance(Phase::Watching, Why::NobodySaysDown, Who::Conductor, &suspicion.incident, Some(assessment))
}

fn suspect_again(draft: Draft<'_>, mut suspicion: Suspicion, assessment: Assessment, why: Why) -> Step {
    suspicion.told = assessment.rules();
    if why == Why::OnlyTimeBlocks {
        suspicion.down_since = Some(draft.now);
        suspicion.confirmed_at = draft.now;
    }
    let incident = suspicion.incident.clone();
    let deadline = draft.policy.windows.undecided_seconds.after(draft.now);
    let phase = Phase::Suspected(Suspected { suspicion, deadline });
    draft.advance(phase, why, Who::Conductor, &incident, Some(assessment))
}

fn hold(draft: Draft<'_>, mut suspicion: Suspicion, assessment: Assessment, reason: HeldReason) -> Step {
    suspicion.told = assessment.rules();
    let why = match reason {
        HeldReason::Undecided => Why::Undecided,
        HeldReason::Shadow => Why::WouldHavePromoted,
    };
    let incident = suspicion.incident.clone();
    let phase = Phase::Held(Held { suspicion, since: draft.now, reason });
    draft.advance(phase, why, Who::Conductor, &incident, Some(assessment))
}

/// Asks, with nobody's yes: approvals of an earlier question do not count for this one.
fn ask(draft: Draft<'_>, mut suspicion: Suspicion, assessment: Assessment, why: Why) -> Step {
    suspicion.told = assessment.rules();
    let incident = suspicion.incident.clone();
    let expires =
        draft.policy.approval.as_ref().map_or(draft.policy.windows.undecided_seconds, |rule| rule.expires_seconds);
    let phase = Phase::AwaitingApproval(AwaitingApproval {
        suspicion,
        epoch: draft.before.epoch.next(),
        asked_at: draft.now,
        expires_at: expires.after(draft.now),
        approvals: BTreeMap::new(),
    });
    draft.advance(phase, why, Who::Conductor, &incident, Some(assessment))
}

fn approve(mut draft: Draft<'_>, phase: &AwaitingApproval, by: &Person, incident: &IncidentId, epoch: Epoch) -> Step {
    if phase.suspicion.incident != *incident || phase.epoch != epoch {
        return draft.ignore(Ignored::Stale);
    }
    let Some(rule) = draft.policy.approval.as_ref().filter(|rule| rule.approvers.contains(by)) else {
        return draft.ignore(Ignored::NotAnApprover);
    };
    if draft.now >= phase.expires_at {
        return draft.ignore(Ignored::Expired);
    }
    let mut approvals = phase.approvals.clone();
    if approvals.insert(by.clone(), draft.now).is_some() {
        return draft.ignore(Ignored::Duplicate);
    }
    let so_far = u32::try_from(approvals.len()).unwrap_or(u32::MAX);
    let what = What::Approved { so_far, needed: rule.needed };
    draft.write(incident, Who::Person(by.clone()), what, None);
    draft.note(Phase::AwaitingApproval(AwaitingApproval { approvals, ..phase.clone() }))
}

/// The decision. From here on the way is forward only.
fn decide(
    mut draft: Draft<'_>,
    suspicion: Suspicion,
    assessment: Assessment,
    approved_by: Vec<Person>,
    why: Why,
    run: &RunId,
) -> Step {
    let windows = &draft.policy.windows;
    let epoch = draft.before.epoch.next();
    draft.next.epoch = epoch;
    draft.next.cooldown = Some(Cooldown { until: windows.cooldown_seconds.after(draft.now), acknowledged_by: None });
    let incident = suspicion.incident.clone();
    let decision = Decision {
        incident: incident.clone(),
        epoch,
        writer: draft.policy.database.writer.clone(),
        replica: draft.policy.database.replica.clone(),
        suspected_at: suspicion.opened_at,
        decided_at: draft.now,
        lag: suspicion.candidate.as_ref().and_then(|seen| seen.sight.lag()),
        approved_by,
        assessment: assessment.clone(),
    };
    let call = Call::Intended { caller: run.clone(), not_after: windows.call_seconds.after(draft.now) };
    let deadline = windows.promote_seconds.after(draft.now);
    let phase = Phase::Promoting(Promoting { decision, attempt: 1, call, deadline });
    draft.advance(phase, why, Who::Conductor, &incident, Some(assessment))
}
