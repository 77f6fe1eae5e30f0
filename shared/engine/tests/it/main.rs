//! The rules of deciding, one claim a test, played as scripts in virtual time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on, or sees anything else, has failed"
)]

mod approving;
mod changes;
mod due;
mod journal;
mod latch;

mod policies;
mod promoting;
mod rules;
mod script;
mod stages;
