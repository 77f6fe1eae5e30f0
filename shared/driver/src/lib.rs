//! Load → step → commit → perform → feed back, over two ports: [`Ledger`] and [`Cloud`].
//!
//! The rule is *commit before act*: nothing outside is touched until the state that demands it is
//! durable. The driver knows nothing of AWS, and time and ids are its arguments.

mod approval;
mod breaker;
mod cloud;
mod conduct;
mod desk;
mod gate;
mod gauge;
mod incident;
mod ledger;
mod notify;
mod plan;
#[cfg(feature = "planted")]
pub mod planted;
mod receive;

pub use approval::{Answer, ApprovalCode, answer, code_of_batch, code_of_question};
pub use breaker::{Release, release};
pub use cloud::{Announcement, Cloud, Looked, Performed, Reading, Undelivered};
pub use conduct::{ConductError, Run, Turn, attend, command, turn};
pub use desk::{
    Ask, Asked, Batch, Caller, DESK_SCHEMA, DeskRequest, IncidentTold, Offer, Outcome, RequestError, Status, Told,
    export_line, offers, serve,
};
pub use gate::{CACHED, Gate, Glance, Reply, Request};
pub use gauge::Gauge;
pub use incident::{ChainBreak, IncidentItem, genesis, verify};
pub use ledger::{
    Cast, Commit, Enter, Ledger, LedgerError, Nonce, PolicyHash, Record, RecordFault, Route, StoredPolicy,
    alarm_partition, application_items, probe_partition,
};
pub use notify::{Delivery, NotifyError, REDELIVER_AFTER, deliver, escaped, subject_line};
pub use plan::{Plan, PlannedCall, PlannedStep, PlannedWhat, plan, plan_home};
pub use receive::{Receipt, VOTE_FUTURE_MAX, receive};
