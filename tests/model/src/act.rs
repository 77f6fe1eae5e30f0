//! Acts: everything that can happen next.

use understudy_engine::{IncidentId, Order};

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    TickPasses,
    SourceTurns { voter: usize },
    VoteArrives { voter: usize },
    Loads { conductor: usize },
    Commits { conductor: usize },
    Looks { conductor: usize, blind: bool },
    IsAdmitted { conductor: usize },
    Calls { conductor: usize, fate: Fate },
    ReadsBack { conductor: usize, blind: bool },
    Crashes { conductor: usize },
    CallArrives { flight: usize },
    ReplicaStandsAlone,
    ReplicaTakesWrites,
    SomebodyPromotes,
    Ordered(Said),
}

/// What comes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Accepted,
    /// It may arrive, and no reply will tell.
    Unknown,
    NotArrived,
    Denied,
}

/// What people may order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Said {
    Abort,
    WeighAgain,
    Acknowledge,
    Adopt,
    Pause,
    Unpause,
}

impl Said {
    pub(crate) const ALL: [Self; 6] =
        [Self::Abort, Self::WeighAgain, Self::Acknowledge, Self::Adopt, Self::Pause, Self::Unpause];

    pub(crate) fn order(self, incident: IncidentId) -> Order {
        match self {
            Self::Abort => Order::Abort(incident),
            Self::WeighAgain => Order::WeighAgain(incident),
            Self::Acknowledge => Order::Acknowledge(incident),
            Self::Adopt => Order::adopt(incident),
            Self::Pause => Order::Pause,
            Self::Unpause => Order::Unpause,
        }
    }
}
