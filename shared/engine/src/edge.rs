//! The legal moves between phases, each with one sentence of why. Logs, timeline, diagrams and
//! tests all come from this table.

use crate::phase::PhaseName::{
    self, Aborting, AwaitingApproval, AwaitingVeto, Draining, FailedOver, Fencing, Held, Promoting, Rebuilding,
    Rebuilt, Shifting, Stuck, Suspected, Verifying, Watching,
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
    Announced,
    Unopposed,
    Vetoed,
    Undecided,
    WouldHavePromoted,
    Flapped,
    ObserverInDoubt,
    MustWait,
    Admitted,
    OnlyTimeBlocks,
    WeighedAgain,
    PromotedElsewhere,
    BackAsItWas,
    Adopted,
    Stopped,
    AbortOrdered,
    NothingHappened,
    CallHadArrived,
    WriterCutOff,
    FenceTimeOver,
    Drained,
    NotWithoutLoss,
    SourceGone,
    CallFailed,
    Overdue,
    CandidateLost,
    EvidenceTurned,
    FenceLeft,
    GivenUp,
    Writable,
    ClientsFollowed,
    RebuildOrdered,
    ReplicaFollows,
    RebuildOverdue,
    SwitchoverOrdered,
    HomeAgain,
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

pub const EDGES: [Edge; 69] = [
    edge(Watching, Suspected, Why::SaidDown),
    edge(Watching, Held, Why::PromotedElsewhere),
    edge(Suspected, Watching, Why::NobodySaysDown),
    edge(Suspected, AwaitingApproval, Why::Asked),
    edge(Suspected, AwaitingVeto, Why::Announced),
    edge(Suspected, Fencing, Why::Decided),
    edge(Suspected, Held, Why::Undecided),
    edge(Suspected, Held, Why::WouldHavePromoted),
    edge(Suspected, Held, Why::Flapped),
    edge(Suspected, Held, Why::ObserverInDoubt),
    edge(Suspected, Held, Why::MustWait),
    edge(Suspected, Held, Why::PromotedElsewhere),
    edge(Suspected, Held, Why::Stopped),
    edge(AwaitingApproval, AwaitingApproval, Why::AskedAgain),
    edge(AwaitingApproval, Watching, Why::NobodySaysDown),
    edge(AwaitingApproval, Suspected, Why::QuestionFell),
    edge(AwaitingApproval, Fencing, Why::Approved),
    edge(AwaitingApproval, Held, Why::Vetoed),
    edge(AwaitingApproval, Held, Why::Stopped),
    edge(AwaitingApproval, Held, Why::PromotedElsewhere),
    edge(AwaitingVeto, Watching, Why::NobodySaysDown),
    edge(AwaitingVeto, Suspected, Why::QuestionFell),
    edge(AwaitingVeto, Fencing, Why::Unopposed),
    edge(AwaitingVeto, Held, Why::Vetoed),
    edge(AwaitingVeto, Held, Why::Stopped),
    edge(AwaitingVeto, Held, Why::PromotedElsewhere),
    edge(Held, Watching, Why::NobodySaysDown),
    edge(Held, Watching, Why::BackAsItWas),
    edge(Held, Suspected, Why::OnlyTimeBlocks),
    edge(Held, Suspected, Why::Admitted),
    edge(Held, Suspected, Why::WeighedAgain),
    edge(Held, Held, Why::PromotedElsewhere),
    edge(Held, Held, Why::Stopped),
    edge(Held, Verifying, Why::Adopted),
    edge(Fencing, Promoting, Why::WriterCutOff),
    edge(Fencing, Promoting, Why::FenceTimeOver),
    edge(Fencing, Draining, Why::WriterCutOff),
    edge(Fencing, Aborting, Why::AbortOrdered),
    edge(Fencing, Aborting, Why::EvidenceTurned),
    edge(Fencing, Aborting, Why::NotWithoutLoss),
    edge(Draining, Promoting, Why::Drained),
    edge(Draining, Aborting, Why::AbortOrdered),
    edge(Draining, Aborting, Why::NotWithoutLoss),
    edge(Promoting, Verifying, Why::SourceGone),
    edge(Promoting, Aborting, Why::AbortOrdered),
    edge(Promoting, Stuck, Why::CallFailed),
    edge(Promoting, Stuck, Why::CandidateLost),
    edge(Promoting, Stuck, Why::Overdue),
    edge(Promoting, Aborting, Why::EvidenceTurned),
    edge(Promoting, Aborting, Why::NotWithoutLoss),
    edge(Verifying, Shifting, Why::Writable),
    edge(Verifying, Stuck, Why::CandidateLost),
    edge(Verifying, Stuck, Why::Overdue),
    edge(Shifting, FailedOver, Why::ClientsFollowed),
    edge(FailedOver, Rebuilding, Why::RebuildOrdered),
    edge(Rebuilding, Rebuilt, Why::ReplicaFollows),
    edge(Rebuilding, FailedOver, Why::RebuildOverdue),
    edge(Rebuilding, FailedOver, Why::Stopped),
    edge(Rebuilt, Fencing, Why::SwitchoverOrdered),
    edge(Rebuilt, Watching, Why::HomeAgain),
    edge(Aborting, Held, Why::NothingHappened),
    edge(Aborting, Suspected, Why::NothingHappened),
    edge(Aborting, Rebuilt, Why::NothingHappened),
    edge(Aborting, Promoting, Why::CallHadArrived),
    edge(Aborting, Verifying, Why::SourceGone),
    edge(Aborting, Stuck, Why::FenceLeft),
    edge(Aborting, Stuck, Why::CandidateLost),
    edge(Stuck, Verifying, Why::SourceGone),
    edge(Stuck, Watching, Why::GivenUp),
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
            Self::Announced => "every rule is satisfied, and people may object until the veto window is over",
            Self::Unopposed => "every rule is satisfied, and nobody has objected within the veto window",
            Self::Vetoed => "a person said no: nothing is promoted until a person has it weighed again",
            Self::Undecided => "Down could be neither decided nor dismissed in time: a person is needed",
            Self::WouldHavePromoted => "every rule is satisfied; mode observe records it and does nothing",
            Self::Flapped => "the quorum came and went too often: a person is needed",
            Self::ObserverInDoubt => {
                "the standby looks down as well, or our own canary does: it is evidence about the observer, and a person is needed"
            }
            Self::MustWait => {
                "more applications fail together than may be promoted unasked: one approval of the whole batch is needed"
            }
            Self::Admitted => "the storm breaker lets it through",
            Self::OnlyTimeBlocks => "what forbade it has gone, and Down is weighed from the start",
            Self::WeighedAgain => "a person had it weighed again, from the start",
            Self::PromotedElsewhere => {
                "somebody else has promoted the replica: traffic stays where it is, and a person is needed"
            }
            Self::BackAsItWas => "the replica follows its writer again",
            Self::Adopted => "a person adopted the promotion that somebody else made",
            Self::Stopped => "a person stopped it before anything was done",
            Self::AbortOrdered => {
                "a person ordered it: nothing is called any more, and what may be in flight is waited for"
            }
            Self::NothingHappened => "no call has arrived, and the old writer is as it was",
            Self::CallHadArrived => "the promote call had arrived before the abort: from there the way is forward only",
            Self::WriterCutOff => "the old writer was seen to take no writes any more",
            Self::FenceTimeOver => "the old writer could not be cut off in time: split risk until it is",
            Self::Drained => "the replica has everything that the old writer ever acknowledged",
            Self::NotWithoutLoss => "it could not be had without loss in time, so it is not had",
            Self::SourceGone => "the replica names no source any more",
            Self::CallFailed => "the promote call cannot succeed: a person is needed",
            Self::Overdue => "it took longer than its deadline: a person is needed",
            Self::CandidateLost => "the replica is not what the decision was about: a person is needed",
            Self::EvidenceTurned => "no call has arrived, and what was decided on does not hold any more",
            Self::FenceLeft => "the abort cannot be brought to its end by itself: a person is needed",
            Self::GivenUp => "a person has dealt with it by hand",
            Self::Writable => {
                "the promoted database is available and stands alone: traffic is latched off the old Region"
            }
            Self::ClientsFollowed => "clients have had the time to follow",
            Self::RebuildOrdered => "a person ordered a new replica of the present writer",
            Self::ReplicaFollows => "the new replica follows the writer: there is a standby again",
            Self::RebuildOverdue => "the new replica took longer than its deadline: a person is needed",
            Self::SwitchoverOrdered => "a person ordered the rebuilt replica to become the writer",
            Self::HomeAgain => "a person has taken note, and the policy names the present writer and its replica",
        }
    }
}
