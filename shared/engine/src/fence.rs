//! Fencing: how far the old writer is cut off, and what has shown it. Nothing counts as fenced that
//! was only asked for.

use crate::candidate::{DbStatus, Unseen};
use crate::name::SecurityGroup;
use crate::time::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// What is known of a writer that is given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fence {
    pub standing: Standing,
    pub tried_at: Option<Timestamp>,
    /// The last answer that was not what had been hoped for.
    pub trouble: Option<FenceTrouble>,
}

/// How far a writer is cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing was done to it.
    Open,
    /// Its groups are recorded, and are being replaced by the one that admits nobody.
    Isolating { restore: BTreeSet<SecurityGroup>, seen_open: bool },
    /// It admits nobody new, and is restarted to end the connections that stand.
    Cutting { restore: BTreeSet<SecurityGroup>, called_at: Option<Timestamp>, restarting: bool },
    /// It was seen isolated after its restart.
    Fenced { restore: BTreeSet<SecurityGroup>, at: Timestamp },
    /// It does not exist any more.
    Gone { at: Timestamp },
    /// Its own groups are being put back; until `until` a call that takes them may still be in flight.
    Restoring { restore: BTreeSet<SecurityGroup>, seen_closed: bool, until: Timestamp },
}

/// One thing to do to a writer, or to ask of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FenceAct {
    Describe,
    /// Replaces its security groups by this one.
    Isolate {
        group: SecurityGroup,
    },
    Restart,
    /// Puts its own security groups back.
    Restore {
        groups: BTreeSet<SecurityGroup>,
    },
}

/// What one act came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FenceAnswer {
    Seen(WriterSeen),
    Missing,
    Accepted,
    Trouble(FenceTrouble),
}

/// A writer as Describe shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriterSeen {
    pub status: DbStatus,
    /// Every group that is attached, or is being attached or taken away.
    pub groups: BTreeSet<SecurityGroup>,
    /// Whether all of them are in force.
    pub settled: bool,
}

/// Why a writer could not be cut off yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FenceTrouble {
    Unseen(Unseen),
    /// A call that may or may not have arrived.
    Unanswered,
    Denied,
    Refused,
}

impl Fence {
    #[must_use]
    pub fn open() -> Self {
        Self { standing: Standing::Open, tried_at: None, trouble: None }
    }

    /// Whether something has shown that the writer takes no writes.
    #[must_use]
    pub fn proven_at(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::Fenced { at, .. } | Standing::Gone { at } => Some(at),
            Standing::Open | Standing::Isolating { .. } | Standing::Cutting { .. } | Standing::Restoring { .. } => None,
        }
    }

    /// The groups that the writer had of its own before it was cut off.
    #[must_use]
    pub fn own_groups(&self) -> Option<&BTreeSet<SecurityGroup>> {
        match &self.standing {
            Standing::Isolating { restore, .. }
            | Standing::Cutting { restore, .. }
            | Standing::Fenced { restore, .. }
            | Standing::Restoring { restore, .. } => Some(restore),
            Standing::Open | Standing::Gone { .. } => None,
        }
    }

    /// What is to be done next to cut the writer off; without a group it can only be looked at.
    #[must_use]
    pub fn act(&self, group: Option<&SecurityGroup>) -> Option<FenceAct> {
        match &self.standing {
            Standing::Fenced { .. } | Standing::Gone { .. } => None,
            Standing::Isolating { seen_open: true, .. } => {
                Some(group.map_or(FenceAct::Describe, |group| FenceAct::Isolate { group: group.clone() }))
            }
            Standing::Cutting { called_at: None, .. } => Some(FenceAct::Restart),
            Standing::Restoring { restore, seen_closed: true, .. } => {
                Some(FenceAct::Restore { groups: restore.clone() })
            }
            Standing::Open | Standing::Isolating { .. } | Standing::Cutting { .. } | Standing::Restoring { .. } => {
                Some(FenceAct::Describe)
            }
        }
    }

    /// How often the writer is looked at. A restart takes less than a minute and counts only if it was seen:
    /// whoever looks too seldom restarts the writer for ever and proves nothing.
    #[must_use]
    pub(crate) fn looked_at_every(&self, every: Seconds, poll: Seconds) -> Seconds {
        match self.standing {
            Standing::Cutting { called_at: Some(_), .. } => every.min(poll),
            Standing::Open
            | Standing::Isolating { .. }
            | Standing::Cutting { called_at: None, .. }
            | Standing::Fenced { .. }
            | Standing::Gone { .. }
            | Standing::Restoring { .. } => every,
        }
    }

    /// Turns round again: the way is forward after all.
    #[must_use]
    pub(crate) fn resumed(&self) -> Self {
        match &self.standing {
            Standing::Restoring { restore, .. } => {
                Self { standing: Standing::Isolating { restore: restore.clone(), seen_open: false }, ..self.clone() }
            }
            Standing::Open
            | Standing::Isolating { .. }
            | Standing::Cutting { .. }
            | Standing::Fenced { .. }
            | Standing::Gone { .. } => self.clone(),
        }
    }

    /// Whether something that was done to the writer is still to be undone.
    #[must_use]
    pub(crate) fn is_restoring(&self) -> bool {
        match self.standing {
            Standing::Restoring { .. } => true,
            Standing::Open
            | Standing::Isolating { .. }
            | Standing::Cutting { .. }
            | Standing::Fenced { .. }
            | Standing::Gone { .. } => false,
        }
    }

    /// Turns round: whatever was done to the writer is to be undone.
    #[must_use]
    pub(crate) fn lifted(&self, until: Timestamp) -> Self {
        let standing = match &self.standing {
            Standing::Open => Standing::Open,
            Standing::Gone { at } => Standing::Gone { at: *at },
            Standing::Isolating { restore, .. }
            | Standing::Cutting { restore, .. }
            | Standing::Fenced { restore, .. }
            | Standing::Restoring { restore, .. } => {
                Standing::Restoring { restore: restore.clone(), seen_closed: true, until }
            }
        };
        Self { standing, ..self.clone() }
    }

    /// What is known after an act.
    #[must_use]
    pub(crate) fn after(
        &self,
        act: &FenceAct,
        answer: &FenceAnswer,
        group: Option<&SecurityGroup>,
        settle: Seconds,
        now: Timestamp,
    ) -> Self {
        // That a call was turned away stays known until one is accepted, however often it is looked meanwhile.
        let turned_away = |trouble: &FenceTrouble| matches!(trouble, FenceTrouble::Denied | FenceTrouble::Refused);
        let trouble = self.trouble.filter(|trouble| turned_away(trouble) && *answer != FenceAnswer::Accepted);
        let mut next = Self { standing: self.standing.clone(), tried_at: Some(now), trouble };
        match answer {
            FenceAnswer::Missing => next.standing = Standing::Gone { at: now },
            FenceAnswer::Trouble(trouble) => {
                next.trouble = next.trouble.filter(|_| *act == FenceAct::Describe).or(Some(*trouble));
                next.standing = self.standing.doubted(act, now);
            }
            FenceAnswer::Accepted => next.standing = self.standing.called(act, now),
            FenceAnswer::Seen(seen) => next.standing = self.standing.seen(seen, group, settle, now),
        }
        next
    }
}

