//! What can be asked, as types.

mod desk;
mod drill;
mod explain;
mod fsm;
mod glass;
mod incident;
mod readiness;
mod sim;
mod table;
mod traffic;

pub(crate) use desk::{
    About, Answered, FailbackVerb, FailoverVerb, IncidentVerb, Ordered, Place, Plain, Said, Shown, Status, StormVerb,
    SwitchoverVerb, Voted,
};
pub(crate) use drill::{DrillApplication, DrillBegin, DrillForward, DrillRun, Scenario};
pub(crate) use explain::{DrillNamed, Explain};
pub(crate) use fsm::{FsmFormat, FsmShow, FsmVerb};
pub(crate) use glass::{BreakGlass, Reconcile};
pub(crate) use incident::IncidentExport;
pub(crate) use readiness::{ReadinessCheck, ReadinessLast, ReadinessList, ReadinessVerb};
pub(crate) use sim::{SimRun, SimVerb};
pub(crate) use table::TableAt;
pub(crate) use traffic::{TrafficShow, TrafficTest, TrafficVerb};

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// Regional failover automation for AWS.
#[derive(Debug, Parser)]
#[command(name = "understudy", version, color = ColorChoice::Never)]
#[command(after_help = "Exit codes: 0 yes or done, 1 the answer is no, 2 could not tell.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) noun: Noun,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// Check and show application files.
    App {
        #[command(subcommand)]
        verb: AppVerb,
    },
    /// Print what a shell needs to complete commands.
    Completions {
        /// For which shell: bash, elvish, fish, powershell or zsh.
        #[arg(value_enum, hide_possible_values = true)]
        shell: Shell,
    },
    /// Rehearse a failover on a simulated cloud, without an AWS account.
    Drill {
        #[command(subcommand)]
        verb: DrillVerb,
    },
    /// Say why it acts or does not: each voter, and what is in the way.
    Explain(Explain),
    /// Get ready to go home after a failover.
    Failback {
        #[command(subcommand)]
        verb: FailbackVerb,
    },
    /// Start, answer or stop a failover.
    Failover {
        #[command(subcommand)]
        verb: FailoverVerb,
    },
    /// Show the state machine that decides.
    Fsm {
        #[command(subcommand)]
        verb: FsmVerb,
    },
    /// Look at incidents, and deal with what waits in one.
    Incident {
        #[command(subcommand)]
        verb: IncidentVerb,
    },
    /// Write a manual page for each command.
    Man {
        /// The folder that they are written to.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Begin nothing new until it is taken away.
    Pause(Plain),
    /// Look whether a failover would work if it were needed now.
    Readiness {
        #[command(subcommand)]
        verb: ReadinessVerb,
    },
    /// Look for worlds in which it does wrong: each of one seed.
    Sim {
        #[command(subcommand)]
        verb: SimVerb,
    },
    /// Show where an application stands, and what is asked.
    Status(Status),
    /// Let go on what the storm breaker holds.
    Storm {
        #[command(subcommand)]
        verb: StormVerb,
    },
    /// Go home without losing anything.
    Switchover {
        #[command(subcommand)]
        verb: SwitchoverVerb,
    },
    /// Look at the names of an application in Route 53; changes nothing.
    Traffic {
        #[command(subcommand)]
        verb: TrafficVerb,
    },
    /// Take the pause away.
    Unpause(Plain),
    /// Say what a voter says that is a person.
    Vote(Voted),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AppVerb {
    /// Name everything that is wrong with an application file, at once.
    Validate(Validate),
    /// Print an application file as it is stored.
    Show(Show),
    /// Print the JSON Schema of the application file.
    Schema,
    /// Put a changed file in force in a drill.
    Apply(Apply),
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 applied or would be, 1 not valid, 2 could not tell.\n\
                        In an account the record is Terraform's: change the file, and apply the module.")]
pub(crate) struct Apply {
    /// The application file, in TOML.
    pub(crate) file: PathBuf,
    /// The file that `drill begin` wrote.
    #[arg(long, value_name = "FILE", env = "UNDERSTUDY_DRILL", hide_env_values = true)]
    pub(crate) drill: PathBuf,
    /// Do it. Without it, the file is only checked.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 valid, 1 not valid, 2 the file could not be read.")]
pub(crate) struct Validate {
    /// The application file, in TOML.
    pub(crate) file: PathBuf,
    /// How to print what was found.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 shown, 1 not valid, 2 the file could not be read.")]
pub(crate) struct Show {
    /// The application file, in TOML.
    pub(crate) file: PathBuf,
    /// Which stored form to print.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: StoredForm,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum StoredForm {
    /// The policy with its defaults filled in.
    #[default]
    Policy,
    /// The items that `aws dynamodb put-item --item` takes.
    Items,
    /// What the Terraform modules read, with the file's SHA-256.
    Terraform,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DrillVerb {
    /// Run one scenario and write its report.
    Run(DrillRun),
    /// Play scenario files, and compare the answer with the expected one.
    Replay(DrillReplay),
    /// Begin a drill that waits for your commands.
    Begin(DrillBegin),
    /// Let time pass in a drill that was begun.
    Forward(DrillForward),
    /// Print the application file of a drill that was begun.
    Application(DrillApplication),
    /// List the drills and the shipped scenarios.
    List,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all as expected, 1 one is not, 2 a file is bad, none played.")]
pub(crate) struct DrillReplay {
    /// Scenario files, or names of shipped scenarios.
    #[arg(value_name = "FILE", required_unless_present = "all")]
    pub(crate) files: Vec<String>,
    /// Play every shipped scenario.
    #[arg(long)]
    pub(crate) all: bool,
    /// How to print what happened.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// The engine's modes, in the words of the command line.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum DrillMode {
    /// Record what would have been done, and do nothing.
    Observe,
    /// Ask people first.
    Approve,
    /// Promote without asking.
    #[default]
    Auto,
}

impl From<DrillMode> for understudy_engine::Mode {
    fn from(mode: DrillMode) -> Self {
        match mode {
            DrillMode::Observe => Self::Observe,
            DrillMode::Approve => Self::Approve,
            DrillMode::Auto => Self::Auto,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }
}
