//! Reports of real timelines: of drills and scenarios, played on the simulated cloud.

mod chain;
mod golden;
mod page;
mod prefixes;
mod timelines;
mod truth;
