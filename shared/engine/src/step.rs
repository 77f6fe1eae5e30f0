//! The step: one state and one event make the next state and a verdict. It is total: it never
//! fails and never panics, and what it does not act on it names.

mod aborting;
mod after;
mod asking;
mod deciding;
mod draft;
mod fencing;
mod holding;
mod levers;
mod promoting;
mod stuck;
mod verifying;
mod watching;
mod weighing;

use crate::assessment::Blocker;
use crate::edge::Why;
use crate::event::Event;
use crate::order::Order;
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
    /// Nothing is asked that could be answered so.
    NotAsked,
    /// Its author is none of the approvers.
    NotAnApprover,
    /// The question has expired.
    Expired,
    /// The promote call was accepted or seen: the way is forward only.
    TooLate,
    /// The old writer is not proven to take no writes.
    SplitRisk,
    /// The policy names no security group to cut the present writer off with.
    CannotFence,
    /// The name is, or was, that of a writer, or is not in the old Region.
    UnusableName,
    /// The policy does not name the present writer and its replica.
    PolicyDiffers,
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
    match event {
        Event::Delivered { incident, through, head } => return draft.delivered(incident, *through, head),
        Event::FenceAnswered { epoch, act, answer } => return draft.fence_answered(*epoch, act, answer),
        Event::LeverAnswered { epoch, lever, act, answer } => {
            return draft.lever_answered(*epoch, *lever, *act, *answer);
        }
        Event::Tick { .. } if draft.misses_levers() => return draft.pull_missed_levers(),
        Event::Tick { .. } if draft.has_levers_to_tell_of() => return draft.tell_of_levers(),
        Event::Ordered { by, order: Order::Pause } => return draft.pause(by),
        Event::Ordered { by, order: Order::Unpause } => return draft.unpause(by),
        Event::Ordered { by, order: Order::Adopt { incident, glass: Some(glass) } } if !draft.waits_to_adopt() => {
            return draft.tell_of_glass(by, incident, glass);
        }
        Event::Ordered { order, .. } if draft.spoken_before(order) => return draft.ignore(Ignored::Stale),
        Event::Tick { .. }
        | Event::Looked { .. }
        | Event::AdmissionAnswered { .. }
        | Event::PromoteAnswered { .. }
        | Event::ReadBack { .. }
        | Event::CreateAnswered { .. }
        | Event::Ordered { .. } => {}
    }
    match &state.phase {
        Phase::Watching => watching::step(draft, event),
        Phase::Suspected(phase) => weighing::step(draft, phase, event),
        Phase::AwaitingApproval(phase) => asking::step(draft, phase, event),
        Phase::AwaitingVeto(phase) => asking::step_announced(draft, phase, event),
        Phase::Held(phase) => holding::step(draft, phase, event),
        Phase::Fencing(phase) => fencing::step(draft, phase, event),
        Phase::Draining(phase) => fencing::step_draining(draft, phase, event),
        Phase::Promoting(phase) => promoting::step(draft, phase, event),
        Phase::Verifying(phase) => verifying::step(draft, phase, event),
        Phase::Shifting(phase) => verifying::step_shifting(draft, phase, event),
        Phase::FailedOver(phase) => after::step(draft, phase, event),
        Phase::Rebuilding(phase) => after::step_rebuilding(draft, phase, event),
        Phase::Rebuilt(phase) => after::step_rebuilt(draft, phase, event),
        Phase::Aborting(phase) => aborting::step(draft, phase, event),
        Phase::Stuck(phase) => stuck::step(draft, phase, event),
    }
}
