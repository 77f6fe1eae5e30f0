//! The seeded simulator: the real engine, driver and parsers in worlds that go wrong in every way that
//! is known, thousands of them, each of one seed.
//!
//! A seed draws a plan (applications, policies, truth, faults), a world plays it in virtual time on a
//! loop of its own, and checkers that know neither the world nor the engine's counting read the trace.
//! First everything may go wrong; then nothing does any more, and it must come to a good end.

mod checkers;
mod database;
mod draw;
mod fault;
mod people;
mod plan;
mod ports;
mod stage;
mod summary;
mod trace;
mod world;

pub use checkers::Invariant;
pub use fault::{Fault, Recovery};
pub use summary::{Counters, SeedReport, Summary, Violation};

use plan::Plan;
use stage::Stage;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use trace::{Commit, Ended, Fact, What};
use understudy_engine::What as Told;

/// Plays one seed and checks what happened.
#[must_use]
pub fn run_seed(seed: u64) -> SeedReport {
    let (report, _) = played(seed);
    report
}

/// Plays many seeds on so many threads. What they come to does not depend on how many.
#[must_use]
pub fn run_seeds(seeds: impl Iterator<Item = u64> + Clone + Sync, threads: usize) -> Summary {
    let threads = threads.max(1);
    let run = |thread: usize| {
        let mut summary = Summary::default();
        for seed in seeds.clone().skip(thread).step_by(threads) {
            summary.add(run_seed(seed));
        }
        summary
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn({
                    let run = &run;
                    move || run(thread)
                })
            })
            .collect();
        let mut whole = Summary::default();
        for worker in workers {
            match worker.join() {
                Ok(summary) => whole.merge(summary),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        whole
    })
}

/// Plays one seed, and tells it: one line a fact, the plan before and what was found after.
#[must_use]
pub fn trace_seed(seed: u64) -> (SeedReport, String) {
    let plan = Plan::new(seed);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ =
        writeln!(text, "seed {seed}: {} applications, heals at {} s", plan.applications.len(), plan.heals_at / 1000);
    let _ = writeln!(text, "streams {}, events {}, lost for good {:?}", plan.streams, plan.events, plan.lost_for_good);
    for weather in &plan.weather {
        let _ = writeln!(
            text,
            "weather {:?} {}..{} Region {} and {}, application {:?}",
            weather.fault, weather.from, weather.until, weather.region, weather.other, weather.application
        );
    }
    for (application, one) in plan.applications.iter().enumerate() {
        let policy = &one.policy;
        let _ = writeln!(
            text,
            "app{application} mode {}, needed {} of {:?}",
            policy.mode, policy.quorum.needed, policy.voters
        );
        let _ = writeln!(text, "app{application} {:?}", policy.windows);
    }
    let (report, facts) = played(seed);
    for fact in &facts {
        let _ = writeln!(text, "{fact}");
    }
    for violation in &report.violations {
        let _ = writeln!(text, "violation of {}: {}", violation.invariant.name(), violation.story);
    }
    (report, text)
}

thread_local! {
    static PLAYING: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The seed that this thread is playing, for whoever has to say where it panicked.
#[must_use]
pub fn seed_being_played() -> Option<u64> {
    PLAYING.get()
}

/// Plays a seed. A panic is a violation like any other, where it can be caught.
fn played(seed: u64) -> (SeedReport, Vec<Fact>) {
    PLAYING.set(Some(seed));
    let played = std::panic::catch_unwind(|| to_the_end(seed));
    PLAYING.set(None);
    played.unwrap_or_else(|_| {
        let violation = Violation { invariant: Invariant::I21, seed, story: "it panics".to_owned() };
        let checks = vec![0; Invariant::ALL.len()];
        (SeedReport { seed, checks, counters: Counters::default(), violations: vec![violation] }, Vec::new())
    })
}

fn to_the_end(seed: u64) -> (SeedReport, Vec<Fact>) {
    let plan = Plan::new(seed);
    let (facts, mut counters) = Stage::new(plan.clone()).play();
    count(&facts, &mut counters);
    let findings = checkers::check(&plan, &facts);
    for recovery in &findings.reached {
        counters.recovery(*recovery);
    }
    (SeedReport { seed, checks: findings.checks, counters, violations: findings.violations }, facts)
}

/// Counts what the trace shows of phases, moves and ways out of trouble.
fn count(facts: &[Fact], counters: &mut Counters) {
    let mut killed: BTreeSet<usize> = BTreeSet::new();
    for fact in facts {
        if let What::Ended(Ended::Killed(_)) = &fact.what {
            killed.extend(fact.application);
        }
        if let What::Entered { again: true, .. } = &fact.what {
            counters.recovery(Recovery::EntryRedelivered);
        }
        if let What::Breaker(commit) = &fact.what {
            counters.let_through(&commit.old, &commit.new);
        }
        if let What::Commit(commit) = &fact.what {
            if fact.application.is_some_and(|application| killed.remove(&application)) {
                counters.recovery(Recovery::AnotherRunWentOn);
            }
            count_commit(commit, counters);
        }
    }
}

fn count_commit(commit: &Commit, counters: &mut Counters) {
    counters.phase(commit.new.phase.name());
    counters.lifted(&commit.old.phase, &commit.new.phase);
    for entry in commit.new.journal.outbox.iter().filter(|entry| entry.revision == commit.new.revision) {
        if let Told::Moved { from, to, why, .. } = entry.what {
            counters.edge(from, to, why);
            counters.way_out(from, to, why);
        }
        counters.told(&entry.what);
    }
}
