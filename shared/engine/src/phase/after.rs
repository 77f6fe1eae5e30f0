//! What follows a failover: exposed, rebuilt, and home again.

use crate::assessment::CandidateSeen;
use crate::name::{DbInstanceArn, Person};
use crate::phase::acting::{Decision, PromotedBy};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The roles are swapped. The application is exposed: it has no standby until one is rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedOver {
    pub decision: Decision,
    pub promoted_by: PromotedBy,
    pub verified_at: Timestamp,
    pub since: Timestamp,
    /// When people were last told of a split risk that goes on.
    pub told_at: Timestamp,
    pub acknowledged_by: Option<Person>,
}

/// A new replica of the present writer is being created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuilding {
    pub after: FailedOver,
    pub replica: DbInstanceArn,
    pub ordered_by: Person,
    pub since: Timestamp,
    /// When the replica was seen not to exist, and may therefore be created.
    pub seen_missing: bool,
    pub deadline: Timestamp,
    pub polled_at: Option<Timestamp>,
}

/// There is a standby again, with the roles of before the switchover home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuilt {
    pub after: FailedOver,
    pub replica: DbInstanceArn,
    pub since: Timestamp,
    /// The last look at the replica.
    #[serde(default)]
    pub seen: Option<CandidateSeen>,
}
