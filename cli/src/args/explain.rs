//! What can be asked to be explained.

use super::{DrillMode, Output, Scenario};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 it acts or would act, 1 it would not, 2 could not tell.")]
pub(crate) struct Explain {
    /// An exported incident, or the report of a drill.
    #[arg(long, value_name = "FILE", required_unless_present = "drill", conflicts_with = "drill")]
    pub(crate) record: Option<PathBuf>,
    /// A drill, which is played again.
    #[arg(long, value_enum, value_name = "SCENARIO")]
    pub(crate) drill: Option<Scenario>,
    /// How far automation may go in that drill.
    #[arg(long, value_enum, default_value_t, conflicts_with = "record")]
    pub(crate) mode: DrillMode,
    /// The moment, in seconds after the drill's fault. Without it, the end.
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true, conflicts_with_all = ["record", "revision"])]
    pub(crate) at: Option<f64>,
    /// The revision; in a record, the last up to it that tells evidence.
    #[arg(long, value_name = "N")]
    pub(crate) revision: Option<u64>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}
