//! Readiness, judged from what was seen.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod broken;
mod change;
mod ground;
mod names;
mod rows;
mod told;
