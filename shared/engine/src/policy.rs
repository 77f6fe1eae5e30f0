//! The policy: one application's file, as it is written, stored and decided by.

mod approvers;
mod dependencies;
mod faults;
mod levers;
mod probe;
mod traffic;
mod voter;

pub use dependencies::Dependencies;
pub use faults::{Fault, Severity};
pub use levers::{AccessPoint, RoutingControls};
pub use probe::{
    Heartbeat, HttpTarget, Interval, LagTarget, NoInterval, PostgresReplica, PostgresServer, Probe, Probes, Target,
};
pub use traffic::Traffic;
pub use voter::{EvidenceClass, Source, Subject, Voter};

use crate::name::{Application, DbInstanceArn, Person, Region, SecurityGroup, TopicArn, VoterName};
use crate::time::Seconds;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The most voters. Each is in every entry of the timeline, and a record has 400 KB.
pub const VOTERS_MAX: usize = 24;

/// The schema that this release writes, and the only one that it reads.
pub const POLICY_SCHEMA: u32 = 1;

/// What fails over, on whose word, and how far automation may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "Understudy application file"))]
pub struct Policy {
    /// Schema of this file. Always 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1)))]
    pub schema: u32,
    /// Name of the application, the unit that fails over.
    pub application: Application,
    /// How far automation may go: observe, approve or auto.
    #[serde(default)]
    pub mode: Mode,
    pub regions: Regions,
    pub database: Database,
    pub quorum: Quorum,
    /// Independent sources of health evidence.
    pub voters: Vec<Voter>,
    /// What the probes share. Without it they trust the public certificate authorities alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probes: Option<Probes>,
    #[serde(default)]
    pub windows: Windows,
    /// Who is asked in mode approve. Required there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalRule>,
    /// How an old writer is cut off. Without it every failover leaves split risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<FenceRule>,
    /// The names that clients use, and the gates that keep them off a Region. Without it nothing moves traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Traffic>,
    /// What the application needs besides its database. Nothing is decided by it: readiness looks at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Dependencies>,
    /// What holds automatic promotions back when many applications fail together.
    #[serde(default)]
    pub storm: Storm,
    pub notification: Notification,
}

/// How far automation may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Mode {
    /// Shadow: record what would have been done, and do nothing.
    Observe,
    /// Ask people, and promote once enough of them have approved.
    #[default]
    Approve,
    /// Promote without asking.
    Auto,
}

/// The Regions of the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Regions {
    /// Where the writer is.
    pub primary: Region,
    /// Where the writer would go.
    pub standby: Region,
    /// A third Region, which only observes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<Region>,
}

/// The writer and the replica that may take its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Database {
    /// ARN of the writer, in the primary Region.
    pub writer: DbInstanceArn,
    /// ARN of its cross-Region read replica, in the standby Region.
    pub replica: DbInstanceArn,
    /// The most replication lag, in seconds at last contact, with which the replica may be promoted.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 86400)))]
    pub lag_max_seconds: Seconds,
}

/// How many voters must say Down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quorum {
    /// Voters that must say Down, of all configured ones.
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 100)))]
    pub needed: u32,
    /// How often the quorum may be lost again within windows.flap_seconds before a person is called.
    #[serde(default = "three")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 20)))]
    pub flaps_max: u32,
}

fn three() -> u32 {
    3
}

