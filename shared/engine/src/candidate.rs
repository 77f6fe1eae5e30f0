//! The candidate: what a Describe shows of the replica, and whether it may be promoted now.

use crate::name::DbInstanceArn;
use crate::policy::Database;
use crate::time::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long before the suspicion the last contact may be. An idle PostgreSQL writer sends something
/// every five minutes, and alarms take a few minutes to notice that it has stopped.
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
    /// Its replication lag as measured over the span asked for, oldest first.
    pub lags: Vec<Lag>,
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
        match last_contact(&sighting.lags) {
            None => reasons.push(Ineligible::LagUnknown),
            Some(lag) if lag.seconds > database.lag_max_seconds => {
                reasons.push(Ineligible::LagAboveLimit { lag: lag.seconds, limit: database.lag_max_seconds });
            }
            Some(_) => {}
        }
        reasons
    }

    /// The lag at last contact: the bound on what a promotion loses.
    #[must_use]
    pub fn lag(&self) -> Option<Lag> {
        match self {
            Self::Seen(sighting) => last_contact(&sighting.lags),
            Self::Missing | Self::Unseen(_) => None,
        }
    }
}

/// The lag when the replica last received anything. On PostgreSQL the metric is the age of the last
/// replayed commit, so it goes on growing after the writer has died and says ever less: what counts is
/// the last measurement before the replay came to a stand. A replica that made no progress in the whole
/// span has lost contact longer ago than is known.
#[must_use]
pub(crate) fn last_contact(lags: &[Lag]) -> Option<Lag> {
    if let [only] = lags {
        return Some(*only);
    }
    let newest = lags.len().checked_sub(1)?;
    let moved =
        (1..lags.len()).rev().find(|&index| replayed(&lags[index]) > REPLAY_MIN.after(replayed(&lags[index - 1])))?;
    Some(if moved == newest { lags[moved] } else { lags[moved - 1] })
}

/// How far the replay must have come between two measurements to be called progress.
const REPLAY_MIN: Seconds = Seconds(5);

fn replayed(lag: &Lag) -> Timestamp {
    lag.seconds.before(lag.at)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn lags(points: &[(i64, u32)]) -> Vec<Lag> {
        points
            .iter()
            .map(|&(second, lag)| Lag { seconds: Seconds(lag), at: Timestamp::from_second(second).unwrap() })
            .collect()
    }

    fn seconds(points: &[(i64, u32)]) -> Option<u32> {
        last_contact(&lags(points)).map(|lag| lag.seconds.0)
    }

    #[test]
    fn a_replica_that_follows_has_the_lag_of_its_newest_measurement() {
        assert_eq!(seconds(&[(0, 1), (60, 1), (120, 3)]), Some(3));
        assert_eq!(seconds(&[(0, 10), (60, 40), (120, 70)]), Some(70), "slow, and still receiving");
    }

    #[test]
    fn a_dead_writer_leaves_the_lag_at_last_contact_however_long_it_has_been_dead() {
        assert_eq!(seconds(&[(0, 1), (60, 1), (120, 41), (180, 101), (240, 161)]), Some(1));
    }

    #[test]
    fn a_measurement_that_was_rounded_another_way_is_no_progress() {
        assert_eq!(seconds(&[(0, 1), (60, 1), (120, 61), (180, 120), (240, 181)]), Some(1));
    }

    #[test]
    fn five_seconds_between_two_measurements_are_no_progress_and_six_are() {
        assert_eq!(seconds(&[(0, 1), (60, 56)]), None);
        assert_eq!(seconds(&[(0, 1), (60, 55)]), Some(55));
    }

    #[test]
    fn a_replica_that_never_moved_in_the_whole_span_has_no_known_lag() {
        assert_eq!(seconds(&[(0, 3000), (60, 3060), (120, 3120)]), None);
        assert_eq!(seconds(&[]), None);
    }

    #[test]
    fn a_single_measurement_stands_for_itself() {
        assert_eq!(seconds(&[(0, 7)]), Some(7));
    }
}
