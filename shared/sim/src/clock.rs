//! Virtual time: a fixed beginning, and tokio's clock from there.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

#[derive(Debug, Clone, Copy)]
pub struct Clock {
    begun_at: Timestamp,
    begun: Instant,
}

impl Clock {
    #[must_use]
    pub fn starting_at(begun_at: Timestamp) -> Self {
        Self { begun_at, begun: Instant::now() }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.begun.elapsed()).unwrap_or(SignedDuration::MAX);
        self.begun_at.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }
}
