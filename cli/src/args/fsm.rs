//! What can be asked about the state machine.

use super::Output;
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum FsmVerb {
    /// Print every legal move between phases, and why it is made.
    Show(FsmShow),
}

#[derive(Debug, Args)]
pub(crate) struct FsmShow {
    /// How to draw it for people.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: FsmFormat,
    /// How to print it: for people, or for programs.
    #[arg(long, value_enum, default_value_t, conflicts_with = "format")]
    pub(crate) output: Output,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum FsmFormat {
    /// A Mermaid state diagram.
    Mermaid,
    /// A Graphviz digraph.
    Dot,
    /// A table, which Markdown takes too.
    #[default]
    Text,
}
