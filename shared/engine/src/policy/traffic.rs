//! The names that clients use, and what keeps them off a Region.

use super::levers::{AccessPoint, RoutingControls};
use crate::name::{DnsName, GateUrl, HostedZone, Region};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The names that clients use, and what keeps them off a Region. The names are never edited by a failover: the
/// records and their health checks are made once, and Route 53's checkers ask the gates. Only the levers below are
/// set, by their data planes, once a promotion is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Traffic {
    /// Id of the Route 53 hosted zone that holds the names.
    pub hosted_zone: HostedZone,
    /// The name that writes go to: failover records, the primary Region's first.
    pub write_name: DnsName,
    /// The name that reads go to: latency records, one a Region of endpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_name: Option<DnsName>,
    /// What the names lead to, in each Region.
    pub endpoints: BTreeMap<Region, DnsName>,
    /// Where Route 53's checkers ask for the latch: the gate's URL, in each Region that has one.
    pub gates: BTreeMap<Region, GateUrl>,
    /// The S3 Multi-Region Access Point that follows the writer. Without it none is touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_region_access_point: Option<AccessPoint>,
    /// The routing controls that follow the writer. Without it none is touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_controls: Option<RoutingControls>,
}

impl Traffic {
    /// The names that clients use, that of writes first.
    pub fn names(&self) -> impl Iterator<Item = &DnsName> {
        std::iter::once(&self.write_name).chain(&self.read_name)
    }

    /// The gates that speak for a Region: all but its own, which would be lost with it.
    pub fn gates_for(&self, guarded: &Region) -> impl Iterator<Item = (&Region, &GateUrl)> {
        self.gates.iter().filter(move |(region, _)| *region != guarded)
    }
}
