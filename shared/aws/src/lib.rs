//! The driver's two ports on the AWS SDK.
//!
//! Errors of the SDK are classified once ([`Failure`]). Reads are bounded and retried; a call that
//! changes a database is bounded and never retried, because only the engine may decide to call again.

mod alarms;
mod candidate;
mod classify;
mod clients;
mod cloud;
mod fence;
mod glance;
mod items;
mod kept;
mod ledger;
mod levers;
mod open;
mod reach;
mod rebuild;
mod topic;

pub use candidate::lag_of;
pub use classify::Failure;
pub use clients::Clients;
pub use cloud::AwsCloud;
pub use glance::DynamoGlance;
pub use kept::Kept;
pub use ledger::DynamoLedger;
pub use open::OpenError;
pub use reach::{Reach, reach};
