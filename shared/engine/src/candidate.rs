//! The candidate: what a Describe shows of the replica, and whether it may be promoted now.

use crate::name::DbInstanceArn;
use crate::policy::Database;
use crate::time::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How old the last known lag may be, counted back from the suspicion: the metric has a grain of one
/// minute and may arrive a few minutes late.
pub const LAG_MAX_AGE: Seconds = Seconds(600);

/// What came of looking at the replica.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    Seen(Sighting),
    /// The control plane answers that there is no such instance.
    Missing,
    /// The control plane did not answer, so nothing is known.
    Unseen(Unseen),
}

/// A replica as Describe shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    pub status: DbStatus,
    /// The writer that it names as its source; none once it stands alone.
    pub source: Option<DbInstanceArn>,
    /// The last lag that was known at the time asked for.
    pub lag: Option<Lag>,
}

/// Replication lag, and when it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    pub seconds: Seconds,
    pub at: Timestamp,
}

/// The status of an instance, as far as a decision depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DbStatus {
    Available,
    BackingUp,
    /// What a promotion passes through: modifying, rebooting and the like.
    Changing(String),
    /// Any other word.
    Other(String),
}

/// Why the control plane told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    Unreachable,
    Throttled,
    Denied,
    /// The answer could not be read.
    Unreadable,
}

/// Why a replica may not be promoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ineligible {
    Missing,
    Unseen(Unseen),
    NotAReplica,
    ReplicaOfAnother { source: DbInstanceArn },
    BackingUp,
    NotAvailable { status: DbStatus },
    LagUnknown,
    LagAboveLimit { lag: Seconds, limit: Seconds },
}

impl Sight {
    /// Every reason why this is no candidate; none when it is one.
    #[must_use]
    pub fn ineligible(&self, database: &Database) -> Vec<Ineligible> {
        let sighting = match self {
            Self::Seen(sighting) => sighting,
            Self::Missing => return vec![Ineligible::Missing],
            Self::Unseen(why) => return vec![Ineligible::Unseen(*why)],
        };
        let mut reasons = Vec::new();
        match &sighting.source {
            None => reasons.push(Ineligible::NotAReplica),
            Some(source) if *source != database.writer => {
                reasons.push(Ineligible::ReplicaOfAnother { source: source.clone() });
            }
            Some(_) => {}
        }
        match &sighting.status {
            DbStatus::Available => {}
            DbStatus::BackingUp => reasons.push(Ineligible::BackingUp),
            status @ (DbStatus::Changing(_) | DbStatus::Other(_)) => {
                reasons.push(Ineligible::NotAvailable { status: status.clone() });
            }
        }
        match sighting.lag {
            None => reasons.push(Ineligible::LagUnknown),
            Some(lag) if lag.seconds > database.lag_max_seconds => {
                reasons.push(Ineligible::LagAboveLimit { lag: lag.seconds, limit: database.lag_max_seconds });
            }
            Some(_) => {}
        }
        reasons
    }

    #[must_use]
    pub fn lag(&self) -> Option<Lag> {
        match self {
            Self::Seen(sighting) => sighting.lag,
            Self::Missing | Self::Unseen(_) => None,
        }
    }
}

impl DbStatus {
    /// A status as RDS words it.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "available" => Self::Available,
            "backing-up" => Self::BackingUp,
            "modifying" | "rebooting" | "promoting" | "upgrading" => Self::Changing(text.to_owned()),
            _ => Self::Other(text.to_owned()),
        }
    }
}

impl fmt::Display for DbStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Available => "available",
            Self::BackingUp => "backing-up",
            Self::Changing(text) | Self::Other(text) => text,
        })
    }
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "its control plane did not answer",
            Self::Throttled => "its control plane throttled us",
            Self::Denied => "we are not allowed to describe it",
            Self::Unreadable => "the answer could not be read",
        })
    }
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such instance"),
            Self::Unseen(why) => why.fmt(f),
            Self::NotAReplica => f.write_str("it is not a replica: it names no source"),
            Self::ReplicaOfAnother { source } => write!(f, "it is a replica of another writer, {source}"),
            Self::BackingUp => f.write_str("it is backing up, and RDS refuses to promote it then"),
            Self::NotAvailable { status } => write!(f, "its status is {status}, not available"),
            Self::LagUnknown => f.write_str("its replication lag at last contact is not known"),
            Self::LagAboveLimit { lag, limit } => {
                write!(f, "its replication lag at last contact was {lag}, and the limit is {limit}")
            }
        }
    }
}
