//! Orders: what a person may tell the conductor.

use crate::name::{DbInstanceArn, Epoch, IncidentId, JournalHash, Person};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Yes, to this very question.
    Approve(Question),
    /// No, to this very question.
    Veto(Question),
    /// Do not promote, as long as that can still be had.
    Abort(IncidentId),
    /// A failover has been taken note of, or a problem has been dealt with by hand.
    Acknowledge(IncidentId),
    /// What made it hold is dealt with: weigh the evidence from the start.
    WeighAgain(IncidentId),
    /// Somebody else has promoted the replica: go on from there.
    Adopt {
        incident: IncidentId,
        /// Where it was a person who could not wait for the table.
        glass: Option<BrokenGlass>,
    },
    /// Create a new replica of the present writer under this name.
    Rebuild {
        incident: IncidentId,
        replica: DbInstanceArn,
    },
    /// Make the rebuilt replica the writer, without losing anything.
    SwitchOver(IncidentId),
    /// Begin nothing new.
    Pause,
    Unpause,
}

/// A promotion by hand while the table could not be asked, as whoever made it has written it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokenGlass {
    pub by: Person,
    /// When the call to promote was made.
    pub called_at: Timestamp,
    /// The hash of the journal's last line.
    pub journal: JournalHash,
}

/// What people are asked. An answer is good for this question and for no other: not for the next one
/// of the same incident, and not for the same one asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub incident: IncidentId,
    pub epoch: Epoch,
    pub action: Action,
    pub asked_at: Timestamp,
}

/// What would be done on a yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Promote { writer: DbInstanceArn, replica: DbInstanceArn },
}

impl Order {
    /// Goes on from what somebody else has done, of whom nothing is known.
    #[must_use]
    pub fn adopt(incident: IncidentId) -> Self {
        Self::Adopt { incident, glass: None }
    }

    /// The incident that the order is about; none where it is about the application.
    #[must_use]
    pub fn incident(&self) -> Option<&IncidentId> {
        match self {
            Self::Approve(question) | Self::Veto(question) => Some(&question.incident),
            Self::Abort(incident)
            | Self::Acknowledge(incident)
            | Self::WeighAgain(incident)
            | Self::SwitchOver(incident)
            | Self::Adopt { incident, .. }
            | Self::Rebuild { incident, .. } => Some(incident),
            Self::Pause | Self::Unpause => None,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Promote { writer, replica } => write!(f, "promote {replica} in place of {writer}"),
        }
    }
}
