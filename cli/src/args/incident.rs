//! What can be asked of an incident's report.

use super::desk::incident;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use understudy_engine::{Application, IncidentId};
use understudy_report::Format;

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 written, 1 the hash chain is broken, 2 could not tell.")]
pub(crate) struct IncidentExport {
    /// The incident's items, in JSON, or the report of a drill.
    #[arg(long, value_name = "FILE")]
    pub(crate) items: Option<PathBuf>,
    /// Without --items: the incident. Without both, the newest one.
    #[arg(long, value_name = "ID", conflicts_with = "items", value_parser = incident)]
    pub(crate) incident: Option<IncidentId>,
    /// Name of the application, of which its runbook is asked.
    #[arg(long, value_name = "NAME", env = "UNDERSTUDY_APPLICATION", hide_env_values = true)]
    pub(crate) application: Option<Application>,
    /// Function URL of the runbook.
    #[arg(long, value_name = "URL", env = "UNDERSTUDY_RUNBOOK_URL", hide_env_values = true)]
    pub(crate) url: Option<String>,
    /// Ask a drill instead: the file that `drill begin` wrote.
    #[arg(long, value_name = "FILE", env = "UNDERSTUDY_DRILL", hide_env_values = true)]
    pub(crate) drill: Option<PathBuf>,
    /// The application file. Without it, the policy in the items' file.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// How it is written.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReportFormat,
    /// The file to write. Without it, stdout.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// The formats of a report, in the words of the command line.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For tickets and reviews.
    #[default]
    Markdown,
    /// For programs.
    Json,
    /// One page, with the timeline drawn.
    Html,
}

impl From<ReportFormat> for Format {
    fn from(format: ReportFormat) -> Self {
        match format {
            ReportFormat::Markdown => Self::Markdown,
            ReportFormat::Json => Self::Json,
            ReportFormat::Html => Self::Html,
        }
    }
}
