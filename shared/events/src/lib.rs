//! Tolerant parsers of what AWS delivers: alarm changes in their three envelopes, RDS events, and
//! what wakes a conductor. They read the few fields that matter, accept whatever else is there, and
//! name what is missing. No SDK, so that a drill parses the very JSON that Lambda does.

mod alarm;
mod rds;
mod signal;
mod unusable;
mod wake;

pub use alarm::AlarmChange;
pub use rds::DatabaseHint;
pub use signal::{Signal, signals};
pub use unusable::Unusable;
pub use wake::{StreamRecord, Wake, wake};
