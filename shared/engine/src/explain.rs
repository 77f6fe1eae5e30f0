//! The explanation: whether a record makes the engine act, and everything that the answer rests on. It is
//! asked of the step itself, so that it cannot say anything else than what is done.

use crate::assessment::{Assessment, Blocker};
use crate::event::Event;
use crate::journal::Needs;
use crate::name::{Application, Epoch, IncidentId, Revision, RunId};
use crate::phase::{Phase, PhaseName};
use crate::policy::{Mode, Policy};
use crate::state::State;
use crate::step::{StepVerdict, step};
use crate::suspicion::Suspicion;
use crate::vote::Votes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The schema that this release writes.
pub const EXPLANATION_SCHEMA: u32 = 1;

/// What the engine makes of a record at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    pub schema: u32,
    pub application: Application,
    pub at: Timestamp,
    pub revision: Revision,
    pub epoch: Epoch,
    /// None where only an incident's record was there to explain.
    pub mode: Option<Mode>,
    pub phase: PhaseName,
    pub incident: Option<IncidentId>,
    pub answer: Explained,
    pub because: String,
    /// What the answer rests on: the present evidence while it is weighed, that of the decision once one
    /// was made. None where a person decided.
    pub evidence: Option<Assessment>,
    /// When that evidence was weighed.
    pub weighed_at: Timestamp,
    pub needs: Option<Needs>,
    /// When something is due without anybody's doing.
    pub next_due: Option<Timestamp>,
}

/// Whether the engine acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Explained {
    /// It has decided, and goes on or has gone through with it.
    Acts,
    /// It decides at the next tick, or when the veto window is over and nobody has objected.
    WouldAct,
    WouldNotAct,
}

impl Explained {
    /// What a phase that nothing moves on by itself amounts to.
    #[must_use]
    pub fn of_phase(phase: PhaseName) -> Self {
        match phase {
            PhaseName::Watching
            | PhaseName::Suspected
            | PhaseName::AwaitingApproval
            | PhaseName::Held
            | PhaseName::Aborting
            | PhaseName::Stuck => Self::WouldNotAct,
            PhaseName::AwaitingVeto => Self::WouldAct,
            PhaseName::Fencing
            | PhaseName::Draining
            | PhaseName::Promoting
            | PhaseName::Verifying
            | PhaseName::Shifting
            | PhaseName::FailedOver
            | PhaseName::Rebuilding
            | PhaseName::Rebuilt => Self::Acts,
        }
    }
}

/// How many ticks it may take from here to a decision: let through, weighed, announced.
const TICKS_MAX: u32 = 4;

/// Explains a record as of `now`.
#[must_use]
pub fn explain(state: &State, policy: &Policy, votes: &Votes, now: Timestamp) -> Explanation {
    let (evidence, weighed_at) = match state.phase.decision() {
        Some(decision) => (decision.assessment.clone(), decision.decided_at),
        None => (Some(present(state, policy, votes, now)), now),
    };
    let (answer, because) = answer(state, policy, votes, now, evidence.as_ref());
    Explanation {
        schema: EXPLANATION_SCHEMA,
        application: state.application.clone(),
        at: now,
        revision: state.revision,
        epoch: state.epoch,
        mode: Some(policy.mode),
        phase: state.phase.name(),
        incident: state.phase.incident().cloned(),
        answer,
        because,
        evidence,
        weighed_at,
        needs: state.phase.needs(),
        next_due: state.next_due(policy, now),
    }
}

/// The present evidence; in quiet times as if a suspicion were opened now.
fn present(state: &State, policy: &Policy, votes: &Votes, now: Timestamp) -> Assessment {
    let opened = || Suspicion::open(IncidentId::opened(now, state.revision.next()), now);
    let suspicion = state.phase.suspicion().cloned().unwrap_or_else(opened);
    suspicion.weigh(state, policy, votes, now).assessment
}

fn answer(
    state: &State,
    policy: &Policy,
    votes: &Votes,
    now: Timestamp,
    evidence: Option<&Assessment>,
) -> (Explained, String) {
    let tick = Event::Tick { run: RunId::from(0) };
    let mut state = state.clone();
    let mut last = None;
    for _ in 0..TICKS_MAX {
        let stepped = step(&state, policy, votes, &tick, now);
        match stepped.verdict {
            StepVerdict::Refused(blockers) => return (Explained::WouldNotAct, sentence(&blockers)),
            StepVerdict::Advanced(why) => last = Some(why.sentence()),
            StepVerdict::Noted | StepVerdict::Ignored(_) | StepVerdict::Anomaly(_) => break,
        }
        let decided = state.phase.decision().is_none() && stepped.next.phase.decision().is_some();
        state = stepped.next;
        if decided {
            return (Explained::WouldAct, last.unwrap_or_default().to_owned());
        }
    }
    let blockers = evidence.map_or(&[][..], |assessment| &assessment.blockers);
    let because = last.map_or_else(|| standing(&state.phase, blockers), ToOwned::to_owned);
    (Explained::of_phase(state.phase.name()), because)
}

fn standing(phase: &Phase, blockers: &[Blocker]) -> String {
    match phase {
        Phase::Watching => "nobody says Down, so there is nothing to decide".to_owned(),
        Phase::Suspected(_) => sentence(blockers),
        Phase::AwaitingApproval(phase) => {
            format!("every rule is satisfied, and people are asked: {} have said yes", phase.approvals.len())
        }
        Phase::AwaitingVeto(phase) => {
            format!(
                "every rule is satisfied, and nobody has objected: it acts at {:.0} unless somebody does",
                phase.until
            )
        }
        Phase::Held(phase) => format!("it is held for a person: {}", phase.reason.mend()),
        Phase::Fencing(_) => "decided, and the old writer is being cut off first".to_owned(),
        Phase::Draining(_) => "decided, and the replica is still to receive everything".to_owned(),
        Phase::Promoting(_) => "decided, and the replica is being promoted".to_owned(),
        Phase::Verifying(_) => "promoted, and still to be seen writable".to_owned(),
        Phase::Shifting(_) => "promoted and verified, and clients follow".to_owned(),
        Phase::FailedOver(_) | Phase::Rebuilding(_) | Phase::Rebuilt(_) => {
            "promoted, and it has been gone through with".to_owned()
        }
        Phase::Aborting(_) => "it was taken back, and what may be in flight is waited for".to_owned(),
        Phase::Stuck(phase) => format!("it is stuck, and a person is needed: {}", phase.reason),
    }
}

fn sentence(blockers: &[Blocker]) -> String {
    blockers.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
