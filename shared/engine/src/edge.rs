//! The legal moves between phases, each with one sentence of why. Logs, timeline, diagrams and
//! tests all come from this table.

use crate::phase::PhaseName::{
    self, AwaitingApproval, FailedOver, Held, Promoting, Shifting, Stuck, Suspected, Verifying, Watching,
};
use serde::{Deserialize, Serialize};

/// Why a move is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    SaidDown,
    NobodySaysDown,
    Asked,
    AskedAgain,
    QuestionFell,
    Approved,
    Decided,
    Undecided,
    WouldHavePromoted,
    OnlyTimeBlocks,
    SourceGone,
    CallFailed,
    Overdue,
    CandidateLost,
    EvidenceTurned,
    Writable,
    ClientsFollowed,
    Acknowledged,
}

/// One legal move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub from: PhaseName,
    pub to: PhaseName,
    pub why: Why,
}

const fn edge(from: PhaseName, to: PhaseName, why: Why) -> Edge {
    Edge { from, to, why }
}

pub const EDGES: [Edge; 23] = [
    edge(Watching, Suspected, Why::SaidDown),
    edge(Suspected, Watching, Why::NobodySaysDown),
    edge(Suspected, AwaitingApproval, Why::Asked),
    edge(Suspected, Promoting, Why::Decided),
    edge(Suspected, Held, Why::Undecided),
    edge(Suspected, Held, Why::WouldHavePromoted),
    edge(AwaitingApproval, AwaitingApproval, Why::AskedAgain),
    edge(AwaitingApproval, Watching, Why::NobodySaysDown),
    edge(AwaitingApproval, Suspected, Why::QuestionFell),
    edge(AwaitingApproval, Promoting, Why::Approved),
    edge(Held, Watching, Why::NobodySaysDown),
    edge(Held, Suspected, Why::OnlyTimeBlocks),
    edge(Promoting, Verifying, Why::SourceGone),
    edge(Promoting, Stuck, Why::CallFailed),
    edge(Promoting, Stuck, Why::CandidateLost),
    edge(Promoting, Stuck, Why::Overdue),
    edge(Promoting, Stuck, Why::EvidenceTurned),
    edge(Verifying, Shifting, Why::Writable),
    edge(Verifying, Stuck, Why::CandidateLost),
    edge(Verifying, Stuck, Why::Overdue),
    edge(Shifting, FailedOver, Why::ClientsFollowed),
    edge(FailedOver, Watching, Why::Acknowledged),
    edge(Stuck, Verifying, Why::SourceGone),
];

impl Why {
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::SaidDown => "a voter says Down: the evidence is weighed",
            Self::NobodySaysDown => "no voter says Down any more, and nothing was done",
            Self::Asked => "every rule is satisfied, and the policy asks people first",
            Self::AskedAgain => "nobody answered in time, so it is asked again and nothing is done",
            Self::QuestionFell => {
                "a rule is no longer satisfied, or the policy asks nobody any more: the question is withdrawn"
            }
            Self::Approved => "every rule is satisfied and enough people have approved",
            Self::Decided => {
                "every rule is satisfied: a quorum of all voters, sustained, nobody who can reach it, a fit candidate"
            }
            Self::Undecided => "Down could be neither decided nor dismissed in time: a person is needed",
            Self::WouldHavePromoted => "every rule is satisfied; mode observe records it and does nothing",
            Self::OnlyTimeBlocks => "what forbade it has gone, and Down is weighed from the start",
            Self::SourceGone => "the replica names no source any more",
            Self::CallFailed => "the promote call cannot succeed: a person is needed",
            Self::Overdue => "it took longer than its deadline: a person is needed",
            Self::CandidateLost => "the replica is not what the decision was about: a person is needed",
            Self::EvidenceTurned => {
                "the call has not arrived, and what was decided on does not hold any more: a person is needed"
            }
            Self::Writable => {
                "the promoted database is available and stands alone: traffic is latched off the old Region"
            }
            Self::ClientsFollowed => {
                "clients have had the time to follow; split risk: nothing has proven that the old writer takes no writes"
            }
            Self::Acknowledged => "a person has taken note of the failover",
        }
    }
}
