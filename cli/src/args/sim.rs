//! What can be asked of the simulator.

use super::Output;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum SimVerb {
    /// Play many worlds in which everything goes wrong, and check each.
    Run(SimRun),
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all well, 1 violated or never reached, 2 could not run.")]
pub(crate) struct SimRun {
    /// How many seeds to play.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) seeds: u64,
    /// The first seed.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many threads to play on. What comes of it does not depend on them.
    #[arg(long, value_name = "T", default_value_t = 2)]
    pub(crate) threads: usize,
    /// Print each seed, one line for each thing that happened.
    #[arg(long)]
    pub(crate) trace: bool,
    /// Add the seeds that failed to this file, each with its story in a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) keep: Option<PathBuf>,
    /// Play the seeds that were kept in this file, and no others.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seeds", "seed"])]
    pub(crate) again: Option<PathBuf>,
    /// How to print what came of it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}
