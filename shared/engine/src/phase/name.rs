//! A phase without its data.

use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PhaseName {
    Watching,
    Suspected,
    AwaitingApproval,
    AwaitingVeto,
    Held,
    Fencing,
    Draining,
    Promoting,
    Verifying,
    Shifting,
    FailedOver,
    Rebuilding,
    Rebuilt,
    Aborting,
    Stuck,
}

impl PhaseName {
    pub const ALL: [Self; 15] = [
        Self::Watching,
        Self::Suspected,
        Self::AwaitingApproval,
        Self::AwaitingVeto,
        Self::Held,
        Self::Fencing,
        Self::Draining,
        Self::Promoting,
        Self::Verifying,
        Self::Shifting,
        Self::FailedOver,
        Self::Rebuilding,
        Self::Rebuilt,
        Self::Aborting,
        Self::Stuck,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Watching => "Watching",
            Self::Suspected => "Suspected",
            Self::AwaitingApproval => "AwaitingApproval",
            Self::AwaitingVeto => "AwaitingVeto",
            Self::Held => "Held",
            Self::Fencing => "Fencing",
            Self::Draining => "Draining",
            Self::Promoting => "Promoting",
            Self::Verifying => "Verifying",
            Self::Shifting => "Shifting",
            Self::FailedOver => "FailedOver",
            Self::Rebuilding => "Rebuilding",
            Self::Rebuilt => "Rebuilt",
            Self::Aborting => "Aborting",
            Self::Stuck => "Stuck",
        }
    }
}

impl fmt::Display for PhaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
