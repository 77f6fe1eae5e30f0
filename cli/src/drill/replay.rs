//! Replays: scenarios are played, and the engine's answer is held against the expected one.

use super::files::{self, Read, line};
use super::story;
use crate::args::{DrillReplay, Output};
use crate::failure::Failure;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::process::ExitCode;
use understudy_engine::{Assessment, Severity};
use understudy_sim::{Replay, SHIPPED, Scenario};

/// Nothing is played before every file has been read and understood.
pub(super) fn run(args: &DrillReplay, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let shipped = SHIPPED.iter().filter(|_| args.all).map(|shipped| shipped.name);
    let names = args.files.iter().map(String::as_str).chain(shipped);
    let read: Vec<Read> = names.map(files::read).collect::<Result<_, _>>()?;
    if read.iter().any(|read| read.scenario.is_err()) {
        return refuse(&read, args.output, out, err);
    }
    let mut replays = Vec::new();
    for Read { name, scenario } in &read {
        let Ok(scenario) = scenario else { continue };
        let replay = understudy_sim::replay(name, scenario).map_err(|error| Failure {
            problem: format!("{name} cannot be played: {error}"),
            mend: "this is a fault of the drill itself: report it".to_owned(),
        })?;
        if matches!(args.output, Output::Text) {
            tell(out, scenario, &replay)?;
        }
        replays.push(replay);
    }
    match args.output {
        Output::Text if replays.len() > 1 => summary(out, &replays)?,
        Output::Text => {}
        Output::Json => {
            serde_json::to_writer_pretty(&mut *out, &replays)?;
            writeln!(out)?;
        }
    }
    let as_expected = replays.iter().all(|replay| replay.as_expected);
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn refuse(read: &[Read], output: Output, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let bad = || read.iter().filter_map(|read| Some((&read.name, read.scenario.as_ref().err()?)));
    match output {
        Output::Text => {
            for (name, faults) in bad() {
                for fault in faults {
                    let severity = if fault.severity == Severity::Error { "error" } else { "warning" };
                    writeln!(err, "{severity}: {name}: {}\n  hint: {}", line(fault), fault.mend)?;
                }
                let errors = faults.iter().filter(|fault| fault.severity == Severity::Error).count();
                writeln!(err, "{name}: not played ({errors} {})", if errors == 1 { "error" } else { "errors" })?;
            }
        }
        Output::Json => {
            let files: Vec<Value> = bad()
                .map(|(name, faults)| {
                    let faults = faults.iter().map(|fault| {
                        let severity = if fault.severity == Severity::Error { "error" } else { "warning" };
                        let (field, value, problem, mend) = (&fault.field, &fault.value, &fault.problem, &fault.mend);
                        json!({"severity": severity, "field": field, "value": value, "problem": problem, "mend": mend})
                    });
                    json!({"scenario": name, "faults": faults.collect::<Vec<_>>()})
                })
                .collect();
            serde_json::to_writer_pretty(&mut *out, &json!({ "refused": files }))?;
            writeln!(out)?;
        }
    }
    Ok(ExitCode::from(2))
}

fn tell(out: &mut dyn Write, scenario: &Scenario, replay: &Replay) -> io::Result<()> {
    writeln!(out, "Scenario {}: {}", replay.scenario, scenario.title)?;
    if !scenario.source.is_empty() {
        writeln!(out, "Source   {}", scenario.source)?;
    }
    for part in story::wrapped(&scenario.description) {
        writeln!(out, "         {part}")?;
    }
    for warning in &scenario.warnings {
        writeln!(out, "warning: {} (hint: {})", line(warning), warning.mend)?;
    }
    writeln!(out, "Offsets are seconds since t0, in virtual time.\n")?;
    story::timeline(out, &replay.timeline)?;
    match &replay.assessment {
        Some(assessment) => evidence(out, assessment)?,
        None => writeln!(out, "\nNobody ever said Down to the engine, so nothing was weighed.")?,
    }
    verdict(out, replay)
}

fn evidence(out: &mut dyn Write, assessment: &Assessment) -> io::Result<()> {
    story::votes(out, "The assessment behind the answer", &assessment.tally)?;
    for blocker in &assessment.blockers {
        writeln!(out, "  in the way: {blocker}")?;
    }
    if assessment.blockers.is_empty() {
        writeln!(out, "  nothing in the way")?;
    }
    Ok(())
}

fn verdict(out: &mut dyn Write, replay: &Replay) -> io::Result<()> {
    let at = replay.answered_seconds.map_or(String::new(), |at| format!(" at {at:+.1} s"));
    writeln!(out, "\nExpected  {}", replay.expected)?;
    writeln!(out, "Answer    {}{at}", replay.answer)?;
    let ended: Vec<String> = replay.ended.iter().map(|(name, phase)| format!("{name} {phase}")).collect();
    let latched: Vec<&str> = replay.latched.iter().map(|region| region.as_str()).collect();
    let latched = if latched.is_empty() { "none".to_owned() } else { latched.join(", ") };
    writeln!(out, "Ended     {}; latched {latched}; fence {}", ended.join(", "), replay.fence)?;
    let first = replay.first_page_seconds.map_or(String::new(), |at| format!(", the first at {at:+.1} s"));
    writeln!(out, "Calls     PromoteReadReplica {}, pages {}{first}", replay.promote_calls, replay.pages)?;
    for (failure, times) in &replay.failures {
        writeln!(out, "Failed    {times} times: {failure}")?;
    }
    for difference in &replay.differences {
        let (what, expected, actual) = (&difference.what, &difference.expected, &difference.actual);
        writeln!(out, "DIFFERS   {what}: expected {expected}, found {actual}")?;
    }
    writeln!(out, "Result    {}\n", if replay.as_expected { "as expected" } else { "NOT as expected" })
}

fn summary(out: &mut dyn Write, replays: &[Replay]) -> io::Result<()> {
    let width = replays.iter().map(|replay| replay.scenario.len()).max().unwrap_or_default().max(8);
    writeln!(
        out,
        "{:<width$}  {:<18}  {:<8}  {:>9}  {:>5}  {:>5}",
        "scenario", "expected", "answer", "after", "calls", "pages"
    )?;
    for replay in replays {
        let Replay { scenario, expected, answer, promote_calls, pages, .. } = replay;
        let after = replay.answered_seconds.map_or("-".to_owned(), |at| format!("{at:.1} s"));
        let mark = if replay.as_expected { "" } else { "  DIFFERS" };
        writeln!(
            out,
            "{scenario:<width$}  {expected:<18}  {answer:<8}  {after:>9}  {promote_calls:>5}  {pages:>5}{mark}"
        )?;
    }
    let differ = replays.iter().filter(|replay| !replay.as_expected).count();
    writeln!(out, "{} played, {differ} not as expected", replays.len())
}
