//! What is asked of the ground.

use super::{Output, TableAt};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use understudy_engine::Region;

#[derive(Debug, Subcommand)]
pub(crate) enum ReadinessVerb {
    /// Look whether a failover would work now; changes nothing.
    Check(ReadinessCheck),
    /// Show what the scheduled look has found last.
    Last(ReadinessLast),
    /// List the checks: what each wants, and why.
    List(ReadinessList),
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 a failover would work, 1 something blocks,\n\
    2 could not tell. What could not be asked is never taken for well.")]
pub(crate) struct ReadinessCheck {
    /// The application file, in TOML.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) table: TableAt,
    /// What the names of functions, queues and alarms begin with.
    #[arg(long, value_name = "NAME", default_value = "understudy")]
    pub(crate) functions: String,
    /// Ask a gate at another URL than the file has.
    #[arg(long = "gate", value_name = "REGION=URL", value_parser = gate)]
    pub(crate) gates: Vec<(Region, String)>,
    /// Show what is well, too.
    #[arg(long)]
    pub(crate) all: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

fn gate(text: &str) -> Result<(Region, String), String> {
    let (region, url) = text.split_once('=').ok_or("write it as REGION=URL")?;
    let region = region.parse().map_err(|problem| format!("{problem}"))?;
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok((region, url.trim_end_matches('/').to_owned()));
    }
    Err(format!("{url:?} is no URL: write https:// and a host"))
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 a failover would have worked, 1 something blocked,\n\
    2 could not tell, or nobody has looked for two hours.")]
pub(crate) struct ReadinessLast {
    /// The application file, in TOML.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) table: TableAt,
    /// Show what was well, too.
    #[arg(long)]
    pub(crate) all: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 listed, 2 the output could not be written.")]
pub(crate) struct ReadinessList {
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}