/// Spans of time, all in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Windows {
    /// How long Down must hold without a gap.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 86400)))]
    pub sustain_seconds: Seconds,
    /// How old a vote may be and still count.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3600)))]
    pub vote_max_age_seconds: Seconds,
    /// How far ahead of our clock a vote may be dated and still count.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 300)))]
    pub skew_seconds: Seconds,
    /// How often voters and candidate are read again in quiet times.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3600)))]
    pub patrol_seconds: Seconds,
    /// How often they are read again under suspicion.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3600)))]
    pub look_seconds: Seconds,
    /// How long a suspicion may stay undecided before a person is called.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 86400)))]
    pub undecided_seconds: Seconds,
    /// How long after its intent is recorded a promote call may still be sent.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 300)))]
    pub call_seconds: Seconds,
    /// How long after a call of unknown fate an untouched replica proves that it never arrived.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3600)))]
    pub settle_seconds: Seconds,
    /// How often a promotion under way is read back.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3600)))]
    pub poll_seconds: Seconds,
    /// How long a promotion may take before a person is called.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 86400)))]
    pub promote_seconds: Seconds,
    /// How long a promoted database may take to be available before a person is called.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 86400)))]
    pub verify_seconds: Seconds,
    /// How long clients take to follow the latch: health checks plus the records' TTL.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 86400)))]
    pub shift_seconds: Seconds,
    /// How long people may object before an automatic promotion. 0 asks nobody.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 86400)))]
    pub veto_seconds: Seconds,
    /// How long fencing the old writer may hold a failover up.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 600)))]
    pub fence_seconds: Seconds,
    /// How long a lost quorum is remembered as a flap.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 86400)))]
    pub flap_seconds: Seconds,
    /// How often people are told again that something waits for them.
    #[cfg_attr(feature = "schema", schemars(range(min = 60, max = 86400)))]
    pub remind_seconds: Seconds,
    /// How long a new replica may take before a person is called.
    #[cfg_attr(feature = "schema", schemars(range(min = 60, max = 604800)))]
    pub rebuild_seconds: Seconds,
    /// How long a switchover may wait for its replica to have everything.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 86400)))]
    pub drain_seconds: Seconds,
    /// How long, at the least, no second decision is made.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 604800)))]
    pub cooldown_seconds: Seconds,
}

impl Default for Windows {
    fn default() -> Self {
        Self {
            sustain_seconds: Seconds(180),
            vote_max_age_seconds: Seconds(90),
            skew_seconds: Seconds(30),
            patrol_seconds: Seconds(60),
            look_seconds: Seconds(30),
            undecided_seconds: Seconds(900),
            call_seconds: Seconds(20),
            settle_seconds: Seconds(60),
            poll_seconds: Seconds(10),
            promote_seconds: Seconds(1800),
            verify_seconds: Seconds(1800),
            shift_seconds: Seconds(100),
            veto_seconds: Seconds(0),
            fence_seconds: Seconds(20),
            flap_seconds: Seconds(1800),
            remind_seconds: Seconds(1800),
            rebuild_seconds: Seconds(21_600),
            drain_seconds: Seconds(900),
            cooldown_seconds: Seconds(3600),
        }
    }
}

/// Who is asked in mode approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApprovalRule {
    /// Approvers that must say yes.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub needed: u32,
    /// Identities that may say it.
    pub approvers: Vec<Person>,
    /// How long one asking stands before it is asked again.
    #[serde(default = "fifteen_minutes")]
    #[cfg_attr(feature = "schema", schemars(range(min = 60, max = 86400)))]
    pub expires_seconds: Seconds,
}

fn fifteen_minutes() -> Seconds {
    Seconds(900)
}

/// How an old writer is cut off: its security groups are replaced by one that admits nobody, and it is
/// restarted, which ends the connections that stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FenceRule {
    /// The security group without rules, for each Region that a writer may be cut off in.
    pub security_groups: BTreeMap<Region, SecurityGroup>,
}

/// What holds automatic promotions back when many applications fail together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Storm {
    /// Automatic promotions that all applications of the table together may begin in an hour.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub promotes_per_hour: u32,
    /// Place in the queue of those that wait: the lowest number goes first.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10000)))]
    pub priority: u32,
    /// Voters that speak for the whole Region. While all of them say Down, nobody has to wait.
    pub region_voters: Vec<VoterName>,
}

impl Default for Storm {
    fn default() -> Self {
        Self { promotes_per_hour: 1, priority: 100, region_voters: Vec::new() }
    }
}

/// Where people are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notification {
    /// ARN of the SNS topic, outside the primary Region.
    pub topic: TopicArn,
}

impl Policy {
    /// The policy's own word on a voter, if it is configured.
    #[must_use]
    pub fn voter(&self, name: &VoterName) -> Option<&Voter> {
        self.voters.iter().find(|voter| voter.name == *name)
    }

    /// The voters whose word on the primary Region counts.
    pub fn electorate(&self) -> impl Iterator<Item = &Voter> {
        self.voters.iter().filter(|voter| voter.watches == Subject::Primary)
    }

    /// The security group that cuts a writer in this Region off.
    #[must_use]
    pub fn fence_group(&self, region: &Region) -> Option<&SecurityGroup> {
        self.fence.as_ref()?.security_groups.get(region)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Observe => "observe",
            Self::Approve => "approve",
            Self::Auto => "auto",
        })
    }
}
