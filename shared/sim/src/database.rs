//! A database instance: what it is at a time is a function of when its promotion was accepted.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use understudy_engine::{DbInstanceArn, DbStatus, Lag, Seconds, SecurityGroup, WriterSeen};

/// How long new security groups take to be in force, a restart to end, and a new replica to be ready.
const REGROUPING: SignedDuration = SignedDuration::from_secs(8);
const RESTART_BEGINS: SignedDuration = SignedDuration::from_secs(3);
const RESTARTING: SignedDuration = SignedDuration::from_secs(40);
const CREATING: SignedDuration = SignedDuration::from_secs(1800);

#[derive(Debug, Clone)]
pub struct SimDatabase {
    /// The security groups that are attached.
    pub groups: BTreeSet<SecurityGroup>,
    /// When its groups were last replaced, and when it was last restarted.
    pub regrouped_at: Option<Timestamp>,
    pub restarted_at: Option<Timestamp>,
    /// When it was created, if that was in the drill: until then plus a while it is `creating`.
    pub created_at: Option<Timestamp>,
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
        Self::standing(None, Life::lasting(300))
    }

    fn standing(source: Option<DbInstanceArn>, life: Life) -> Self {
        Self {
            groups: BTreeSet::new(),
            regrouped_at: None,
            restarted_at: None,
            created_at: None,
            source,
            status: DbStatus::Available,
            life,
            promoted_at: None,
        }
    }

    /// A replica that has just been asked for.
    #[must_use]
    pub fn created_from(source: DbInstanceArn, now: Timestamp) -> Self {
        Self { created_at: Some(now), ..Self::standing(Some(source), Life::lasting(300)) }
    }

    /// What Describe shows of it as a writer.
    #[must_use]
    pub fn seen(&self, now: Timestamp) -> WriterSeen {
        let settled = self.regrouped_at.is_none_or(|at| now.duration_since(at) >= REGROUPING);
        WriterSeen { status: self.described(now).0, groups: self.groups.clone(), settled }
    }

    /// Whether it admits nobody new, because this group admits nobody and is its only one.
    pub(crate) fn is_cut_off_by(&self, group: &SecurityGroup, now: Timestamp) -> bool {
        let seen = self.seen(now);
        seen.settled && seen.groups.iter().eq([group])
    }

    /// Whether it answers nobody.
    pub(crate) fn is_down(&self, now: Timestamp) -> bool {
        let status = self.described(now).0;
        status == DbStatus::parse("rebooting") || status == DbStatus::parse("creating")
    }

    /// Replaces its security groups. Asked twice for the same is asked once.
    pub(crate) fn regroup(&mut self, groups: &BTreeSet<SecurityGroup>, now: Timestamp) {
        if self.groups != *groups {
            self.groups.clone_from(groups);
            self.regrouped_at = Some(now);
        }
    }

    fn restarting(&self, now: Timestamp) -> bool {
        self.restarted_at.is_some_and(|at| {
            let elapsed = now.duration_since(at);
            elapsed >= RESTART_BEGINS && elapsed < RESTART_BEGINS + RESTARTING
        })
    }

    /// Whether RDS would accept a change now: nothing else is under way, nor about to begin.
    #[must_use]
    pub fn changeable(&self, now: Timestamp) -> bool {
        let (status, source) = self.described(now);
        let promoting = self.promoted_at.is_some() && source.is_some();
        let about_to_restart = self.restarted_at.is_some_and(|at| now.duration_since(at) < RESTART_BEGINS);
        status == DbStatus::Available && !promoting && !about_to_restart
    }

    /// The lag of a replica that was made in the drill, once a minute from when it was ready.
    #[must_use]
    pub fn measured(&self, (after, until): (Timestamp, Timestamp)) -> Vec<Lag> {
        let Some(ready_at) = self.created_at.map(|at| at + CREATING).filter(|_| self.promoted_at.is_none()) else {
            return Vec::new();
        };
        let minutes = (0..).map(|minute| ready_at + SignedDuration::from_mins(minute));
        let span = minutes.skip_while(|at| *at < after).take_while(|at| *at <= until);
        span.map(|at| Lag { seconds: Seconds(1), at }).collect()
    }

    #[must_use]
    pub fn replica_of(source: DbInstanceArn, life: Life) -> Self {
        Self::standing(Some(source), life)
    }

    /// Whether RDS would accept a promotion now.
    #[must_use]
    pub fn promotable(&self) -> bool {
        self.source.is_some() && self.promoted_at.is_none() && self.status == DbStatus::Available
    }

    /// What Describe shows.
    #[must_use]
    pub fn described(&self, now: Timestamp) -> (DbStatus, Option<DbInstanceArn>) {
        if self.created_at.is_some_and(|at| now.duration_since(at) < CREATING) {
            return (DbStatus::Other("creating".to_owned()), self.source.clone());
        }
        let standing = || if self.restarting(now) { DbStatus::parse("rebooting") } else { self.status.clone() };
        let Some(promoted_at) = self.promoted_at else { return (standing(), self.source.clone()) };
        let elapsed = now.duration_since(promoted_at);
        let modifying_from = self.life.untouched;
        let rebooting_from = modifying_from + self.life.modifying;
        let backing_up_from = rebooting_from + self.life.rebooting;
        let done_from = backing_up_from + self.life.backing_up;
        if elapsed >= done_from {
            (standing(), None)
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
