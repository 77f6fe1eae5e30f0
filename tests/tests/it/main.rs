//! End to end, contracts, and the rules of the house.

mod bad_input;
mod contract;
mod crash;
mod failover;
mod refusal;
mod tidy;