impl Standing {
    /// After a call whose fate is not known it is looked at before anything is called again.
    fn doubted(&self, act: &FenceAct, now: Timestamp) -> Self {
        match act {
            FenceAct::Describe => self.clone(),
            FenceAct::Restart => self.restart_called(now, false),
            FenceAct::Isolate { .. } | FenceAct::Restore { .. } => self.asked(),
        }
    }

    fn asked(&self) -> Self {
        let mut next = self.clone();
        match &mut next {
            Self::Isolating { seen_open, .. } => *seen_open = false,
            Self::Restoring { seen_closed, .. } => *seen_closed = false,
            Self::Open | Self::Cutting { .. } | Self::Fenced { .. } | Self::Gone { .. } => {}
        }
        next
    }

    fn called(&self, act: &FenceAct, now: Timestamp) -> Self {
        match act {
            FenceAct::Restart => self.restart_called(now, true),
            FenceAct::Describe | FenceAct::Isolate { .. } | FenceAct::Restore { .. } => self.asked(),
        }
    }

    /// What another run has seen of a restart stands: two that are awake at once both call it.
    fn restart_called(&self, now: Timestamp, accepted: bool) -> Self {
        let mut next = self.clone();
        if let Self::Cutting { called_at, .. } = &mut next
            && (accepted || called_at.is_none())
        {
            *called_at = Some(now);
        }
        next
    }

    fn seen(&self, seen: &WriterSeen, group: Option<&SecurityGroup>, settle: Seconds, now: Timestamp) -> Self {
        let isolated = seen.settled && group.is_some_and(|group| seen.groups.iter().eq([group]));
        match self {
            Self::Open if group.is_none() => Self::Open,
            Self::Open => Self::Isolating { restore: seen.groups.clone(), seen_open: !isolated },
            Self::Isolating { restore, .. } if isolated => {
                Self::Cutting { restore: restore.clone(), called_at: None, restarting: false }
            }
            Self::Isolating { restore, .. } => Self::Isolating {
                restore: restore.clone(),
                seen_open: seen.settled && seen.status == DbStatus::Available,
            },
            Self::Cutting { restore, .. } if !isolated => {
                Self::Isolating { restore: restore.clone(), seen_open: seen.settled }
            }
            Self::Cutting { restore, called_at, restarting } => {
                Self::cutting(restore, *called_at, *restarting, &seen.status, settle, now)
            }
            Self::Restoring { restore, until, .. } if seen.settled && seen.groups == *restore && now >= *until => {
                Self::Open
            }
            Self::Restoring { restore, until, .. } => {
                let seen_closed = seen.settled && seen.groups != *restore;
                Self::Restoring { restore: restore.clone(), seen_closed, until: *until }
            }
            Self::Fenced { .. } | Self::Gone { .. } => self.clone(),
        }
    }

    /// A restart counts once it was seen to happen and to end. One that was never seen is called again.
    /// Any other change is somebody else's, and ends no connection.
    fn cutting(
        restore: &BTreeSet<SecurityGroup>,
        called_at: Option<Timestamp>,
        restarting: bool,
        status: &DbStatus,
        settle: Seconds,
        now: Timestamp,
    ) -> Self {
        let restore = restore.clone();
        match status {
            DbStatus::Available if restarting => Self::Fenced { restore, at: now },
            DbStatus::Available => {
                let called_at = called_at.filter(|at| now < settle.after(*at));
                Self::Cutting { restore, called_at, restarting: false }
            }
            DbStatus::Changing(change) if change == "rebooting" => {
                let restarting = restarting || called_at.is_some();
                Self::Cutting { restore, called_at, restarting }
            }
            DbStatus::Changing(_) | DbStatus::BackingUp | DbStatus::Other(_) => {
                Self::Cutting { restore, called_at, restarting }
            }
        }
    }
}

impl fmt::Display for FenceTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unseen(why) => why.fmt(f),
            Self::Unanswered => f.write_str("no reply tells whether the call arrived"),
            Self::Denied => {
                f.write_str("cutting it off is denied: allow rds:ModifyDBInstance and rds:RebootDBInstance")
            }
            Self::Refused => f.write_str("RDS refused to cut it off"),
        }
    }
}

#[cfg(test)]
mod tests;
