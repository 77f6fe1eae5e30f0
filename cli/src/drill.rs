//! Rehearsals on a simulated cloud.

mod files;
mod replay;
mod story;

use crate::args::{DrillRun, DrillVerb, Output, Scenario};
use crate::failure::Failure;
use clap::ValueEnum;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use understudy_engine::{Mode, PhaseName};
use understudy_sim::{DrillOptions, DrillReport, SHIPPED, region_loss};

pub(crate) fn run(verb: &DrillVerb, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    match verb {
        DrillVerb::Run(args) => rehearse(args, out),
        DrillVerb::Replay(args) => replay::run(args, out, err),
        DrillVerb::List => list(out),
    }
}

fn list(out: &mut dyn Write) -> Result<ExitCode, Failure> {
    writeln!(out, "Drills, for `drill run`:")?;
    for scenario in Scenario::value_variants() {
        if let Some(value) = scenario.to_possible_value() {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            writeln!(out, "  {}  {help}", value.get_name())?;
        }
    }
    writeln!(out, "\nScenarios, for `drill replay`, with the answer that each expects:")?;
    let width = SHIPPED.iter().map(|shipped| shipped.name.len()).max().unwrap_or_default();
    for shipped in SHIPPED {
        let scenario = files::shipped(shipped)?;
        writeln!(out, "  {:<width$}  {:<16}  {}", shipped.name, scenario.expected(), scenario.title)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn rehearse(args: &DrillRun, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let mode = Mode::from(args.mode);
    let options = DrillOptions { mode };
    let report = match args.scenario {
        Scenario::RegionLoss => region_loss(&options),
    };
    let report = report.map_err(|error| Failure {
        problem: error.to_string(),
        mend: "this is a fault of the drill itself: report it".to_owned(),
    })?;
    let path = keep(args, &report)?;
    match args.output {
        Output::Text => story::write(out, &report, mode, &path)?,
        Output::Json => writeln!(out, "{}", json(&report)?)?,
    }
    let expected = match mode {
        Mode::Observe => PhaseName::Held,
        Mode::Approve | Mode::Auto => PhaseName::FailedOver,
    };
    let as_expected = report.ended == expected && report.chain_verifies && report.failures.is_empty();
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes the whole report where people and programs find it.
fn keep(args: &DrillRun, report: &DrillReport) -> Result<PathBuf, Failure> {
    let incident = report.incident.first().map_or("no-incident", |item| item.id.incident.as_str());
    let path = args.out.join(format!("{}-{incident}.json", report.scenario));
    let text = json(report)?;
    std::fs::create_dir_all(&args.out).and_then(|()| std::fs::write(&path, text)).map_err(|error| Failure {
        problem: format!("{} cannot be written: {error}", path.display()),
        mend: "name a folder that can be written with --out".to_owned(),
    })?;
    Ok(path)
}

fn json(report: &DrillReport) -> Result<String, Failure> {
    serde_json::to_string_pretty(report).map_err(|error| Failure {
        problem: format!("the report cannot be written as JSON: {error}"),
        mend: "this is a fault of the drill itself: report it".to_owned(),
    })
}
