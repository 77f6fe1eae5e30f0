//! The decision core of Understudy.
//!
//! [`step`] takes a state, the policy, the votes, an event and the time, and returns the next state
//! and a verdict. What must be done is derived from the state ([`State::outstanding`]), so that
//! recovery is the ordinary path entered again. The crate knows nothing of AWS, of async and of the
//! clock: time and ids are arguments.

mod assessment;
mod breaker;
mod candidate;
mod edge;
mod effect;
mod event;
mod explain;
mod fence;
mod journal;
mod lever;
mod name;
mod order;
mod phase;
mod policy;
mod posture;
mod state;
mod step;
mod suspicion;
mod tally;
mod time;
mod vote;

pub use assessment::{Approvals, Assessment, Blocker, CandidateSeen, Rule, Sustained, flapping};
pub use breaker::{Admission, Admit, Admitted, BREAKER_SCHEMA, Breaker, Ground, Released, Waiting};
pub use candidate::{DbStatus, Ineligible, LAG_MAX_AGE, Lag, Sight, Sighting, Unseen};
pub use edge::{EDGES, Edge, Why};
pub use effect::{CreateReplica, Effect, FenceCall, Look, Promote};
pub use event::{ChainHash, CreateAnswer, Event, PromoteAnswer};
pub use explain::{EXPLANATION_SCHEMA, Explained, Explanation, explain};
pub use fence::{Fence, FenceAct, FenceAnswer, FenceTrouble, Standing, WriterSeen};
pub use journal::{Delivered, Entry, EntryId, Journal, Needs, OUTBOX_MAX, Seq, Urgency, What, Who};
pub use lever::{
    Aim, CameTo, LEVER_ENDPOINTS, Lever, LeverAct, LeverAnswer, LeverCall, LeverNews, LeverTrouble, Pull, Pulled,
};
pub use name::{
    AccessPointArn, AlarmArn, Application, BodyText, Bucket, Certificates, Client, ClusterEndpoint, DbInstanceArn,
    DistributionId, DnsName, Epoch, GateUrl, HostPort, HostedZone, HttpUrl, IncidentId, JournalHash, NameError,
    PasswordVariable, Person, PostgresName, PostgresTable, Region, Revision, RoutingControlArn, RunId, SecretName,
    SecurityGroup, TopicArn, VoterName,
};
pub use order::{Action, BrokenGlass, Order, Question};
pub use phase::{
    AbortedBecause, Aborting, AwaitingApproval, AwaitingVeto, Call, Decision, Draining, FailedOver, Fencing, Held,
    HeldReason, Kind, Known, Phase, PhaseName, PromotedBy, Promoting, ReadBack, Rebuilding, Rebuilt, Shifting, Stuck,
    StuckReason, Suspected, Verifying,
};
pub use policy::{
    AccessPoint, ApprovalRule, Database, Dependencies, EvidenceClass, Fault, FenceRule, Heartbeat, HttpTarget,
    Interval, LagTarget, Mode, NoInterval, Notification, POLICY_SCHEMA, Policy, PostgresReplica, PostgresServer, Probe,
    Probes, Quorum, Regions, RoutingControls, Severity, Source, Storm, Subject, Target, Traffic, VOTERS_MAX, Voter,
    Windows,
};
pub use posture::{Glimpse, Posture};
pub use state::{Cooldown, Latched, Paused, STATE_SCHEMA, State};
pub use step::{Anomaly, Ignored, Step, StepVerdict, step};
pub use suspicion::{Suspicion, Turn};
pub use tally::{Counts, Heard, NotCounted, Tally, tally};
pub use time::Seconds;
pub use vote::{REASON_CHARACTERS_MAX, Verdict, Vote, Votes, shortened};
