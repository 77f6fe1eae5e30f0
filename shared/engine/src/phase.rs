//! The phases of a failover, each with the data that exists only while it lasts.

mod acting;
mod after;
mod name;
mod weighing;

pub use acting::{
    AbortedBecause, Aborting, Call, Decision, Draining, Fencing, Kind, Known, PromotedBy, Promoting, ReadBack,
    Shifting, Stuck, StuckReason, Verifying,
};
pub use after::{FailedOver, Rebuilding, Rebuilt};
pub use name::PhaseName;
pub use weighing::{AwaitingApproval, AwaitingVeto, Held, HeldReason, Suspected};

use crate::name::IncidentId;
use crate::order::Question;
use crate::suspicion::Suspicion;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Watching,
    Suspected(Suspected),
    AwaitingApproval(AwaitingApproval),
    AwaitingVeto(AwaitingVeto),
    Held(Held),
    Fencing(Fencing),
    Draining(Draining),
    Promoting(Promoting),
    Verifying(Verifying),
    Shifting(Shifting),
    FailedOver(FailedOver),
    Rebuilding(Rebuilding),
    Rebuilt(Rebuilt),
    Aborting(Aborting),
    Stuck(Stuck),
}

impl Phase {
    #[must_use]
    pub fn name(&self) -> PhaseName {
        match self {
            Self::Watching => PhaseName::Watching,
            Self::Suspected(_) => PhaseName::Suspected,
            Self::AwaitingApproval(_) => PhaseName::AwaitingApproval,
            Self::AwaitingVeto(_) => PhaseName::AwaitingVeto,
            Self::Held(_) => PhaseName::Held,
            Self::Fencing(_) => PhaseName::Fencing,
            Self::Draining(_) => PhaseName::Draining,
            Self::Promoting(_) => PhaseName::Promoting,
            Self::Verifying(_) => PhaseName::Verifying,
            Self::Shifting(_) => PhaseName::Shifting,
            Self::FailedOver(_) => PhaseName::FailedOver,
            Self::Rebuilding(_) => PhaseName::Rebuilding,
            Self::Rebuilt(_) => PhaseName::Rebuilt,
            Self::Aborting(_) => PhaseName::Aborting,
            Self::Stuck(_) => PhaseName::Stuck,
        }
    }

    /// The suspicion, in the phases that still weigh evidence.
    #[must_use]
    pub fn suspicion(&self) -> Option<&Suspicion> {
        match self {
            Self::Suspected(phase) => Some(&phase.suspicion),
            Self::AwaitingApproval(phase) => Some(&phase.suspicion),
            Self::AwaitingVeto(phase) => Some(&phase.suspicion),
            Self::Held(phase) => Some(&phase.suspicion),
            Self::Watching
            | Self::Fencing(_)
            | Self::Draining(_)
            | Self::Promoting(_)
            | Self::Verifying(_)
            | Self::Shifting(_)
            | Self::FailedOver(_)
            | Self::Rebuilding(_)
            | Self::Rebuilt(_)
            | Self::Aborting(_)
            | Self::Stuck(_) => None,
        }
    }

    /// The decision, in the phases that follow one.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Fencing(phase) => Some(&phase.decision),
            Self::Draining(phase) => Some(&phase.decision),
            Self::Promoting(phase) => Some(&phase.decision),
            Self::Verifying(phase) => Some(&phase.decision),
            Self::Shifting(phase) => Some(&phase.decision),
            Self::FailedOver(phase) => Some(&phase.decision),
            Self::Rebuilding(phase) => Some(&phase.after.decision),
            Self::Rebuilt(phase) => Some(&phase.after.decision),
            Self::Aborting(phase) => Some(&phase.decision),
            Self::Stuck(phase) => Some(&phase.decision),
            Self::Watching | Self::Suspected(_) | Self::AwaitingApproval(_) | Self::AwaitingVeto(_) | Self::Held(_) => {
                None
            }
        }
    }

    /// What people are asked now.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        match self {
            Self::AwaitingApproval(phase) => Some(&phase.question),
            Self::AwaitingVeto(phase) => Some(&phase.question),
            Self::Watching
            | Self::Suspected(_)
            | Self::Held(_)
            | Self::Fencing(_)
            | Self::Draining(_)
            | Self::Promoting(_)
            | Self::Verifying(_)
            | Self::Shifting(_)
            | Self::FailedOver(_)
            | Self::Rebuilding(_)
            | Self::Rebuilt(_)
            | Self::Aborting(_)
            | Self::Stuck(_) => None,
        }
    }

    /// The incident that the phase belongs to; none while watching.
    #[must_use]
    pub fn incident(&self) -> Option<&IncidentId> {
        self.suspicion()
            .map(|suspicion| &suspicion.incident)
            .or_else(|| self.decision().map(|decision| &decision.incident))
    }
}
