//! The model, explored: what holds, what is reached, and that it can fail.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod bugs;
mod exploring;
