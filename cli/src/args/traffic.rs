//! What can be asked of Route 53.

use super::Output;
use clap::{Args, Subcommand};
use std::net::IpAddr;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum TrafficVerb {
    /// Draw names, records, checks and latches, and name their faults.
    Show(TrafficShow),
    /// Ask what clients of given places are answered.
    Test(TrafficTest),
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 no faults, 1 faults, 2 could not tell.\n\
    For setting up and drills: a failover never needs it.")]
pub(crate) struct TrafficShow {
    /// The application file, in TOML, with a table [traffic].
    pub(crate) file: PathBuf,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all are led where they should, 1 one is not,\n\
    2 could not tell. For setting up and drills: a failover never needs it.")]
pub(crate) struct TrafficTest {
    /// The application file, in TOML, with a table [traffic].
    pub(crate) file: PathBuf,
    /// A place that clients ask from, several times; all without it.
    #[arg(long = "place", value_name = "REGION")]
    pub(crate) places: Vec<String>,
    /// Where the writer is: the file's primary Region without it.
    #[arg(long, value_name = "REGION")]
    pub(crate) writer_in: Option<String>,
    /// A resolver to ask, instead of this machine's.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) resolver: Option<IpAddr>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}
