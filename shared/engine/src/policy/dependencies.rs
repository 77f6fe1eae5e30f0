//! The application's dependencies, by name.

use super::Policy;
use crate::name::{Bucket, Client, DistributionId, Region, SecretName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an application needs besides its database, so that readiness looks at it. Nothing is decided by it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dependencies {
    /// Who connects to the database of each of the two Regions, as its security groups admit them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub clients: BTreeMap<Region, Vec<Client>>,
    /// Names of secrets, which have one name in both Regions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretName>,
    /// Pairs of buckets that copy to each other: for each of the two Regions, its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buckets: Vec<BTreeMap<Region, Bucket>>,
    /// Ids of CloudFront distributions that lead to the application.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distributions: Vec<DistributionId>,
}

impl Policy {
    /// Every pair of buckets that has to hold the same: those of the dependencies, and that of the access point.
    pub fn pairs_of_buckets(&self) -> impl Iterator<Item = &BTreeMap<Region, Bucket>> {
        let point = self.traffic.iter().flat_map(|traffic| &traffic.multi_region_access_point);
        let named = self.dependencies.iter().flat_map(|dependencies| &dependencies.buckets);
        named.chain(point.map(|point| &point.buckets))
    }
}
