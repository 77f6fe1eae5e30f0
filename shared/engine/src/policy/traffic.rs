//! The names that clients use, and what keeps them off a Region.

use crate::name::{DnsName, GateUrl, HostedZone, Region};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The names that clients use, and what keeps them off a Region. Nothing here is ever edited by a failover: the
/// records and their health checks are made once, and Route 53's checkers ask the gates.
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
}

impl Traffic {
    /// The gates that speak for a Region: all but its own, which would be lost with it.
    pub fn gates_for(&self, guarded: &Region) -> impl Iterator<Item = (&Region, &GateUrl)> {
        self.gates.iter().filter(move |(region, _)| *region != guarded)
    }
}
