//! One suite over the simulated and the real ports, so that the fake cannot lie.

mod breaker;
mod cloud;
mod cloud_worlds;
mod fencing;
mod glance;
mod ledger;
pub(crate) mod ledger_worlds;
mod levers;
