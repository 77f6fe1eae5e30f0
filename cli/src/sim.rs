//! The simulator: many seeds, what was checked and reached in them, and what is wrong.

use crate::args::{Output, SimRun, SimVerb};
use crate::failure::Failure;
use serde_json::json;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::ops::Range;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;
use understudy_sim::{Counters, Summary, Violation, run_seeds, trace_seed};

/// The schema of what programs are told.
const SCHEMA: u32 = 1;

/// From so many seeds on, what was never reached is a fault of the simulator.
const SEEDS_THAT_REACH_ALL: u64 = 20_000;

/// How many seeds are played between two signs of life.
const BATCH: u64 = 10_000;

/// How many violations are told one by one.
const TOLD_MAX: usize = 20;

pub(crate) fn run(verb: &SimVerb, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let SimVerb::Run(args) = verb;
    if args.trace {
        return trace(args.seed, out);
    }
    let seeds = args.seed..args.seed.saturating_add(args.seeds);
    if let Output::Text = args.output {
        writeln!(out, "Seeds {}..{}; to see one: {}", seeds.start, seeds.end, replay("<seed>"))?;
        out.flush()?;
    }
    let began = Instant::now();
    let summary = play(&seeds, threads(args.threads), err)?;
    let elapsed_seconds = began.elapsed().as_secs_f64();
    if let Some(path) = &args.keep {
        keep(path, &summary.violations)?;
    }
    let unreached = summary.unreached();
    let reaches_all = summary.seeds < SEEDS_THAT_REACH_ALL || unreached.is_empty();
    match args.output {
        Output::Text => {
            text(&summary, &unreached, out)?;
            let rate = summary.seeds as f64 / elapsed_seconds;
            writeln!(out, "{} seeds in {elapsed_seconds:.1} s: {rate:.0} seeds a second", summary.seeds)?;
        }
        Output::Json => writeln!(out, "{}", json(&summary, &unreached))?,
    }
    Ok(if summary.violations.is_empty() && reaches_all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn replay(seed: &str) -> String {
    format!("understudy sim run --seed {seed} --seeds 1 --trace")
}

fn threads(asked: usize) -> usize {
    if asked == 0 { thread::available_parallelism().map_or(1, usize::from) } else { asked }
}

fn play(seeds: &Range<u64>, threads: usize, err: &mut dyn Write) -> io::Result<Summary> {
    let mut whole = Summary::default();
    let mut from = seeds.start;
    while from < seeds.end {
        let until = from.saturating_add(BATCH).min(seeds.end);
        whole.merge(run_seeds(from..until, threads));
        from = until;
        if from < seeds.end {
            writeln!(err, "{} seeds, {} violations", whole.seeds, whole.violations.len())?;
        }
    }
    Ok(whole)
}

fn trace(seed: u64, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let (report, story) = trace_seed(seed);
    writeln!(out, "Seed {seed}; again: {}", replay(&seed.to_string()))?;
    out.write_all(story.as_bytes())?;
    Ok(if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn keep(path: &std::path::Path, violations: &[Violation]) -> io::Result<()> {
    if violations.is_empty() {
        return Ok(());
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    for violation in violations {
        writeln!(file, "{}", line(violation))?;
    }
    Ok(())
}

fn line(violation: &Violation) -> String {
    let Violation { invariant, seed, story } = violation;
    format!("seed {seed}: {}: {story}", invariant.name())
}

fn text(summary: &Summary, unreached: &[String], out: &mut dyn Write) -> io::Result<()> {
    for (group, counts) in summary.counters.groups() {
        writeln!(out, "\n{group}:")?;
        for (name, count) in counts {
            writeln!(out, "  {count:>12}  {name}")?;
        }
    }
    writeln!(out, "\nchecks:")?;
    for (invariant, count) in &summary.checks {
        writeln!(out, "  {count:>12}  {}", invariant.name())?;
    }
    writeln!(out)?;
    for name in unreached {
        writeln!(out, "never reached: {name}")?;
    }
    for violation in summary.violations.iter().take(TOLD_MAX) {
        writeln!(out, "VIOLATION {}", line(violation))?;
    }
    let Counters { commits, .. } = summary.counters;
    let violations = summary.violations.len();
    writeln!(out, "{violations} violations, {} counters never reached, {commits} commits", unreached.len())
}

fn json(summary: &Summary, unreached: &[String]) -> serde_json::Value {
    let groups = summary.counters.groups().into_iter();
    let counters: serde_json::Map<String, serde_json::Value> = groups
        .map(|(group, counts)| {
            let counts = counts.into_iter().map(|(name, count)| (name, json!(count)));
            (group.to_owned(), serde_json::Value::Object(counts.collect()))
        })
        .collect();
    let checks: serde_json::Map<String, serde_json::Value> =
        summary.checks.iter().map(|(invariant, count)| (invariant.name().to_owned(), json!(count))).collect();
    let violations: Vec<_> = summary
        .violations
        .iter()
        .map(|one| json!({"seed": one.seed, "invariant": one.invariant.name(), "story": one.story}))
        .collect();
    json!({
        "schema": SCHEMA,
        "seeds": summary.seeds,
        "counters": counters,
        "checks": checks,
        "never_reached": unreached,
        "violations": violations,
    })
}
