//! The checkers' rounds, in virtual time. Each checker has a phase of its own within the interval.

use super::Milliseconds;
use super::application::Target;
use super::check::{CHECKERS, CheckId, Observes};
use super::zone::Zone;

/// From when on checks have made up their minds before a drill begins.
const BEFORE: Milliseconds = -600_000;

/// One endpoint check and one of its checkers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    pub id: CheckId,
    pub checker: usize,
    /// When it looks first, and how often.
    pub phase: Milliseconds,
    pub interval: Milliseconds,
    threshold: u32,
}

/// When each checker looks, for a zone whose checks stay what they are.
#[derive(Debug, Clone)]
pub struct Watch {
    rounds: Vec<(Target, Round)>,
    /// After how long everybody has seen enough of a world that stays as it is.
    settles_after: Milliseconds,
}

impl Watch {
    #[must_use]
    pub fn new(zone: &Zone) -> Self {
        let mut rounds = Vec::new();
        let mut settles_after = 0;
        for (id, check) in zone.checks.iter() {
            let Observes::Endpoint { target, interval, threshold } = &check.observes else { continue };
            let (interval, threshold) = (*interval, *threshold);
            settles_after = settles_after.max(interval * Milliseconds::from(threshold));
            for checker in 0..CHECKERS.len() {
                // Spread over the interval, and for each check in another order.
                let place = (checker * 3 + id * 5) % CHECKERS.len();
                let phase = interval * place as Milliseconds / CHECKERS.len() as Milliseconds;
                rounds.push((target.clone(), Round { id, checker, phase, interval, threshold }));
            }
        }
        Self { rounds, settles_after }
    }

    /// Who looks at what, and when: for whoever looks himself.
    pub fn rounds(&self) -> impl Iterator<Item = (Target, Round)> {
        self.rounds.iter().cloned()
    }

    /// Plays the time before a drill begins, in which all is well: every endpoint answers, and nothing is latched.
    pub fn settle(&self, zone: &mut Zone) {
        self.play(zone, (BEFORE, 0), |target, _| matches!(target, Target::Endpoint { .. }), |_, _| {});
    }

    /// Plays a span in which the world stays as it is: `seen` says whether a target answers a checker. `changed` is
    /// called whenever a check's status has changed. What comes after everybody has seen enough is skipped, because
    /// it could not change anything.
    pub fn play(
        &self,
        zone: &mut Zone,
        (from, until): (Milliseconds, Milliseconds),
        seen: impl Fn(&Target, usize) -> bool,
        mut changed: impl FnMut(&Zone, Milliseconds),
    ) {
        let end = until.min(from.saturating_add(self.settles_after));
        let mut looks: Vec<(Milliseconds, &Target, Round)> = Vec::new();
        for (target, round) in &self.rounds {
            let first = from + (round.phase - from).rem_euclid(round.interval);
            let times = (first..end).step_by(usize::try_from(round.interval).unwrap_or(1).max(1));
            looks.extend(times.take(round.threshold as usize).map(|at| (at, target, *round)));
        }
        looks.sort_by_key(|(at, _, round)| (*at, round.id, round.checker));
        let mut before = zone.checks.statuses();
        for (at, target, round) in looks {
            zone.checks.observe(round.id, round.checker, seen(target, round.checker));
            let after = zone.checks.statuses();
            if after != before {
                before = after;
                changed(zone, at);
            }
        }
    }
}
