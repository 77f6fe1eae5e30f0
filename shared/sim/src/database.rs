//! A database instance: what it is at a time is a function of when its promotion was accepted.

use jiff::{SignedDuration, Timestamp};
use understudy_engine::{DbInstanceArn, DbStatus};

#[derive(Debug, Clone)]
pub struct SimDatabase {
    /// The writer that it follows, until a promotion has ended.
    pub source: Option<DbInstanceArn>,
    /// What it says while no promotion changes it.
    pub status: DbStatus,
    /// How long a promotion takes.
    pub life: Life,
    pub promoted_at: Option<Timestamp>,
}

/// How long the stations of a promotion last. The call returns before the first of them begins.
#[derive(Debug, Clone, Copy)]
pub struct Life {
    pub untouched: SignedDuration,
    pub modifying: SignedDuration,
    pub rebooting: SignedDuration,
    pub backing_up: SignedDuration,
}

impl Life {
    /// A promotion of the given length, its stations in the proportions seen on small instances.
    #[must_use]
    pub fn lasting(seconds: u32) -> Self {
        let share = |percent: i64| SignedDuration::from_millis(i64::from(seconds) * percent * 10);
        Self { untouched: share(10), modifying: share(30), rebooting: share(20), backing_up: share(40) }
    }
}

impl SimDatabase {
    #[must_use]
    pub fn writer() -> Self {
        Self { source: None, status: DbStatus::Available, life: Life::lasting(300), promoted_at: None }
    }

    #[must_use]
    pub fn replica_of(source: DbInstanceArn, life: Life) -> Self {
        Self { source: Some(source), status: DbStatus::Available, life, promoted_at: None }
    }

    /// Whether RDS would accept a promotion now.
    #[must_use]
    pub fn promotable(&self) -> bool {
        self.source.is_some() && self.promoted_at.is_none() && self.status == DbStatus::Available
    }

    /// What Describe shows.
    #[must_use]
    pub fn described(&self, now: Timestamp) -> (DbStatus, Option<DbInstanceArn>) {
        let Some(promoted_at) = self.promoted_at else { return (self.status.clone(), self.source.clone()) };
        let elapsed = now.duration_since(promoted_at);
        let modifying_from = self.life.untouched;
        let rebooting_from = modifying_from + self.life.modifying;
        let backing_up_from = rebooting_from + self.life.rebooting;
        let done_from = backing_up_from + self.life.backing_up;
        if elapsed >= done_from {
            (DbStatus::Available, None)
        } else if elapsed >= backing_up_from {
            (DbStatus::BackingUp, self.source.clone())
        } else if elapsed >= rebooting_from {
            (DbStatus::parse("rebooting"), self.source.clone())
        } else if elapsed >= modifying_from {
            (DbStatus::parse("modifying"), self.source.clone())
        } else {
            (self.status.clone(), self.source.clone())
        }
    }
}
