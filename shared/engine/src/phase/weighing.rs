//! The phases in which evidence is weighed, and nothing has been done yet.

use crate::name::Person;
use crate::order::Question;
use crate::suspicion::Suspicion;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    pub question: Question,
    pub expires_at: Timestamp,
    pub approvals: BTreeMap<Person, Timestamp>,
}

/// Every rule is satisfied, and people may still say no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitingVeto {
    pub suspicion: Suspicion,
    pub question: Question,
    pub until: Timestamp,
}

/// A person is needed, and nothing irreversible has been done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub suspicion: Suspicion,
    pub since: Timestamp,
    /// When people were last told that it waits for them.
    pub told_at: Timestamp,
    pub reason: HeldReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldReason {
    /// Down could neither be decided nor dismissed in time.
    Undecided,
    /// Mode observe: it would have been promoted, and it is not.
    Shadow,
    /// The quorum came and went too often.
    Flapping,
    /// The standby looks down as well, or our own canary does.
    Observer,
    /// More applications fail together than may be promoted unasked.
    Storm,
    /// A person said no.
    Vetoed,
    /// A person stopped it.
    Aborted,
    /// Somebody else has promoted the replica.
    PromotedElsewhere,
}

impl Held {
    /// Whether it waits for its turn at the storm breaker. Whatever else it is held for takes no turn away
    /// from others that fail.
    #[must_use]
    pub(crate) fn is_queued(&self) -> bool {
        self.reason == HeldReason::Storm
    }
}

impl HeldReason {
    /// Whether people are told again that it waits for them. In mode observe doing nothing is the point, and
    /// nobody is asked for anything.
    pub(crate) fn is_told_again(self) -> bool {
        match self {
            Self::Shadow => false,
            Self::Undecided
            | Self::Flapping
            | Self::Observer
            | Self::Storm
            | Self::Vetoed
            | Self::Aborted
            | Self::PromotedElsewhere => true,
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn mend(self) -> &'static str {
        match self {
            Self::Undecided => "look at the votes and at what stands in the way; correct a lying voter",
            Self::Shadow => "set mode approve or auto if you want it to act",
            Self::Flapping => "find out what comes and goes, then have it weighed again",
            Self::Observer => "find out whether the observers or both Regions are at fault, then have it weighed again",
            Self::Storm => "release the whole batch that waits, if the Region is lost",
            Self::Vetoed | Self::Aborted => "have it weighed again if it should be promoted after all",
            Self::PromotedElsewhere => {
                "adopt the promotion if traffic should follow it; it goes back by itself once the replica follows its writer again"
            }
        }
    }
}
