//! Dependencies that nobody could look at.

use super::Faults;
use crate::name::Region;
use crate::policy::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// The most secrets, pairs and distributions. What may look at each is in an inline policy of the role, and all of
/// those of a role together have 10,240 characters.
const LISTED_MAX: usize = 10;
/// The most clients of a Region: security groups have about as many rules.
const CLIENTS_MAX: usize = 50;

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
    for (region, clients) in &dependencies.clients {
        check_list(&format!("dependencies.clients.{region}"), clients, CLIENTS_MAX, faults);
    }
    check_list("dependencies.secrets", &dependencies.secrets, LISTED_MAX, faults);
    check_list("dependencies.buckets", &dependencies.buckets, LISTED_MAX, faults);
    check_list("dependencies.distributions", &dependencies.distributions, LISTED_MAX, faults);
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

/// Nothing twice, and no more than there is room for.
fn check_list<T: Ord>(path: &str, listed: &[T], listed_max: usize, faults: &mut Faults) {
    if listed.len() > listed_max {
        let mend = format!("name the {listed_max} that matter most");
        faults.error(&[path], format!("{} of them", listed.len()), "there is no room for so many", &mend);
    }
    if listed.iter().collect::<BTreeSet<_>>().len() < listed.len() {
        faults.error(&[path], format!("{} of them", listed.len()), "one is named twice", "name each once");
    }
}
