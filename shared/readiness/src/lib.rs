//! Would a failover work if it were needed now?
//!
//! A [`Survey`] is what was seen of the application's ground, each part of it known or not told with the reason.
//! [`check`] holds it against the policy. The crate asks nobody: who makes the survey, and what time it is, is the
//! caller's business. What could not be told is never ok.

mod change;
mod check;
pub mod names;
mod seen;
mod subjects;
mod survey;
mod telling;

pub use change::{Change, Look};
pub use check::{Answer, CHECKS_SCHEMA, Check, Finding, Readiness, Verdict, check, checks};
pub use seen::{Seen, Unseen, Why};
pub use survey::{
    Admits, Alarm, Behaviour, BucketAt, BucketState, Copied, CopyRule, Database, Distribution, FunctionAt, Latch,
    Origin, OwnAlarm, ParameterGroup, Quota, Quotas, Replication, Secret, SecretAt, Settings, Storage, Survey, Table,
    Topic,
};
