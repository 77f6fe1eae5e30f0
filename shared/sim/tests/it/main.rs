//! The real driver on the simulated cloud.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod crash_points;
