//! Levers of traffic that could not be moved when they are needed.

use super::Faults;
use crate::lever::LEVER_ENDPOINTS;
use crate::name::Region;
use crate::policy::{AccessPoint, Policy, RoutingControls};
use std::collections::BTreeMap;
use std::fmt::Display;

pub(super) fn check(policy: &Policy, faults: &mut Faults) {
    let Some(traffic) = &policy.traffic else { return };
    if let Some(point) = &traffic.multi_region_access_point {
        check_point(policy, point, faults);
    }
    if let Some(controls) = &traffic.routing_controls {
        check_endpoints(controls, faults);
        check_controls(policy, controls, faults);
    }
}

fn check_point(policy: &Policy, point: &AccessPoint, faults: &mut Faults) {
    let account = policy.database.writer.account();
    if point.arn.account() != account {
        faults.error(
            &["traffic.multi_region_access_point.arn", "database.writer"],
            &point.arn,
            "the access point is in another account than the writer",
            &format!("name one of account {account}"),
        );
    }
    check_pair(policy, "traffic.multi_region_access_point.buckets", &point.buckets, "bucket", faults);
}

fn check_controls(policy: &Policy, controls: &RoutingControls, faults: &mut Faults) {
    let account = policy.database.writer.account();
    for (region, control) in controls.controls.iter().filter(|(_, control)| control.account() != account) {
        let path = format!("traffic.routing_controls.controls.{region}");
        faults.error(
            &[&path, "database.writer"],
            control,
            "the routing control is in another account than the writer",
            &format!("name one of account {account}"),
        );
    }
    check_pair(policy, "traffic.routing_controls.controls", &controls.controls, "routing control", faults);
}

/// Each of the two Regions has its own, and no other Region has any.
fn check_pair<N: Display + PartialEq>(
    policy: &Policy,
    path: &str,
    pair: &BTreeMap<Region, N>,
    what: &str,
    faults: &mut Faults,
) {
    let regions = &policy.regions;
    // Where the two are one, it is not the lever that is wrong.
    if regions.primary == regions.standby {
        return;
    }
    for (field, region) in [("regions.primary", &regions.primary), ("regions.standby", &regions.standby)] {
        if !pair.contains_key(region) {
            let mend = format!("name the {what} of {region}, or leave the lever out");
            faults.error(
                &[path, field],
                format!("none for {region}"),
                "traffic could not be moved there or away",
                &mend,
            );
        }
    }
    for (region, name) in pair.iter().filter(|(region, _)| **region != regions.primary && **region != regions.standby) {
        faults.error(
            &[&format!("{path}.{region}"), "regions.primary", "regions.standby"],
            name,
            "no writer is ever in this Region",
            "name the primary and the standby Region, or remove it",
        );
    }
    if let (Some(primary), Some(standby)) = (pair.get(&regions.primary), pair.get(&regions.standby))
        && primary == standby
    {
        faults.error(
            &[&format!("{path}.{}", regions.standby), &format!("{path}.{}", regions.primary)],
            standby,
            &format!("both Regions have the same {what}, so that opening the one closes it"),
            &format!("name the {what} of each Region"),
        );
    }
}

/// All five, because which of them answer in an outage cannot be known before it.
fn check_endpoints(controls: &RoutingControls, faults: &mut Faults) {
    const PATH: &str = "traffic.routing_controls.endpoints";
    for code in LEVER_ENDPOINTS {
        if controls.endpoints.keys().all(|region| region.as_str() != code) {
            faults.error(
                &[PATH],
                format!("none for {code}"),
                "a cluster has five endpoints, and any of them may be the one that answers",
                &format!("copy the endpoint in {code} from the cluster"),
            );
        }
    }
    for (region, endpoint) in &controls.endpoints {
        let path = format!("{PATH}.{region}");
        if !LEVER_ENDPOINTS.contains(&region.as_str()) {
            faults.error(&[&path], endpoint, "no cluster has an endpoint in this Region", "remove it");
        } else if !endpoint.is_in(region) {
            faults.error(
                &[&path],
                endpoint,
                "the endpoint is not of this Region",
                &format!("copy the one whose name has .{region}. in it"),
            );
        }
    }
}
