//! What was seen of an application's ground, as plain data.

mod dependencies;

pub use dependencies::{
    Admits, Behaviour, BucketAt, BucketState, Copied, CopyRule, Distribution, Origin, Secret, SecretAt,
};

use crate::names::Fault;
use crate::seen::Seen;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use understudy_driver::Record;
use understudy_engine::{DistributionId, Lag, Region, VoterName};

/// Everything that the checks look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    pub writer: Seen<Database>,
    pub replica: Seen<Database>,
    pub writer_settings: Settings,
    pub replica_settings: Settings,
    /// The newest measurement of the last minutes; none where there is none, or where it says that nothing replicates.
    pub lag: Seen<Option<Lag>>,
    /// The worst of each hour of the last day that has a measurement.
    pub lag_of_a_day: Seen<Vec<Lag>>,
    /// How many finished automated backups the replica has.
    pub replica_backups: Seen<usize>,
    /// Of the account, in each Region that a database may be made in.
    pub quotas: BTreeMap<Region, Quotas>,
    /// Voters' alarms.
    pub alarms: BTreeMap<VoterName, Seen<Alarm>>,
    /// Alarms on Understudy itself, by Region.
    pub own_alarms: BTreeMap<Region, Seen<Vec<OwnAlarm>>>,
    pub topic: Seen<Topic>,
    pub table: Seen<Table>,
    pub record: Seen<Record>,
    /// What is wrong with the names in Route 53.
    pub names: Seen<Vec<Fault>>,
    /// Whether each gate says that a Region is latched.
    pub latches: BTreeMap<Latch, Seen<bool>>,
    /// What the security groups of a Region's database admit.
    pub admits: BTreeMap<Region, Seen<Vec<Admits>>>,
    pub secrets: BTreeMap<SecretAt, Seen<Secret>>,
    pub buckets: BTreeMap<BucketAt, Seen<BucketState>>,
    pub distributions: BTreeMap<DistributionId, Seen<Distribution>>,
    /// The concurrency that is reserved for each function; none where none is.
    pub functions: BTreeMap<FunctionAt, Seen<Option<u32>>>,
    /// How many messages wait in the dead-letter queue of each Region.
    pub dead_letters: BTreeMap<Region, Seen<u64>>,
}

/// A database instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    pub status: String,
    /// What it replicates from, as RDS names it: an ARN where that is in another Region.
    pub source: Option<String>,
    pub replication: Option<Replication>,
    pub class: String,
    pub engine: String,
    pub engine_version: String,
    pub multi_az: bool,
    pub storage: Storage,
    pub encrypted: bool,
    /// ARN of the key.
    pub kms_key: Option<String>,
    pub deletion_protection: bool,
    pub backup_retention_days: u32,
    /// As RDS writes it: hh24:mi-hh24:mi, in UTC.
    pub backup_window: Option<String>,
    pub security_groups: BTreeSet<String>,
    pub port: Option<u32>,
    pub iam_login: bool,
    pub parameter_groups: Vec<ParameterGroup>,
    /// Changes that wait for the next maintenance window or restart.
    pub pending: Vec<String>,
}

/// How RDS says that a replica receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replication {
    pub status: String,
    pub normal: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    pub kind: String,
    pub gib: u32,
    /// How far it may grow by itself; none where it does not.
    pub gib_max: Option<u32>,
    pub iops: Option<u32>,
    pub throughput: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterGroup {
    pub name: String,
    /// in-sync, pending-reboot and so on.
    pub applied: String,
}

/// What an instance's groups set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Parameters that somebody has set, with their values.
    pub parameters: Seen<BTreeMap<String, String>>,
    pub options: Seen<BTreeSet<String>>,
}

/// How much of a quota of RDS is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub used: u64,
    pub max: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas {
    pub instances: Seen<Quota>,
    pub storage_gib: Seen<Quota>,
}

/// A voter's alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// missing, breaching, notBreaching or ignore; none for a composite alarm, which has no data of its own.
    pub missing_data: Option<String>,
    pub actions_enabled: bool,
}

/// An alarm on Understudy itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAlarm {
    pub name: String,
    pub actions_enabled: bool,
    /// How many actions it has when it goes to ALARM.
    pub actions: usize,
    pub is_raised: bool,
}

/// The subscriptions of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    pub confirmed: u32,
    pub pending: u32,
}

/// The table that holds the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub region: Region,
    /// Regions that have a copy, where it is a global table.
    pub replicas: Vec<String>,
    pub strongly_consistent: bool,
    /// Whether its stream wakes functions with old and new images.
    pub streams: bool,
    pub deletion_protection: bool,
}

/// The latch of a Region, as the gate of another one tells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Latch {
    pub guarded: Region,
    pub gate: Region,
}

/// One of Understudy's functions, where it has to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionAt {
    pub region: Region,
    pub name: String,
}

impl fmt::Display for Latch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the latch of {} at the gate in {}", self.guarded, self.gate)
    }
}

impl fmt::Display for FunctionAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.name, self.region)
    }
}
