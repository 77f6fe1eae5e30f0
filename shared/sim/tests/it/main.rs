//! The real driver on the simulated cloud.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    reason = "a test that cannot go on, or sees anything else, has failed, and it says what it counted"
)]

mod crash_points;
mod dns;
