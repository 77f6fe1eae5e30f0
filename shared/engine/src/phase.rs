//! The phases of a failover, each with the data that exists only while it lasts.

use crate::assessment::Assessment;
use crate::candidate::Lag;
use crate::name::{DbInstanceArn, Epoch, IncidentId, Person, RunId};
use crate::policy::Windows;
use crate::suspicion::Suspicion;
use crate::time::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Watching,
    Suspected(Suspected),
    AwaitingApproval(AwaitingApproval),
    Promoting(Promoting),
    Verifying(Verifying),
    Shifting(Shifting),
    FailedOver(FailedOver),
    Held(Held),
    Stuck(Stuck),
}

/// At least one voter says Down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspected {
    pub suspicion: Suspicion,
    pub deadline: Timestamp,
}

/// Every rule is satisfied, and people are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitingApproval {
    pub suspicion: Suspicion,
    /// The epoch that the approvals are for.
    pub epoch: Epoch,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    pub approvals: BTreeMap<Person, Timestamp>,
}

/// A decision: made once, carried until the failover is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub incident: IncidentId,
    pub epoch: Epoch,
    /// The writer that is given up, and the replica that takes its place. Whatever the policy says
    /// later, the failover is about these.
    pub writer: DbInstanceArn,
    pub replica: DbInstanceArn,
    pub suspected_at: Timestamp,
    pub decided_at: Timestamp,
    /// The lag at last contact: the bound on what the promotion loses.
    pub lag: Option<Lag>,
    pub approved_by: Vec<Person>,
    /// The evidence, as it was weighed.
    pub assessment: Assessment,
}

/// The decision is durable, and the replica is being promoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promoting {
    pub decision: Decision,
    pub attempt: u32,
    pub call: Call,
    pub deadline: Timestamp,
}

/// How far one promote call has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Recorded, and not known to be sent. Only the run that recorded it may send it, and only until
    /// `not_after`: whoever else finds it can not tell, and reads back.
    Intended { caller: RunId, not_after: Timestamp },
    /// Sent, or possibly sent.
    ReadBack(ReadBack),
}

/// A call whose effect is being read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBack {
    pub known: Known,
    /// From when on the call's effect would show.
    pub since: Timestamp,
    pub polled_at: Option<Timestamp>,
    /// When the replica was last seen as if no call had ever arrived.
    pub untouched_at: Option<Timestamp>,
}

/// After so many calls that never arrived a person is called.
const ATTEMPTS_MAX: u32 = 12;

impl Promoting {
    #[must_use]
    pub(crate) fn is_exhausted(&self) -> bool {
        self.attempt >= ATTEMPTS_MAX
    }

    /// Whether the last call has had no effect, can have none any more, and may be made again. One that
    /// was turned away is repeated ever more slowly: whoever throttles us is busy.
    #[must_use]
    pub(crate) fn may_repeat(&self, windows: &Windows) -> bool {
        let Call::ReadBack(read_back) = &self.call else { return false };
        let pause = match read_back.known {
            Known::Accepted | Known::Underway => return false,
            Known::NotArrived => Seconds(windows.poll_seconds.0.saturating_mul(1 << self.attempt.min(5))),
            Known::Unknown => windows.settle_seconds,
        };
        read_back.untouched_at.is_some_and(|at| at >= pause.after(read_back.since))
    }
}

/// What is known of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// The reply said that it was accepted.
    Accepted,
    /// The replica was seen in the middle of a promotion.
    Underway,
    /// It certainly did not arrive.
    NotArrived,
    /// It may or may not have arrived.
    Unknown,
}

/// The replica names no source any more; it is not proven to take writes yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verifying {
    pub decision: Decision,
    pub promoted_by: PromotedBy,
    pub deadline: Timestamp,
    pub polled_at: Option<Timestamp>,
}

/// Whose doing a promotion was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromotedBy {
    /// Our call was accepted.
    Us,
    /// No reply of ours said so: it may be our call or somebody else's.
    Unproven,
}

/// Verified; the old Region is latched and clients follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shifting {
    pub decision: Decision,
    pub promoted_by: PromotedBy,
    pub verified_at: Timestamp,
    pub until: Timestamp,
}

/// The roles are swapped. The application is exposed: it has no standby until one is rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedOver {
    pub decision: Decision,
    pub promoted_by: PromotedBy,
    pub verified_at: Timestamp,
    pub since: Timestamp,
    pub fence: Fence,
}

