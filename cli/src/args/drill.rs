//! What can be rehearsed.

use super::{DrillMode, Output};
use clap::{Args, ValueEnum};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use understudy_engine::PhaseName;
use understudy_postgres::Options;
use understudy_sim::{Breadth, Script};

const SUSTAIN: RangeInclusive<i64> = *Options::SUSTAIN.start() as i64..=*Options::SUSTAIN.end() as i64;

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 it ended as it should, 1 it did not, 2 it could not be played.")]
pub(crate) struct DrillRun {
    /// What goes wrong.
    #[arg(value_enum)]
    pub(crate) scenario: Scenario,
    /// How far automation may go in this drill.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) mode: DrillMode,
    /// In how many Regions the application stands.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) regions: Regions,
    /// Serve names, endpoints and gates on loopback.
    #[arg(long)]
    pub(crate) dns: bool,
    /// How many seconds of the drill pass in one of yours, with --dns.
    #[arg(long, value_name = "N", default_value_t = 20, requires = "dns")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=30))]
    pub(crate) speed: u32,
    /// Kill a real PostgreSQL primary and promote its standby (region-loss).
    #[arg(long, conflicts_with_all = ["dns", "mode", "regions"])]
    pub(crate) postgres: bool,
    /// How many seconds Down must hold, with --postgres.
    #[arg(long, value_name = "N", default_value_t = 60, requires = "postgres")]
    #[arg(value_parser = clap::value_parser!(u32).range(SUSTAIN))]
    pub(crate) sustain: u32,
    /// Folder that the report is written to.
    #[arg(long, value_name = "DIR", default_value = "drill-report")]
    pub(crate) out: PathBuf,
    /// How to print what happened.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 begun, 2 the file could not be written, or is there already.")]
pub(crate) struct DrillBegin {
    /// What goes wrong, 300 seconds from its beginning.
    #[arg(value_enum)]
    pub(crate) scenario: Scenario,
    /// How far automation may go in this drill.
    #[arg(long, value_enum, default_value_t = DrillMode::Approve)]
    pub(crate) mode: DrillMode,
    /// The file that it is kept in.
    #[arg(long, value_name = "FILE", env = "UNDERSTUDY_DRILL", hide_env_values = true)]
    pub(crate) drill: PathBuf,
    /// Begin anew where the file is there already.
    #[arg(long)]
    pub(crate) again: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 played, 1 it did not come to the phase, 2 it could not be played.")]
#[command(override_usage = "understudy drill forward <--seconds <N>|--until <PHASE>> [OPTIONS]")]
#[command(group = clap::ArgGroup::new("far").required(true).args(["seconds", "until"]))]
pub(crate) struct DrillForward {
    /// The file that `drill begin` wrote.
    #[arg(long, value_name = "FILE", env = "UNDERSTUDY_DRILL", hide_env_values = true)]
    pub(crate) drill: PathBuf,
    /// How many seconds of the drill to play.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=86400))]
    pub(crate) seconds: Option<u32>,
    /// Play until it is in this phase, and all is told.
    #[arg(long, value_name = "PHASE", value_parser = phase)]
    pub(crate) until: Option<PhaseName>,
    /// How to print what happened.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct DrillApplication {
    /// The file that `drill begin` wrote.
    #[arg(long, value_name = "FILE", env = "UNDERSTUDY_DRILL", hide_env_values = true)]
    pub(crate) drill: PathBuf,
}

fn phase(text: &str) -> Result<PhaseName, String> {
    let known = PhaseName::ALL.into_iter().find(|phase| phase.as_str().eq_ignore_ascii_case(text));
    known.ok_or_else(|| format!("the phases are {}", PhaseName::ALL.map(PhaseName::as_str).join(", ")))
}

/// The drills, in the words of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// The primary Region is lost, with all in it.
    RegionLoss,
    /// The primary Region is cut off for 43 seconds.
    Partition,
    /// The primary Region goes and comes three times.
    Flapping,
    /// A lost primary Region comes back afterwards.
    OldPrimaryReturns,
    /// The standby Region is lost.
    StandbyLoss,
    /// Gates are lost; later a Region and a gate.
    GateLoss,
    /// Every health check fails, and all serve.
    EverythingUnhealthy,
}

impl From<Scenario> for Script {
    fn from(scenario: Scenario) -> Self {
        match scenario {
            Scenario::RegionLoss => Self::RegionLoss,
            Scenario::Partition => Self::Partition,
            Scenario::Flapping => Self::Flapping,
            Scenario::OldPrimaryReturns => Self::OldPrimaryReturns,
            Scenario::StandbyLoss => Self::StandbyLoss,
            Scenario::GateLoss => Self::GateLoss,
            Scenario::EverythingUnhealthy => Self::EverythingUnhealthy,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Regions {
    /// The primary and the standby Region.
    #[default]
    #[value(name = "2")]
    Two,
    /// Three more serve reads.
    #[value(name = "5")]
    Five,
}

impl From<Regions> for Breadth {
    fn from(regions: Regions) -> Self {
        match regions {
            Regions::Two => Self::Two,
            Regions::Five => Self::Five,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drill_has_its_own_name_here() {
        let named = Scenario::value_variants().iter().map(|scenario| {
            let value = scenario.to_possible_value().unwrap();
            (Script::from(*scenario), value.get_name().to_owned())
        });
        let own = Script::ALL.map(|script| (script, script.name().to_owned()));
        assert_eq!(named.collect::<Vec<_>>(), own);
    }
}
