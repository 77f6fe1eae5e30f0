//! What was seen of the application's dependencies.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use understudy_engine::{Bucket, Region, SecretName};

/// One rule by which a database's security groups admit over TCP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admits {
    pub ports: RangeInclusive<u32>,
    /// A security group, a prefix list, or addresses in CIDR notation.
    pub from: String,
}

/// The secret of this name in a Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretAt {
    pub region: Region,
    pub name: SecretName,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The Region that it is copied from; none where it is nobody's copy.
    pub copied_from: Option<String>,
    /// The Regions that it is copied to, each with how that stands.
    pub copies: BTreeMap<String, Copied>,
    /// Whether it is marked for deletion, so that nobody can read it.
    pub is_deleted: bool,
}

/// How a copy of a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// InSync, InProgress or Failed.
    pub status: String,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BucketAt {
    pub region: Region,
    pub name: Bucket,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketState {
    pub has_versions: bool,
    /// Its rules of replication that are enabled.
    pub rules: Vec<CopyRule>,
}

/// What a bucket copies, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRule {
    /// Name of the bucket that it copies to.
    pub to: String,
    /// Which objects it is for; none where it is for all of them.
    pub only: Option<String>,
}

/// A distribution of CloudFront, as its configuration has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    pub is_enabled: bool,
    /// In the order in which CloudFront tries them.
    pub behaviours: Vec<Behaviour>,
    /// By its id.
    pub origins: BTreeMap<String, Origin>,
    /// The origins of each origin group, by its id.
    pub groups: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// In lower case.
    pub domain: String,
    /// Whether it is a load balancer or an instance within a VPC, and so of one Region, whatever its domain.
    pub is_private: bool,
}

/// What becomes of a request whose path fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// `*` for the default one.
    pub path: String,
    /// Id of an origin or an origin group.
    pub target: String,
    /// Whether it lets anything through but GET, HEAD and OPTIONS.
    pub writes: bool,
}

impl fmt::Display for SecretAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.name, self.region)
    }
}

impl fmt::Display for BucketAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.name, self.region)
    }
}
