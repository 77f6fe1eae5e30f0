//! Everything that can happen to a state.

use crate::breaker::Admission;
use crate::candidate::Sight;
use crate::fence::{FenceAct, FenceAnswer};
use crate::journal::Seq;
use crate::lever::{Lever, LeverAct, LeverAnswer};
use crate::name::{DbInstanceArn, Epoch, IncidentId, Person, RunId};
use crate::order::Order;
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody is awake: a vote came in, the schedule fired, or a deadline was slept to.
    Tick { run: RunId },
    /// Voters and the instance were read. The votes are in the record already.
    Looked { instance: DbInstanceArn, candidate: Sight },
    /// What the storm breaker answered.
    AdmissionAnswered { incident: IncidentId, answer: Admission },
    /// What came of one act on the old writer.
    FenceAnswered { epoch: Epoch, act: FenceAct, answer: FenceAnswer },
    /// What came of one act on a lever of traffic.
    LeverAnswered { epoch: Epoch, lever: Lever, act: LeverAct, answer: LeverAnswer },
    /// What came of a promote call.
    PromoteAnswered { epoch: Epoch, attempt: u32, answer: PromoteAnswer },
    /// The replica was described after a call.
    ReadBack { epoch: Epoch, sight: Sight },
    /// What came of creating a replica.
    CreateAnswered { epoch: Epoch, answer: CreateAnswer },
    /// A person said something.
    Ordered { by: Person, order: Order },
    /// People were told, and the entries up to `through` are in the incident's record.
    Delivered { incident: IncidentId, through: Seq, head: ChainHash },
}

/// What a promote call came to. Only what changes the next move is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromoteAnswer {
    Accepted,
    /// It was certainly not carried out: not sent, or turned away before anything was looked at.
    NotArrived,
    /// Timeout, cut connection, 5xx, or a state that refuses a promotion, perhaps because one is under way.
    Ambiguous,
    Denied,
    Invalid,
    NoSuchInstance,
}

/// What creating a replica came to. It has its name beforehand, so that a second call changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreateAnswer {
    Accepted,
    /// It is there already, or the call may have arrived, or certainly did not: it is looked at again.
    LookAgain,
    Denied,
    Refused,
}

/// The hash of an incident's last entry, as the record shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChainHash(pub String);

impl fmt::Display for PromoteAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "RDS accepted the promote call",
            Self::NotArrived => "the promote call did not arrive",
            Self::Ambiguous => "no reply tells whether the promote call arrived: reading back",
            Self::Denied => "RDS denied the promote call",
            Self::Invalid => "RDS called the promote request invalid",
            Self::NoSuchInstance => "RDS knows no such replica",
        })
    }
}

impl fmt::Display for CreateAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "RDS is creating the replica",
            Self::LookAgain => "the replica may be there already: looking again",
            Self::Denied => "creating a replica is denied: allow rds:CreateDBInstanceReadReplica",
            Self::Refused => "RDS refused to create the replica: create it by hand under the same name",
        })
    }
}