/// What is known of the old writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fence {
    /// Split risk: nothing has shown that the old writer takes no writes.
    Unproven,
}

/// A person is needed, and nothing irreversible has been done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub suspicion: Suspicion,
    pub since: Timestamp,
    pub reason: HeldReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldReason {
    /// Down could neither be decided nor dismissed in time.
    Undecided,
    /// Mode observe: it would have been promoted, and it is not.
    Shadow,
}

/// A person is needed, and a promotion has begun or may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    pub decision: Decision,
    pub promoted_by: PromotedBy,
    pub since: Timestamp,
    pub reason: StuckReason,
    pub polled_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StuckReason {
    PromoteOverdue,
    PromoteDenied,
    /// RDS called the request itself invalid.
    PromoteInvalid,
    /// No call ever arrived.
    CallsExhausted,
    /// No call has arrived, and the evidence of the decision does not hold any more.
    EvidenceTurned,
    CandidateMissing,
    /// The replica follows another writer than the policy's.
    CandidateTaken,
    VerifyOverdue,
}

/// A phase without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PhaseName {
    Watching,
    Suspected,
    AwaitingApproval,
    Promoting,
    Verifying,
    Shifting,
    FailedOver,
    Held,
    Stuck,
}

impl Phase {
    #[must_use]
    pub fn name(&self) -> PhaseName {
        match self {
            Self::Watching => PhaseName::Watching,
            Self::Suspected(_) => PhaseName::Suspected,
            Self::AwaitingApproval(_) => PhaseName::AwaitingApproval,
            Self::Promoting(_) => PhaseName::Promoting,
            Self::Verifying(_) => PhaseName::Verifying,
            Self::Shifting(_) => PhaseName::Shifting,
            Self::FailedOver(_) => PhaseName::FailedOver,
            Self::Held(_) => PhaseName::Held,
            Self::Stuck(_) => PhaseName::Stuck,
        }
    }

    /// The suspicion, in the phases that still weigh evidence.
    #[must_use]
    pub fn suspicion(&self) -> Option<&Suspicion> {
        match self {
            Self::Suspected(phase) => Some(&phase.suspicion),
            Self::AwaitingApproval(phase) => Some(&phase.suspicion),
            Self::Held(phase) => Some(&phase.suspicion),
            Self::Watching
            | Self::Promoting(_)
            | Self::Verifying(_)
            | Self::Shifting(_)
            | Self::FailedOver(_)
            | Self::Stuck(_) => None,
        }
    }

    /// The decision, in the phases that follow one.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Promoting(phase) => Some(&phase.decision),
            Self::Verifying(phase) => Some(&phase.decision),
            Self::Shifting(phase) => Some(&phase.decision),
            Self::FailedOver(phase) => Some(&phase.decision),
            Self::Stuck(phase) => Some(&phase.decision),
            Self::Watching | Self::Suspected(_) | Self::AwaitingApproval(_) | Self::Held(_) => None,
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

impl PhaseName {
    pub const ALL: [Self; 9] = [
        Self::Watching,
        Self::Suspected,
        Self::AwaitingApproval,
        Self::Promoting,
        Self::Verifying,
        Self::Shifting,
        Self::FailedOver,
        Self::Held,
        Self::Stuck,
    ];
}

impl fmt::Display for PhaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Watching => "Watching",
            Self::Suspected => "Suspected",
            Self::AwaitingApproval => "AwaitingApproval",
            Self::Promoting => "Promoting",
            Self::Verifying => "Verifying",
            Self::Shifting => "Shifting",
            Self::FailedOver => "FailedOver",
            Self::Held => "Held",
            Self::Stuck => "Stuck",
        })
    }
}

impl fmt::Display for StuckReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PromoteOverdue => "the promotion is overdue: look at the replica in the RDS console of its Region",
            Self::PromoteDenied => "promoting is denied: allow rds:PromoteReadReplica, or promote the replica by hand",
            Self::PromoteInvalid => "RDS called the promote request invalid: promote the replica by hand",
            Self::CallsExhausted => "no promote call ever arrived: promote the replica by hand",
            Self::EvidenceTurned => {
                "no promote call has arrived, and Down is not certain any more: promote the replica by hand, or leave it"
            }
            Self::CandidateMissing => {
                "the replica does not exist any more: restore from a backup in the standby Region"
            }
            Self::CandidateTaken => "the replica follows another writer: name the right replica in the policy",
            Self::VerifyOverdue => "the promoted database is not available: look at its events in the RDS console",
        })
    }
}
