//! The decision core of Understudy.
//!
//! [`step`] takes a state, the policy, the votes, an event and the time, and returns the next state
//! and a verdict. What must be done is derived from the state ([`State::outstanding`]), so that
//! recovery is the ordinary path entered again. The crate knows nothing of AWS, of async and of the
//! clock: time and ids are arguments.

mod assessment;
mod candidate;
mod edge;
mod effect;
mod event;
mod journal;
mod name;
mod phase;
mod policy;
mod state;
mod step;
mod suspicion;
mod tally;
mod time;
mod vote;

pub use assessment::{Assessment, Blocker, CandidateSeen, Rule};
pub use candidate::{DbStatus, Ineligible, LAG_MAX_AGE, Lag, Sight, Sighting, Unseen};
pub use edge::{EDGES, Edge, Why};
pub use effect::{Effect, Look, Promote};
pub use event::{ChainHash, Event, PromoteAnswer};
pub use journal::{Delivered, Entry, EntryId, Journal, OUTBOX_MAX, Seq, Urgency, What, Who};
pub use name::{
    AlarmArn, Application, DbInstanceArn, Epoch, IncidentId, NameError, Person, Region, Revision, RunId, TopicArn,
    VoterName,
};
pub use phase::{
    AwaitingApproval, Call, Decision, FailedOver, Fence, Held, HeldReason, Known, Phase, PhaseName, PromotedBy,
    Promoting, ReadBack, Shifting, Stuck, StuckReason, Suspected, Verifying,
};
pub use policy::{
    ApprovalRule, Database, EvidenceClass, Fault, Mode, Notification, POLICY_SCHEMA, Policy, Quorum, Regions, Severity,
    Source, VOTERS_MAX, Voter, Windows,
};
pub use state::{Cooldown, Latched, STATE_SCHEMA, State};
pub use step::{Anomaly, Ignored, Step, StepVerdict, step};
pub use suspicion::Suspicion;
pub use tally::{Counts, Heard, NotCounted, Tally, tally};
pub use time::Seconds;
pub use vote::{REASON_CHARACTERS_MAX, Verdict, Vote, Votes, shortened};
