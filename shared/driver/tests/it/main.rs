//! The driver against the simulated ports, in virtual time: what is durable when something is done.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod admitting;
mod answering;
mod conducting;
mod desk;
mod gating;
mod notifying;
mod offering;
mod ports;
mod receiving;
mod scene;
