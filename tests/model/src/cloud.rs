//! The replica and the calls to it, as they are and not as anybody knows them.

use crate::bounds::{Tick, at};
use understudy_engine::{DbStatus, Lag, Policy, Seconds, Sight, Sighting, Unseen};

/// How far the replica is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Replica {
    /// It follows its writer.
    Following,
    /// A call was accepted, and it still names its source.
    Underway,
    /// It names no source, and is not available.
    Alone,
    /// It names no source, and takes writes.
    Writable,
}

/// A call that has left, and whose reply nobody will get. It arrives in time, or is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Flight {
    pub(crate) epoch: u64,
    /// From then on it is lost.
    pub(crate) until: Tick,
}

/// What a look or a reading back shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Seen {
    As(Replica),
    Nothing,
}

impl Seen {
    pub(crate) fn sight(self, policy: &Policy) -> Sight {
        let changing = DbStatus::Changing("modifying".to_owned());
        let source = Some(policy.database.writer.clone());
        let (status, source) = match self {
            Self::Nothing => return Sight::Unseen(Unseen::Unreachable),
            Self::As(Replica::Following) => (DbStatus::Available, source),
            Self::As(Replica::Underway) => (changing, source),
            Self::As(Replica::Alone) => (changing, None),
            Self::As(Replica::Writable) => (DbStatus::Available, None),
        };
        Sight::Seen(Sighting { status, source, lags: vec![Lag { seconds: Seconds(1), at: at(0) }] })
    }
}
