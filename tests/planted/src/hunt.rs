//! Seeds in order, on all cores, until one shows the bug.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use understudy_driver::planted::{Bug, plant};
use understudy_sim::run_seed;

/// A bug that takes more seeds than these counts as not found.
pub(crate) const SEEDS_MAX: u64 = 10_000;

/// The first seed in which the bug breaks the invariant that forbids it, and how.
pub(crate) struct Caught {
    pub(crate) seed: u64,
    pub(crate) invariant: String,
    pub(crate) story: String,
}

/// Every bug, and what shows it.
pub(crate) fn hunt_all() -> Vec<(Bug, Option<Caught>)> {
    let caught = |bug: Bug| {
        let caught = hunt(bug);
        match &caught {
            Some(caught) => eprintln!("{bug:?}: {} at seed {}", caught.invariant, caught.seed),
            None => eprintln!("{bug:?}: NOT FOUND within {SEEDS_MAX} seeds"),
        }
        (bug, caught)
    };
    Bug::ALL.into_iter().map(caught).collect()
}

/// The lowest seed that shows the bug, whichever thread is faster.
fn hunt(bug: Bug) -> Option<Caught> {
    let next = AtomicU64::new(0);
    let lowest = AtomicU64::new(SEEDS_MAX);
    let caught: Mutex<Option<Caught>> = Mutex::new(None);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| search(bug, &next, &lowest, &caught));
        }
    });
    caught.into_inner().ok().flatten()
}

fn search(bug: Bug, next: &AtomicU64, lowest: &AtomicU64, caught: &Mutex<Option<Caught>>) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= lowest.load(Ordering::Relaxed) {
            break;
        }
        plant(Some(bug));
        let report = run_seed(seed);
        plant(None);
        let breaks = |name: &str| name.split(' ').next() == Some(bug.breaks());
        let Some(violation) = report.violations.into_iter().find(|one| breaks(one.invariant.name())) else { continue };
        lowest.fetch_min(seed, Ordering::Relaxed);
        let Ok(mut best) = caught.lock() else { return };
        if best.as_ref().is_none_or(|best| best.seed > seed) {
            *best = Some(Caught { seed, invariant: violation.invariant.name().to_owned(), story: violation.story });
        }
    }
}
