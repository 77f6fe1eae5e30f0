//! Who gives evidence, of what kind, on what, and where it comes from.

use crate::name::{AlarmArn, Region, VoterName};
use crate::policy::Probe;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One independent source of health evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Voter {
    /// Name of the voter, unique in this file.
    pub name: VoterName,
    /// What kind of evidence it is.
    pub class: EvidenceClass,
    /// What it watches. Only voters that watch the primary Region count towards the quorum.
    #[serde(default)]
    pub watches: Subject,
    /// Where its evidence comes from.
    pub source: Source,
}

/// What a voter watches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Subject {
    /// What would be given up.
    #[default]
    Primary,
    /// Where it would go: when both look down, the observer is the likelier fault.
    Standby,
    /// Something outside that is known to be well: when it looks down, our own sight has failed.
    Canary,
}

/// What kind of evidence a voter gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum EvidenceClass {
    /// Can the application's users, or the database, be reached.
    DataPath,
    /// Is the replica still receiving.
    Replication,
    /// Alarms and health events about what carries the application.
    Infrastructure,
    /// A person's word.
    Operator,
}

/// Where a voter's evidence comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Source {
    /// ARN of a CloudWatch alarm: ALARM is Down, OK is Up, anything else abstains.
    Alarm(AlarmArn),
    /// What one Region's probe asks by itself.
    Probe(Probe),
    /// The word of an approver, given at the runbook in this Region.
    Operator(Region),
}

impl Source {
    /// The Region that the evidence is observed from.
    #[must_use]
    pub fn region(&self) -> Region {
        match self {
            Self::Alarm(arn) => arn.region(),
            Self::Probe(probe) => probe.region.clone(),
            Self::Operator(region) => region.clone(),
        }
    }

    /// The alarm, of a voter that is one: it can be read again at any time.
    #[must_use]
    pub fn alarm(&self) -> Option<&AlarmArn> {
        match self {
            Self::Alarm(arn) => Some(arn),
            Self::Probe(_) | Self::Operator(_) => None,
        }
    }

    /// What is probed, for a voter that a probe speaks for.
    #[must_use]
    pub fn probe(&self) -> Option<&Probe> {
        match self {
            Self::Probe(probe) => Some(probe),
            Self::Alarm(_) | Self::Operator(_) => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alarm(arn) => arn.fmt(f),
            Self::Probe(probe) => probe.fmt(f),
            Self::Operator(region) => write!(f, "a person at the runbook in {region}"),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Primary => "primary",
            Self::Standby => "standby",
            Self::Canary => "canary",
        })
    }
}

impl fmt::Display for EvidenceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataPath => "data_path",
            Self::Replication => "replication",
            Self::Infrastructure => "infrastructure",
            Self::Operator => "operator",
        })
    }
}
