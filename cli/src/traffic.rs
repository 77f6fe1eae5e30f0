//! The names of an application as they are in Route 53: for setting them up, and for drills. Nothing here is needed
//! during a failover, and nothing is changed.

#[cfg(feature = "aws")]
mod live;
mod places;
mod table;
#[cfg(test)]
mod tests;
mod tree;

use crate::args::{Output, TrafficShow, TrafficTest, TrafficVerb};
use crate::failure::Failure;
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;
use table::{Asked, Row};
use understudy_engine::{Policy, Region, Traffic};
use understudy_readiness::names::{self, Fault, Zone};

pub(crate) fn run(verb: &TrafficVerb, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let file = match verb {
        TrafficVerb::Show(args) => &args.file,
        TrafficVerb::Test(args) => &args.file,
    };
    let Some(policy) = crate::app::sound(file, err)? else { return Ok(ExitCode::FAILURE) };
    let Some(traffic) = &policy.traffic else {
        writeln!(err, "error: {}: traffic: the file names no traffic", file.display())?;
        writeln!(err, "  hint: add the table [traffic]: its names, endpoints and gates")?;
        return Ok(ExitCode::FAILURE);
    };
    match verb {
        TrafficVerb::Show(args) => show(args, &policy, traffic, out),
        TrafficVerb::Test(args) => test(args, &policy, traffic, out),
    }
}

fn show(args: &TrafficShow, policy: &Policy, traffic: &Traffic, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let zone = read(traffic)?;
    let faults = names::faults(policy, traffic, &zone);
    match args.output {
        Output::Text => {
            tree::draw(out, traffic, &zone)?;
            tell(&faults, out)?;
        }
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(&json!({"faults": faults}))?)?,
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(faults: &[Fault], out: &mut dyn Write) -> std::io::Result<()> {
    if faults.is_empty() {
        return writeln!(out, "\nNo faults: names, records, checks and latches are as the file wants them.");
    }
    writeln!(out, "\n{} faults:", faults.len())?;
    for fault in faults {
        writeln!(out, "  {}: {}\n    mend: {}", fault.at, fault.problem, fault.mend)?;
    }
    Ok(())
}

fn test(args: &TrafficTest, policy: &Policy, traffic: &Traffic, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let places = places::chosen(&args.places)?;
    let writer = args.writer_in.as_ref().map_or(Ok(policy.regions.primary.clone()), |name| {
        let known = Region::try_from(name.clone()).ok().filter(|region| traffic.endpoints.contains_key(region));
        known.ok_or_else(|| Failure {
            problem: format!("--writer-in {name}: the file names no endpoint there"),
            mend: format!("name one of {}", list(traffic.endpoints.keys())),
        })
    })?;
    let asked: Vec<Asked> = ask(traffic, &places, args)?;
    let rows: Vec<Row> = asked.iter().map(|asked| table::judge(asked, traffic, &writer)).collect();
    match args.output {
        Output::Text => table::write(out, &rows)?,
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(&json!({"answers": rows}))?)?,
    }
    Ok(if rows.iter().all(|row| row.right) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn list(regions: impl Iterator<Item = impl ToString>) -> String {
    regions.map(|region| region.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(feature = "aws")]
fn read(traffic: &Traffic) -> Result<Zone, Failure> {
    live::read(traffic)
}

#[cfg(feature = "aws")]
fn ask(traffic: &Traffic, places: &[places::Place], args: &TrafficTest) -> Result<Vec<Asked>, Failure> {
    live::ask(traffic, places, args.resolver)
}

#[cfg(not(feature = "aws"))]
fn read(_: &Traffic) -> Result<Zone, Failure> {
    Err(Failure::without_aws())
}

#[cfg(not(feature = "aws"))]
fn ask(_: &Traffic, _: &[places::Place], _: &TrafficTest) -> Result<Vec<Asked>, Failure> {
    Err(Failure::without_aws())
}
