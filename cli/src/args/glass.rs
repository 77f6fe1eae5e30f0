//! What is done by hand while nobody else can, and told afterwards.

use super::{About, TableAt};
use clap::Args;
use std::path::PathBuf;
use understudy_engine::Person;

#[derive(Debug, Args)]
#[command(override_usage = "understudy failover break-glass --journal <FILE> --by <PERSON> <FILE>")]
#[command(after_help = "Exit codes: 0 promoted, 1 refused or not confirmed, 2 could not tell.\n\
    It is for when the table is away: where the table answers, it refuses.")]
pub(crate) struct BreakGlass {
    /// The application file, in TOML: the one that is in force.
    pub(crate) file: PathBuf,
    /// Where to write what was done: a new file.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: PathBuf,
    /// Who does it.
    #[arg(long, value_name = "PERSON")]
    pub(crate) by: Person,
    #[command(flatten)]
    pub(crate) table: TableAt,
    /// Seconds to wait for it at most.
    #[arg(long, value_name = "N", default_value_t = 3600)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) wait: u32,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 entered or would be, 1 refused, 2 could not tell.")]
pub(crate) struct Reconcile {
    /// The file that `failover break-glass` wrote.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: PathBuf,
    #[command(flatten)]
    pub(crate) about: About,
}
