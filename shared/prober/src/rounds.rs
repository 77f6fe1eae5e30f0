//! When to ask: which rounds fit into one invocation.

use std::time::Duration;
use understudy_engine::{Interval, Seconds};

/// What a round takes beside its asks: the canary at its end, and the votes.
pub const MARGIN: Duration = Duration::from_secs(3);

/// How long an invocation stays awake. Less than the minute after which the next one comes: a second process would not
/// know what the first has seen. Half a second is for rounds that begin a little after their time.
pub const AWAKE: Duration = Duration::from_millis(58_500);

/// The rounds of one interval within one invocation. All times count from its beginning.
#[derive(Debug, Clone, Copy)]
pub struct Rounds {
    interval: Duration,
    end: Duration,
}

impl Rounds {
    /// The rounds of an invocation that has this long.
    #[must_use]
    pub fn within(interval: Interval, left: Duration) -> Self {
        Self { interval: whole(interval.seconds()), end: left.min(AWAKE) }
    }

    /// When the first round begins at or after `now`: on the grid, so that a round that took long delays none but the
    /// one it ran into. None where the invocation is over.
    #[must_use]
    pub fn next(&self, after: Option<Duration>, now: Duration) -> Option<Duration> {
        let first = match after {
            None => return (now < self.end).then_some(now),
            Some(after) => self.grid(after).saturating_add(self.interval),
        };
        let at = if first >= now { first } else { self.grid(now).saturating_add(self.interval) };
        (at < self.end).then_some(at)
    }

    /// Whether an ask that may take so long still ends in time in a round that begins at `now`.
    #[must_use]
    pub fn fits(&self, timeout: Seconds, now: Duration) -> bool {
        now.saturating_add(whole(timeout)).saturating_add(MARGIN) <= self.end
    }

    /// When the asks of a round that begins at `now` have to be over: before the next round, and before the end.
    #[must_use]
    pub fn asks_end(&self, now: Duration) -> Duration {
        now.saturating_add(self.interval).min(self.end).saturating_sub(MARGIN)
    }

    fn grid(&self, at: Duration) -> Duration {
        let over = at.as_nanos() % self.interval.as_nanos().max(1);
        at.saturating_sub(Duration::from_nanos(u64::try_from(over).unwrap_or(u64::MAX)))
    }
}

fn whole(seconds: Seconds) -> Duration {
    Duration::from_secs(u64::from(seconds.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(70);

    fn seconds(number: f64) -> Duration {
        Duration::from_secs_f64(number)
    }

    /// The beginnings of rounds that take so long.
    fn begins(interval: Interval, left: Duration, takes: f64, timeout: u32) -> Vec<u64> {
        let rounds = Rounds::within(interval, left);
        let (mut found, mut last, mut now) = (Vec::new(), None, Duration::ZERO);
        while let Some(at) = rounds.next(last, now) {
            if rounds.fits(Seconds(timeout), at) {
                found.push(at.as_secs());
            }
            last = Some(at);
            now = at + seconds(takes);
        }
        found
    }

    #[test]
    fn an_interval_below_a_minute_has_several_rounds_in_one_invocation() {
        assert_eq!(begins(Interval::Ten, MINUTE, 0.1, 5), [0, 10, 20, 30, 40, 50]);
        assert_eq!(begins(Interval::Twenty, MINUTE, 0.1, 5), [0, 20, 40]);
        assert_eq!(begins(Interval::Thirty, MINUTE, 0.1, 5), [0, 30]);
        assert_eq!(begins(Interval::Sixty, MINUTE, 0.1, 30), [0]);
    }

    #[test]
    fn a_round_that_cannot_end_before_the_deadline_does_not_begin() {
        assert_eq!(begins(Interval::Ten, seconds(28.0), 0.1, 5), [0, 10, 20]);
        assert_eq!(begins(Interval::Ten, seconds(27.9), 0.1, 5), [0, 10]);
        assert_eq!(begins(Interval::Ten, MINUTE, 0.1, 6), [0, 10, 20, 30, 40], "it would run into the next minute");
        assert_eq!(begins(Interval::Sixty, seconds(7.0), 0.1, 5), Vec::<u64>::new());
    }

    #[test]
    fn the_last_round_of_a_minute_may_begin_a_little_late() {
        let rounds = Rounds::within(Interval::Ten, MINUTE);
        assert!(rounds.fits(Seconds(5), seconds(50.4)));
        assert!(!rounds.fits(Seconds(5), seconds(50.6)));
    }

    #[test]
    fn a_round_that_took_too_long_skips_those_it_ran_into() {
        assert_eq!(begins(Interval::Ten, MINUTE, 12.0, 5), [0, 20, 40]);
    }

    #[test]
    fn the_first_round_begins_at_once_and_the_others_keep_the_grid() {
        let rounds = Rounds::within(Interval::Twenty, MINUTE);
        assert_eq!(rounds.next(None, seconds(1.5)), Some(seconds(1.5)));
        assert_eq!(rounds.next(Some(seconds(1.5)), seconds(2.0)), Some(seconds(20.0)));
    }

    #[test]
    fn asks_are_over_before_the_next_round_and_before_the_end() {
        let rounds = Rounds::within(Interval::Twenty, MINUTE);
        assert_eq!(rounds.asks_end(seconds(20.0)), seconds(37.0));
        assert_eq!(rounds.asks_end(seconds(40.0)), seconds(55.5));
    }
}
