//! What can be asked to be explained.

use super::{DrillMode, Output, Scenario};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use understudy_engine::Application;

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 it acts or would act, 1 it would not, 2 could not tell.")]
pub(crate) struct Explain {
    /// An exported incident, or the report of a drill.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// A drill, which is played again; or one that was begun.
    #[arg(long, value_name = "SCENARIO|FILE", env = "UNDERSTUDY_DRILL", hide_env_values = true, value_parser = drill)]
    pub(crate) drill: Option<DrillNamed>,
    /// Name of the application, of which its runbook is asked.
    #[arg(long, value_name = "NAME", env = "UNDERSTUDY_APPLICATION", hide_env_values = true)]
    pub(crate) application: Option<Application>,
    /// Function URL of the runbook.
    #[arg(long, value_name = "URL", env = "UNDERSTUDY_RUNBOOK_URL", hide_env_values = true)]
    pub(crate) url: Option<String>,
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

/// A drill by its scenario, or by the file of one that was begun.
#[derive(Debug, Clone)]
pub(crate) enum DrillNamed {
    Scenario(Scenario),
    Begun(PathBuf),
}

fn drill(text: &str) -> Result<DrillNamed, String> {
    if let Ok(scenario) = Scenario::from_str(text, false) {
        return Ok(DrillNamed::Scenario(scenario));
    }
    let path = PathBuf::from(text);
    if path.exists() {
        return Ok(DrillNamed::Begun(path));
    }
    Err("it is neither a drill that `understudy drill list` shows nor a file".to_owned())
}
