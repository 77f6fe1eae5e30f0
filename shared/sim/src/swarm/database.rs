//! A database of a world, with its past, so that a stale Describe can be answered.

use super::plan::{Ms, SECOND};
use crate::database::Life;
use std::collections::BTreeSet;
use understudy_engine::{DbInstanceArn, DbStatus, SecurityGroup, WriterSeen};

/// How long new security groups take to be in force, and when a restart begins and ends.
const REGROUPING: Ms = 8 * SECOND;
const RESTART_BEGINS: Ms = 3 * SECOND;
const RESTART_ENDS: Ms = 35 * SECOND;

#[derive(Debug, Clone)]
pub(super) struct Database {
    /// What it was from when on, oldest first.
    past: Vec<(Ms, Being)>,
}

/// What a database is, between two changes.
#[derive(Debug, Clone)]
pub(super) struct Being {
    pub(super) exists: bool,
    /// Until then it is being created.
    pub(super) ready_at: Ms,
    /// What it followed when it was created.
    pub(super) source: Option<DbInstanceArn>,
    pub(super) promotion: Option<Promotion>,
    pub(super) groups: BTreeSet<SecurityGroup>,
    pub(super) regrouped_at: Ms,
    pub(super) restarted_at: Ms,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Promotion {
    pub(super) at: Ms,
    pub(super) life: Life,
    /// Whether one of our calls began it.
    pub(super) ours: bool,
}

/// What a database is at one time.
pub(super) struct Look {
    pub(super) status: DbStatus,
    pub(super) source: Option<DbInstanceArn>,
}

const NEVER: Ms = Ms::MIN / 4;

impl Database {
    pub(super) fn new(source: Option<DbInstanceArn>, group: SecurityGroup, at: Ms, ready_at: Ms) -> Self {
        let being = Being {
            exists: true,
            ready_at,
            source,
            promotion: None,
            groups: BTreeSet::from([group]),
            regrouped_at: NEVER,
            restarted_at: NEVER,
        };
        Self { past: vec![(at, being)] }
    }

    /// What it was at a time; nothing where it did not exist.
    pub(super) fn being(&self, at: Ms) -> Option<&Being> {
        let known = self.past.iter().rev().find(|(from, _)| *from <= at);
        known.map(|(_, being)| being).filter(|being| being.exists)
    }

    /// Changes it from now on, if it exists.
    pub(super) fn change(&mut self, now: Ms, change: impl FnOnce(&mut Being)) {
        if let Some(mut being) = self.being(now).cloned() {
            change(&mut being);
            self.past.push((now, being));
        }
    }
}

impl Being {
    /// Whether RDS would accept a promotion, unless it is backing up.
    pub(super) fn promotable(&self, now: Ms) -> bool {
        now >= self.ready_at && self.source.is_some() && self.promotion.is_none() && !self.restarting(now)
    }

    pub(super) fn restarting(&self, now: Ms) -> bool {
        now >= self.restarted_at + RESTART_BEGINS && now < self.restarted_at + RESTART_ENDS
    }

    /// Whether it stands alone and takes writes, as far as its promotion goes.
    pub(super) fn stands_alone(&self, now: Ms) -> bool {
        self.look(now).source.is_none()
    }

    pub(super) fn look(&self, now: Ms) -> Look {
        let changing = |text: &str| Look { status: DbStatus::parse(text), source: self.source.clone() };
        if now < self.ready_at {
            return changing("creating");
        }
        let Some(promotion) = self.promotion else {
            return changing(if self.restarting(now) { "rebooting" } else { "available" });
        };
        let elapsed = now - promotion.at;
        let stage = |span: jiff::SignedDuration| i64::try_from(span.as_millis()).unwrap_or(Ms::MAX / 8);
        let life = promotion.life;
        let modifying_from = stage(life.untouched);
        let rebooting_from = modifying_from + stage(life.modifying);
        let backing_up_from = rebooting_from + stage(life.rebooting);
        let done_from = backing_up_from + stage(life.backing_up);
        if elapsed < modifying_from {
            changing("available")
        } else if elapsed < rebooting_from {
            changing("modifying")
        } else if elapsed < backing_up_from {
            changing("rebooting")
        } else if elapsed < done_from {
            Look { status: DbStatus::BackingUp, source: None }
        } else {
            let status = if self.restarting(now) { "rebooting" } else { "available" };
            Look { status: DbStatus::parse(status), source: None }
        }
    }

    /// What Describe shows of it as a writer.
    pub(super) fn seen(&self, now: Ms) -> WriterSeen {
        let settled = now >= self.regrouped_at + REGROUPING;
        WriterSeen { status: self.look(now).status, groups: self.groups.clone(), settled }
    }

    /// Replaces its security groups. Asked twice for the same is asked once.
    pub(super) fn regroup(&mut self, groups: &BTreeSet<SecurityGroup>, now: Ms) {
        if self.groups != *groups {
            self.groups.clone_from(groups);
            self.regrouped_at = now;
        }
    }

    /// Whether it admits nobody but `group`, and was restarted since: what a fence comes to.
    pub(super) fn is_cut_off(&self, group: &SecurityGroup, now: Ms) -> bool {
        self.is_isolated(group, now)
            && now >= self.restarted_at + RESTART_BEGINS
            && self.restarted_at >= self.regrouped_at
    }

    pub(super) fn is_isolated(&self, group: &SecurityGroup, now: Ms) -> bool {
        self.groups.iter().eq([group]) && now >= self.regrouped_at + REGROUPING
    }
}

impl Promotion {
    /// A promotion that takes this many times as long as it is used to.
    pub(super) fn new(at: Ms, life: Life, slowness: i32, ours: bool) -> Self {
        let slow = |span: jiff::SignedDuration| span.saturating_mul(slowness);
        let life = Life {
            untouched: slow(life.untouched),
            modifying: slow(life.modifying),
            rebooting: slow(life.rebooting),
            backing_up: slow(life.backing_up),
        };
        Self { at, life, ours }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_is_what_it_was() {
        let arn: DbInstanceArn = "arn:aws:rds:us-east-1:111122223333:db:orders".parse().unwrap();
        let group: SecurityGroup = "sg-000000aa".parse().unwrap();
        let mut database = Database::new(Some(arn), group, 0, 0);
        let promotion = Promotion::new(1000, Life::lasting(100), 1, true);
        database.change(1000, |being| being.promotion = Some(promotion));
        assert!(database.being(999).unwrap().promotable(999));
        assert!(!database.being(1001).unwrap().promotable(1001));
        assert!(!database.being(50_000).unwrap().stands_alone(50_000));
        assert!(database.being(150_000).unwrap().stands_alone(150_000));
    }
}
