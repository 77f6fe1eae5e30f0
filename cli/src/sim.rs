//! The simulator: many seeds, what was checked in them, what was reached, and what was violated.

use crate::args::{Output, SimRun, SimVerb};
use crate::failure::Failure;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use understudy_sim::{Summary, Violation, run_seeds, seed_being_played, trace_seed};

/// From so many seeds on, what was never reached is a failure: fewer may miss it by chance.
const ALL_REACHED_FROM: u64 = 20_000;

/// How many violations are printed.
const PRINTED_MAX: usize = 50;

pub(crate) fn run(verb: &SimVerb, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    match verb {
        SimVerb::Run(args) => simulate(args, out, err),
    }
}

fn simulate(args: &SimRun, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let seeds = chosen(args)?;
    name_the_seed_of_a_panic();
    let first = seeds.first().copied().unwrap_or(args.seed);
    let last = seeds.last().copied().unwrap_or(args.seed);
    let replay = format!("understudy sim run --seed {first} --seeds 1 --trace");
    if matches!(args.output, Output::Text) {
        writeln!(out, "{} seeds, {first} to {last}; to see one of them: {replay}", seeds.len())?;
        out.flush()?;
    }
    let began = Instant::now();
    let summary = if args.trace { traced(&seeds, out)? } else { run_seeds(seeds.iter().copied(), args.threads) };
    let seconds = began.elapsed().as_secs_f64();
    let unreached = summary.unreached();
    match args.output {
        Output::Text => tell(&summary, &unreached, out)?,
        Output::Json => writeln!(out, "{}", as_json(first, &replay, &summary, &unreached))?,
    }
    // How long it took is no part of what came of it.
    #[expect(clippy::cast_precision_loss, reason = "seeds a second, for people")]
    let rate = summary.seeds as f64 / seconds.max(0.001);
    writeln!(err, "{} seeds in {seconds:.1} s, {rate:.0} a second", summary.seeds)?;
    if let Some(path) = &args.keep {
        keep(path, &summary.violations)?;
    }
    let missed = summary.seeds >= ALL_REACHED_FROM && !unreached.is_empty();
    Ok(if summary.violations.is_empty() && !missed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The seeds to play: those of a file, each once, or so many from the first.
fn chosen(args: &SimRun) -> Result<Vec<u64>, Failure> {
    if let Some(path) = &args.again {
        return kept(path);
    }
    let end = args.seed.checked_add(args.seeds).filter(|end| *end > args.seed).ok_or_else(|| Failure {
        problem: format!("there are no {} seeds from {} on", args.seeds, args.seed),
        mend: "name at least one seed, and a smaller first one".to_owned(),
    })?;
    Ok((args.seed..end).collect())
}

fn kept(path: &Path) -> Result<Vec<u64>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure {
        problem: format!("{} cannot be read: {error}", path.display()),
        mend: "name a file that --keep has written".to_owned(),
    })?;
    let seed = |line: &str| line.strip_prefix("seed ")?.split(':').next()?.parse().ok();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let seeds: Result<BTreeSet<u64>, Failure> = lines
        .map(|(number, line)| {
            seed(line).ok_or_else(|| Failure {
                problem: format!("line {} of {} names no seed: {line:?}", number + 1, path.display()),
                mend: "begin each line with a seed, such as \"seed 7: \"".to_owned(),
            })
        })
        .collect();
    match seeds? {
        seeds if seeds.is_empty() => Err(Failure {
            problem: format!("{} keeps no seed", path.display()),
            mend: "name a file that --keep has written".to_owned(),
        }),
        seeds => Ok(seeds.into_iter().collect()),
    }
}

fn traced(seeds: &[u64], out: &mut dyn Write) -> Result<Summary, Failure> {
    let mut summary = Summary::default();
    for seed in seeds {
        let (report, text) = trace_seed(*seed);
        write!(out, "{text}")?;
        summary.add(report);
    }
    Ok(summary)
}

/// In a release a panic ends the process: the least is to say in which seed.
fn name_the_seed_of_a_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if let Some(seed) = seed_being_played() {
            drop(writeln!(std::io::stderr(), "seed {seed} panics"));
        }
        before(panic);
    }));
}

fn tell(summary: &Summary, unreached: &[String], out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "\nchecked:")?;
    for (invariant, count) in &summary.checks {
        writeln!(out, "  {count:>12}  {}", invariant.name())?;
    }
    for (group, counts) in summary.counters.groups() {
        writeln!(out, "\n{group}:")?;
        for (name, count) in counts {
            writeln!(out, "  {count:>12}  {name}")?;
        }
    }
    if !unreached.is_empty() {
        writeln!(out, "\nnever reached:")?;
        for name in unreached {
            writeln!(out, "  {name}")?;
        }
    }
    let violations = &summary.violations;
    writeln!(out, "\n{} seeds, {} commits, {} violations", summary.seeds, summary.counters.commits, violations.len())?;
    for violation in violations.iter().take(PRINTED_MAX) {
        writeln!(out, "  {}", line(violation))?;
    }
    if let Some(more) = violations.len().checked_sub(PRINTED_MAX).filter(|more| *more > 0) {
        writeln!(out, "  and {more} more")?;
    }
    Ok(())
}

fn line(violation: &Violation) -> String {
    format!("seed {}: {}: {}", violation.seed, violation.invariant.name(), violation.story)
}

fn as_json(first: u64, replay: &str, summary: &Summary, unreached: &[String]) -> Value {
    let checks: Map<_, _> = summary.checks.iter().map(|(one, count)| (one.name().to_owned(), json!(count))).collect();
    let groups = summary.counters.groups().into_iter().map(|(group, counts)| {
        let counts: Map<_, _> = counts.into_iter().map(|(name, count)| (name, json!(count))).collect();
        (group.to_owned(), Value::Object(counts))
    });
    let violations = summary
        .violations
        .iter()
        .map(|one| json!({"seed": one.seed, "invariant": one.invariant.name(), "story": one.story}));
    json!({
        "schema": 1,
        "first_seed": first,
        "seeds": summary.seeds,
        "replay": replay,
        "checks": checks,
        "counters": groups.collect::<Map<_, _>>(),
        "commits": summary.counters.commits,
        "unreached": unreached,
        "violations": violations.collect::<Vec<_>>(),
    })
}

/// Adds what failed to a file, so that it can be played again after a repair.
fn keep(path: &Path, violations: &[Violation]) -> Result<(), Failure> {
    let written = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| violations.iter().try_for_each(|violation| writeln!(file, "{}", line(violation))));
    written.map_err(|error| Failure {
        problem: format!("{} cannot be written: {error}", path.display()),
        mend: "name a file that can be written with --keep".to_owned(),
    })
}
