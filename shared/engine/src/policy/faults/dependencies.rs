//! Dependencies that nobody could look at.

use super::Faults;
use crate::name::Region;
use crate::policy::Policy;
use std::collections::BTreeMap;

/// The most of each kind: they are read at each look, and are in the record, which has 400 KB.
const LISTED_MAX: usize = 50;

pub(super) fn check(policy: &Policy, faults: &mut Faults) {
    let Some(dependencies) = &policy.dependencies else { return };
    // Where the two are one, it is not the dependencies that are wrong.
    if policy.regions.primary == policy.regions.standby {
        return;
    }
    if !dependencies.clients.is_empty() {
        check_regions(policy, "dependencies.clients", &dependencies.clients, "who connects", faults);
    }
    for (region, _) in dependencies.clients.iter().filter(|(_, clients)| clients.is_empty()) {
        faults.error(
            &[&format!("dependencies.clients.{region}")],
            "nobody",
            "a Region without clients is not looked at",
            "name who connects there, or leave dependencies.clients out",
        );
    }
    for (list, count) in [
        ("secrets", dependencies.secrets.len()),
        ("buckets", dependencies.buckets.len()),
        ("distributions", dependencies.distributions.len()),
    ] {
        if count > LISTED_MAX {
            let path = format!("dependencies.{list}");
            faults.error(
                &[&path],
                format!("{count} {list}"),
                "all of them are in the record, which has 400 KB",
                &format!("name the {LISTED_MAX} that matter most"),
            );
        }
    }
    for (number, pair) in dependencies.buckets.iter().enumerate() {
        let path = format!("dependencies.buckets[{number}]");
        check_regions(policy, &path, pair, "the bucket", faults);
        if let (Some(primary), Some(standby)) = (pair.get(&policy.regions.primary), pair.get(&policy.regions.standby))
            && primary == standby
        {
            faults.error(
                &[&format!("{path}.{}", policy.regions.standby), &format!("{path}.{}", policy.regions.primary)],
                standby,
                "both Regions have the same bucket, which is in one of them and lost with it",
                "name the bucket of each Region",
            );
        }
    }
}

/// Each of the two Regions is named, and no other one.
fn check_regions<T>(policy: &Policy, path: &str, named: &BTreeMap<Region, T>, what: &str, faults: &mut Faults) {
    let regions = &policy.regions;
    for (field, region) in [("regions.primary", &regions.primary), ("regions.standby", &regions.standby)] {
        if !named.contains_key(region) {
            faults.error(
                &[path, field],
                format!("none for {region}"),
                "a Region that is not named is not looked at",
                &format!("name {what} in {region}"),
            );
        }
    }
    for region in named.keys().filter(|region| **region != regions.primary && **region != regions.standby) {
        faults.error(
            &[&format!("{path}.{region}"), "regions.primary", "regions.standby"],
            region,
            "no writer is ever in this Region",
            "name the primary and the standby Region, or remove it",
        );
    }
}
