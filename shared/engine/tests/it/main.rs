//! The rules of deciding, one claim a test, played as scripts in virtual time.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod approving;
mod matrix;
mod policies;
mod promoting;
mod rules;
mod script;
