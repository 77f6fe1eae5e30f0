//! Time, compressed: so many seconds of the drill in one of ours.

use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    begun: Instant,
    begun_at: Timestamp,
    speed: u32,
}

impl Pace {
    pub(crate) fn starting_at(begun_at: Timestamp, speed: u32) -> Self {
        Self { begun: Instant::now(), begun_at, speed }
    }

    /// What time it is in the drill.
    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.begun.elapsed() * self.speed).unwrap_or(SignedDuration::MAX);
        self.begun_at.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    /// Milliseconds of the drill since its beginning.
    pub(crate) fn offset(&self, at: Timestamp) -> i64 {
        i64::try_from(at.duration_since(self.begun_at).as_millis()).unwrap_or(i64::MAX)
    }

    /// How long a span of the drill is here.
    pub(crate) fn here(&self, span: Duration) -> Duration {
        span / self.speed
    }

    /// When so many milliseconds of the drill have passed.
    pub(crate) fn instant(&self, offset: i64) -> Instant {
        self.begun + self.here(Duration::from_millis(offset.max(0).unsigned_abs()))
    }

    /// Holds the calling thread up until the drill has come to this time.
    #[expect(clippy::disallowed_methods, reason = "passing time is what it is for")]
    pub(crate) fn hold_until(&self, at: Timestamp) {
        let wait = self.instant(self.offset(at)).saturating_duration_since(Instant::now());
        std::thread::sleep(wait);
    }
}
