//! The rules of deciding, one claim a test, played as scripts in virtual time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on, or sees anything else, has failed"
)]

mod aborting;
mod announcing;
mod approving;
mod boundaries;
mod breaker;
mod changes;
mod dependencies;
mod due;
mod elsewhere;
mod events;
mod explaining;
mod fencing;
mod flapping;
mod golden;
mod journal;
mod latch;
mod lateness;
mod lever_faults;
mod lever_troubles;
mod levers;
mod matrix;
mod observing;
mod pausing;
mod phases;
mod policies;
mod posture;
mod probes;
mod promoting;
mod properties;
mod rebuilding;
mod rules;
mod script;
mod splitting;
mod stages;
mod standing;
mod sticking;
mod storming;
mod switching;
mod traffic;
mod wording;
