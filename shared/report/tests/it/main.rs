//! Reports of real timelines: of drills and scenarios, played on the simulated cloud.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chain;
mod golden;
mod page;
mod prefixes;
mod timelines;
mod truth;
