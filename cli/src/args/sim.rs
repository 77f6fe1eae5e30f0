//! What can be asked of the simulator.

use super::Output;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum SimVerb {
    /// Play worlds that go wrong in every known way, and hold every invariant against each.
    Run(SimRun),
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 nothing is wrong, 1 something is, 2 it could not run.")]
pub(crate) struct SimRun {
    /// How many seeds to play, one world each.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// How many threads play; 0: as many as there are cores. It changes no result.
    #[arg(long, default_value_t = 0)]
    pub(crate) threads: usize,
    /// Tell everything that happens in the first seed, and play no other.
    #[arg(long)]
    pub(crate) trace: bool,
    /// Append what is wrong to this file, a line each.
    #[arg(long)]
    pub(crate) keep: Option<PathBuf>,
    /// How to print it: for people, or for programs.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}
