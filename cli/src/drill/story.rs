//! A drill's report, told to people.

use super::Told;
use std::io::{Result, Write};
use std::path::Path;
use understudy_engine::{Decision, Mode, Subject, Tally};
use understudy_sim::{DrillReport, Happening, Seen};

/// Where the reasons begin.
const INDENT: usize = 23;

/// How wide a line may be.
const WIDTH: usize = 100;

pub(super) fn write(out: &mut dyn Write, told: &Told<'_>, mode: Mode, path: &Path) -> Result<()> {
    let report = told.report;
    writeln!(out, "Drill {}: application {}, mode {mode}, on a simulated cloud", report.scenario, report.application)?;
    writeln!(out, "Offsets are seconds since the fault, in virtual time.\n")?;
    timeline(out, &report.timeline)?;
    if let Some(decision) = &report.decision {
        evidence(out, decision)?;
    }
    clients(out, "What clients saw, by the model of Route 53", &report.traffic.clients)?;
    if let Some(seen) = told.sockets {
        clients(out, "What clients saw over sockets", seen)?;
    }
    outcome(out, report)?;
    for failure in &report.failures {
        writeln!(out, "A function failed: {failure}")?;
    }
    let entries = report.incident.len();
    if entries == 0 {
        return writeln!(out, "Report    {} (no incident)", path.display());
    }
    let chain = if report.chain_verifies { "hash chain verifies" } else { "HASH CHAIN BROKEN" };
    writeln!(out, "Incident  {} ({entries} entries, {chain})", path.display())
}

/// What happened, by time.
pub(crate) fn timeline(out: &mut dyn Write, lines: &[Happening]) -> Result<()> {
    for line in lines {
        writeln!(out, "{:>+9.1}  {:<11} {}", line.offset_seconds, line.who, line.what)?;
        for part in wrapped(&line.why) {
            writeln!(out, "{:INDENT$}{part}", "")?;
        }
    }
    Ok(())
}

pub(super) fn evidence(out: &mut dyn Write, decision: &Decision) -> Result<()> {
    let Some(assessment) = &decision.assessment else { return Ok(()) };
    votes(out, "Votes behind the decision", &assessment.tally)?;
    for person in &decision.approved_by {
        writeln!(out, "  approved by {person}")?;
    }
    if let Some(lag) = decision.lag {
        writeln!(out, "  replication lag at last contact: {} at {}", lag.seconds, lag.at)?;
    }
    writeln!(out)
}

/// How each voter counted.
pub(super) fn votes(out: &mut dyn Write, title: &str, tally: &Tally) -> Result<()> {
    writeln!(out, "\n{title} ({} of {} Down, {} needed):", tally.downs(), tally.electorate(), tally.needed)?;
    writeln!(out, "  {:<18} {:<15} {:<11} {:>5}  counts as", "voter", "class", "Region", "age")?;
    for heard in &tally.heard {
        let age = heard.age_seconds.map_or("-".to_owned(), |age| format!("{age} s"));
        let (voter, class, region) = (heard.voter.as_str(), heard.class.to_string(), heard.region.as_str());
        let watches = match heard.watches {
            Subject::Primary => String::new(),
            Subject::Standby | Subject::Canary => format!(", for the {}", heard.watches),
        };
        writeln!(out, "  {voter:<18} {class:<15} {region:<11} {age:>5}  {}{watches}", heard.counts)?;
    }
    Ok(())
}

/// What each client asked for, what failed, and whom it asked.
fn clients(out: &mut dyn Write, title: &str, seen: &[Seen]) -> Result<()> {
    writeln!(out, "{title}:")?;
    writeln!(
        out,
        "  {:<26} {:<6} {:>6} {:>6} {:>5} {:>9}  asked",
        "client near", "", "sent", "failed", "stray", "longest"
    )?;
    for one in seen {
        let regions: Vec<String> = one.regions.iter().map(|(region, count)| format!("{region} {count}")).collect();
        writeln!(
            out,
            "  {:<26} {:<6} {:>6} {:>6} {:>5} {:>7.1} s  {}",
            one.client,
            one.what,
            one.asked,
            one.failed,
            one.stray,
            one.longest_seconds,
            regions.join(", ")
        )?;
    }
    writeln!(out)
}

fn outcome(out: &mut dyn Write, report: &DrillReport) -> Result<()> {
    writeln!(out, "Ended     {}", report.ended)?;
    match &report.times {
        None => writeln!(out, "RTO       not measured: nothing was promoted")?,
        Some(times) => {
            writeln!(
                out,
                "RTO       {:.1} s = detection {:.1} + decision {:.1} + promotion {:.1} + traffic {:.1}",
                times.rto_seconds,
                times.detection_seconds,
                times.decision_seconds,
                times.promotion_seconds,
                times.traffic_seconds
            )?;
            let loss = &report.loss;
            let lost = loss.committed - loss.replicated;
            writeln!(out, "RPO       {:.1} s: {lost} of {} commits were lost", loss.rpo_seconds, loss.committed)?;
        }
    }
    if let Some(region) = &report.traffic.writes_at {
        writeln!(out, "Writes    lead to {region}")?;
    }
    writeln!(out, "Calls     PromoteReadReplica {}, messages published {}", report.promote_calls, report.messages)
}

pub(super) fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH - INDENT => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
