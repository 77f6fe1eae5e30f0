//! What a writer is cut off with, and what is left where it cannot be.

use super::Faults;
use crate::policy::Policy;
use std::collections::BTreeMap;

pub(super) fn check(policy: &Policy, faults: &mut Faults) {
    let Some(fence) = &policy.fence else {
        faults.warning(
            &["fence"],
            "nothing",
            "an old writer is never cut off, so every failover leaves split risk until a person has cut it off by hand",
            "add [fence] with a security group without rules for each of the two Regions",
        );
        return;
    };
    let regions = &policy.regions;
    for (region, group) in &fence.security_groups {
        // Where the two are one, it is not the fence that is wrong.
        let distinct = regions.primary != regions.standby;
        if distinct && *region != regions.primary && *region != regions.standby {
            let path = format!("fence.security_groups.{region}");
            faults.error(
                &[&path, "regions.primary", "regions.standby"],
                group,
                "no writer is ever in this Region",
                "name the primary and the standby Region, or remove it",
            );
        }
    }
    let mut seen = BTreeMap::new();
    for (region, group) in &fence.security_groups {
        if let Some(other) = seen.insert(group, region) {
            let [path, other] = [region, other].map(|region| format!("fence.security_groups.{region}"));
            faults.error(
                &[&path, &other],
                group,
                "a security group is in one Region alone",
                "name the group without rules that is in this Region",
            );
        }
    }
    let without = |region| !fence.security_groups.contains_key(region);
    if without(&regions.primary) {
        faults.warning(
            &["fence.security_groups", "regions.primary"],
            format!("none for {}", regions.primary),
            "the writer cannot be cut off, so a failover leaves split risk until a person has cut it off by hand",
            &format!("add a security group without rules in {}", regions.primary),
        );
    } else if policy.windows.fence_seconds.0 == 0 {
        faults.warning(
            &["windows.fence_seconds", "fence"],
            0,
            "the writer is promoted away from without having been tried to be cut off first",
            "write 20, or what a failover may wait for it",
        );
    }
    if without(&regions.standby) {
        faults.warning(
            &["fence.security_groups", "regions.standby"],
            format!("none for {}", regions.standby),
            "the writer cannot be cut off there, so no switchover home can be had",
            &format!("add a security group without rules in {}", regions.standby),
        );
    }
}
