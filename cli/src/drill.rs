//! Rehearsals on a simulated cloud.

mod databases;
mod files;
mod replay;
mod sockets;
pub(crate) mod story;

use crate::args::{DrillRun, DrillVerb, Output, Scenario};
use crate::desk::begun;
use crate::failure::Failure;
use clap::ValueEnum;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use understudy_engine::Mode;
use understudy_sim::{DrillError, DrillOptions, DrillReport, Rehearsal, SHIPPED, Seen};

pub(crate) fn run(verb: &DrillVerb, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    match verb {
        DrillVerb::Run(args) => rehearse(args, out, err),
        DrillVerb::Replay(args) => replay::run(args, out, err),
        DrillVerb::Begin(args) => begun::begin(args, out),
        DrillVerb::Forward(args) => begun::forward(args, out),
        DrillVerb::Application(args) => begun::application(args, out),
        DrillVerb::List => list(out),
    }
}

fn list(out: &mut dyn Write) -> Result<ExitCode, Failure> {
    writeln!(out, "Drills, for `drill run`:")?;
    for scenario in Scenario::value_variants() {
        if let Some(value) = scenario.to_possible_value() {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            writeln!(out, "  {:<20}  {help}", value.get_name())?;
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

fn rehearse(args: &DrillRun, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    if args.postgres {
        return databases::run(args, out, err);
    }
    let mode = Mode::from(args.mode);
    let options = DrillOptions { script: args.scenario.into(), mode, breadth: args.regions.into() };
    let rehearsal = Rehearsal::new(options).map_err(own_fault)?;
    let (report, sockets) = if args.dns {
        let stand = sockets::play_aloud(&rehearsal, args.speed, err)?;
        (stand.report, Some(stand.seen))
    } else {
        (rehearsal.play(&mut |_, _| {}).map_err(own_fault)?, None)
    };
    let told = Told { report: &report, sockets: sockets.as_deref() };
    let path = keep(args, &told)?;
    match args.output {
        Output::Text => story::write(out, &told, mode, &path)?,
        Output::Json => writeln!(out, "{}", json(&told)?)?,
    }
    Ok(if report.as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is told of a drill.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    report: &'a DrillReport,
    /// What clients saw over sockets. None where there were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    sockets: Option<&'a [Seen]>,
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn own_fault(error: DrillError) -> Failure {
    Failure { problem: error.to_string(), mend: "this is a fault of the drill itself: report it".to_owned() }
}

/// Writes the whole report where people and programs find it.
fn keep(args: &DrillRun, told: &Told<'_>) -> Result<PathBuf, Failure> {
    let report = told.report;
    let incident = report.incident.first().map_or("no-incident", |item| item.id.incident.as_str());
    keep_as(args, &format!("{}-{incident}.json", report.scenario), &json(told)?)
}

fn keep_as(args: &DrillRun, name: &str, text: &str) -> Result<PathBuf, Failure> {
    let path = args.out.join(name);
    std::fs::create_dir_all(&args.out).and_then(|()| std::fs::write(&path, text)).map_err(|error| Failure {
        problem: format!("{} cannot be written: {error}", path.display()),
        mend: "name a folder that can be written with --out".to_owned(),
    })?;
    Ok(path)
}

fn json(told: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(told).map_err(|error| Failure {
        problem: format!("the report cannot be written as JSON: {error}"),
        mend: "this is a fault of the drill itself: report it".to_owned(),
    })
}
