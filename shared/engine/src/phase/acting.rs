//! The phases of acting: from the decision to verified traffic, and what leads out of it.

use crate::assessment::Assessment;
use crate::candidate::Lag;
use crate::fence::Fence;
use crate::name::{DbInstanceArn, Epoch, IncidentId, Person, RunId};
use crate::phase::Rebuilt;
use crate::policy::Windows;
use crate::time::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A decision: made once, and carried until the failover is closed, with what is known by then of the
/// writer that it gives up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub kind: Kind,
    pub incident: IncidentId,
    pub epoch: Epoch,
    /// The writer that is given up, and the replica that takes its place. Whatever the policy says
    /// later, the failover is about these.
    pub writer: DbInstanceArn,
    pub replica: DbInstanceArn,
    pub suspected_at: Timestamp,
    pub decided_at: Timestamp,
    /// The lag at last contact: the bound on what a failover loses.
    pub lag: Option<Lag>,
    pub approved_by: Vec<Person>,
    /// The evidence, as it was weighed; none where a person ordered it.
    pub assessment: Option<Assessment>,
    pub fence: Fence,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Unplanned: what the replica did not receive is lost.
    Failover,
    /// Planned: nothing is lost, or it does not happen and everything is as it was.
    Switchover { from: Box<Rebuilt> },
}

impl Decision {
    #[must_use]
    pub fn is_switchover(&self) -> bool {
        match self.kind {
            Kind::Failover => false,
            Kind::Switchover { .. } => true,
        }
    }
}

/// Decided; the old writer is cut off as far as it can be reached in time. Nothing irreversible yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fencing {
    pub decision: Decision,
    pub deadline: Timestamp,
}

/// A switchover whose writer is cut off waits until the replica has everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draining {
    pub decision: Decision,
    pub fenced_at: Timestamp,
    pub drained_at: Option<Timestamp>,
    pub deadline: Timestamp,
}

/// The decision is durable, and the replica is being promoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promoting {
    pub decision: Decision,
    pub attempt: u32,
    pub call: Call,
    /// Whether any call before this one is of unknown fate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubted: bool,
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
    /// No call of ours arrived.
    SomebodyElse,
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

/// A decision is taken back. No call is made any more; one that is in flight is waited for, and the
/// old writer gets its own security groups back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aborting {
    pub decision: Decision,
    pub because: AbortedBecause,
    /// The promote call that may be in flight; none where none was intended.
    pub call: Option<Known>,
    /// Until when anything in flight would have arrived.
    pub until: Timestamp,
    pub deadline: Timestamp,
    pub polled_at: Option<Timestamp>,
    /// When the replica was last seen as if no call had ever arrived.
    pub untouched_at: Option<Timestamp>,
}

impl Aborting {
    /// Whether no promote call has arrived, nor can arrive any more.
    #[must_use]
    pub(crate) fn is_untouched(&self) -> bool {
        self.call.is_none() || self.untouched_at.is_some_and(|at| at >= self.until)
    }

    /// Whether the old writer is to get its groups back: not while the replica may be promoted yet, or both
    /// would take writes.
    #[must_use]
    pub(crate) fn may_restore(&self) -> bool {
        self.decision.fence.is_restoring() && self.is_untouched() && !self.is_unaccounted()
    }

    /// Whether a call may have been accepted that nobody has heard of. How long one takes to show has no
    /// bound: an untouched replica is reason enough to call again, and never to open the old writer.
    #[must_use]
    pub(crate) fn is_unaccounted(&self) -> bool {
        match self.call {
            None | Some(Known::NotArrived) => false,
            Some(Known::Unknown | Known::Underway | Known::Accepted) => true,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbortedBecause {
    Ordered {
        by: Person,
    },
    /// What it was decided on does not hold any more.
    EvidenceTurned,
    /// A switchover that could not be had without loss.
    NotWithoutLoss,
}

/// A person is needed, and a promotion has begun or may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    pub decision: Decision,
    pub promoted_by: PromotedBy,
    pub since: Timestamp,
    /// When people were last told that it waits for them.
    pub told_at: Timestamp,
    pub reason: StuckReason,
    pub polled_at: Option<Timestamp>,
    /// When the replica was last seen as if no call had ever arrived.
    pub untouched_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StuckReason {
    PromoteOverdue,
    PromoteDenied,
    /// RDS called the request itself invalid.
    PromoteInvalid,
    /// No call ever arrived.
    CallsExhausted,
    CandidateMissing,
    /// The replica follows another writer than the policy's.
    CandidateTaken,
    VerifyOverdue,
    /// It was aborted, and the old writer could not be given its security groups back.
    FenceLeft,
    /// It was aborted with a call of unknown fate, and the old writer is cut off.
    CallUnaccounted,
}

impl fmt::Display for StuckReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PromoteOverdue => "the promotion is overdue: look at the replica in the RDS console of its Region",
            Self::PromoteDenied => "promoting is denied: allow rds:PromoteReadReplica, or promote the replica by hand",
            Self::PromoteInvalid => "RDS called the promote request invalid: promote the replica by hand",
            Self::CallsExhausted => "no promote call ever arrived: promote the replica by hand",
            Self::CandidateMissing => {
                "the replica does not exist any more: restore from a backup in the standby Region"
            }
            Self::CandidateTaken => "the replica follows another writer: name the right replica in the policy",
            Self::VerifyOverdue => "the promoted database is not available: look at its events in the RDS console",
            Self::FenceLeft => {
                "it was aborted, and the old writer may still be cut off: give it its own security groups back, and acknowledge"
            }
            Self::CallUnaccounted => {
                "it was aborted, the old writer is cut off, and a promote call may still take effect: if RDS shows none, give the old writer its own security groups back, and acknowledge"
            }
        })
    }
}
