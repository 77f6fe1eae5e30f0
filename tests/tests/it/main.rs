//! End to end, contracts, and the rules of the house.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod bad_input;
mod by_hand;
mod contract;
mod crash;
mod data_plane;
mod failover;
mod gate;
mod gate_load;
mod glass;
mod levers;
mod looked;
mod probe;
mod refusal;
mod rights;
mod runbook;
mod terraform;
mod tidy;
mod traffic;
