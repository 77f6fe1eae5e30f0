//! The step: one state and one event make the next state and a verdict. It is total: it never
//! fails and never panics, and what it does not act on it names.

mod draft;
mod failed_over;
mod promoting;
mod suspected;
mod verifying;
mod watching;

use crate::assessment::Blocker;
use crate::edge::Why;
use crate::event::Event;
use crate::phase::Phase;
use crate::policy::Policy;
use crate::state::State;
use crate::vote::Votes;
use draft::Draft;
use jiff::Timestamp;

/// What one event makes of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub next: State,
    pub verdict: StepVerdict,
}

/// Whether the state moved, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepVerdict {
    /// The phase changed, by a legal edge.
    Advanced(Why),
    /// The phase stays, and something was recorded.
    Noted,
    /// Nothing to do.
    Ignored(Ignored),
    /// A promotion was forbidden, by all of these.
    Refused(Vec<Blocker>),
    /// Something that cannot happen.
    Anomaly(Anomaly),
}

/// Why nothing was to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// Nobody says Down.
    AllQuiet,
    /// What is waited for is not due.
    NotDue,
    /// Another run recorded the intent to call, and its time is not over.
    AnotherRunCalls,
    /// It belongs to another epoch, attempt or incident, or to a phase that has passed.
    Stale,
    /// It was here before.
    Duplicate,
    /// Nothing is asked that could be approved, or closed.
    NotAsked,
    /// Its author is none of the approvers.
    NotAnApprover,
    /// The question has expired.
    Expired,
}

/// What cannot happen, and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anomaly {
    /// A promoted database names a source again.
    SourceCameBack,
}

/// One transition. `votes` come apart from the state because other hands write them.
#[must_use]
pub fn step(state: &State, policy: &Policy, votes: &Votes, event: &Event, now: Timestamp) -> Step {
    let draft = Draft::new(state, policy, votes, now);
    if let Event::Delivered { incident, through, head } = event {
        return draft.delivered(incident, *through, head);
    }
    match &state.phase {
        Phase::Watching => watching::step(draft, event),
        Phase::Suspected(phase) => suspected::step(draft, phase, event),
        Phase::AwaitingApproval(phase) => suspected::step_asked(draft, phase, event),
        Phase::Held(phase) => suspected::step_held(draft, phase, event),
        Phase::Promoting(phase) => promoting::step(draft, phase, event),
        Phase::Verifying(phase) => verifying::step(draft, phase, event),
        Phase::Shifting(phase) => verifying::step_shifting(draft, phase, event),
        Phase::Stuck(phase) => verifying::step_stuck(draft, phase, event),
        Phase::FailedOver(phase) => failed_over::step(draft, phase, event),
    }
}
