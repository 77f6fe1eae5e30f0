//! What moves traffic besides DNS, where a policy names it.

use crate::lever::{Aim, Lever};
use crate::name::{AccessPointArn, Bucket, ClusterEndpoint, Region, RoutingControlArn};
use crate::policy::Policy;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An S3 Multi-Region Access Point whose traffic follows the writer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccessPoint {
    /// ARN of the Multi-Region Access Point, with its alias.
    pub arn: AccessPointArn,
    /// Its bucket in each of the two Regions.
    pub buckets: BTreeMap<Region, Bucket>,
}

/// Routing controls of Application Recovery Controller that follow the writer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoutingControls {
    /// The cluster's five endpoints, by Region: they are never asked for in a failover.
    pub endpoints: BTreeMap<Region, ClusterEndpoint>,
    /// The routing control that lets traffic into each of the two Regions.
    pub controls: BTreeMap<Region, RoutingControlArn>,
}

impl Policy {
    /// Whether the application has this lever.
    #[must_use]
    pub fn has_lever(&self, lever: Lever) -> bool {
        self.traffic.as_ref().is_some_and(|traffic| match lever {
            Lever::MultiRegionAccessPoint => traffic.multi_region_access_point.is_some(),
            Lever::RoutingControls => traffic.routing_controls.is_some(),
        })
    }

    /// What a lever has to be set to, to send traffic `on` and none `off`; none where it is not named, or one of
    /// the Regions is not.
    #[must_use]
    pub fn aim(&self, lever: Lever, on: &Region, off: &Region) -> Option<Aim> {
        let traffic = self.traffic.as_ref()?;
        match lever {
            Lever::MultiRegionAccessPoint => {
                let point = traffic.multi_region_access_point.as_ref()?;
                let bucket = |region: &Region| Some((region.clone(), point.buckets.get(region)?.clone()));
                Some(Aim::Routes { point: point.arn.clone(), on: bucket(on)?, off: bucket(off)? })
            }
            Lever::RoutingControls => {
                let controls = traffic.routing_controls.as_ref()?;
                Some(Aim::Controls {
                    endpoints: controls.endpoints.clone(),
                    on: controls.controls.get(on)?.clone(),
                    off: controls.controls.get(off)?.clone(),
                })
            }
        }
    }
}
