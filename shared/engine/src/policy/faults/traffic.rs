//! Names that lead nowhere, and latches that nobody could read.

use super::Faults;
use crate::name::Region;
use crate::policy::{Policy, Traffic};

pub(super) fn check(policy: &Policy, faults: &mut Faults) {
    let Some(traffic) = &policy.traffic else { return };
    let regions = &policy.regions;
    if traffic.read_name.as_ref() == Some(&traffic.write_name) {
        faults.error(
            &["traffic.read_name", "traffic.write_name"],
            &traffic.write_name,
            "one name cannot have latency and failover records at once",
            "use a name of its own for reads, or leave read_name out",
        );
    }
    for (region, endpoint) in &traffic.endpoints {
        if *endpoint == traffic.write_name || traffic.read_name.as_ref() == Some(endpoint) {
            let path = format!("traffic.endpoints.{region}");
            faults.error(&[&path], endpoint, "the name leads to itself", "name what stands in that Region alone");
        }
    }
    for (path, region) in [("regions.primary", &regions.primary), ("regions.standby", &regions.standby)] {
        if !traffic.endpoints.contains_key(region) {
            faults.error(
                &["traffic.endpoints", path],
                format!("none for {region}"),
                "writes could not be led there",
                &format!("name the endpoint in {region}"),
            );
        }
    }
    for (region, gate) in &traffic.gates {
        let elsewhere = gate.region().filter(|code| *code != region.as_str());
        if let Some(code) = elsewhere {
            faults.error(
                &[&format!("traffic.gates.{region}")],
                gate,
                &format!("the URL is of a function in {code}"),
                "name the gate's URL in this Region, as module region puts it out",
            );
        }
    }
    if regions.primary != regions.standby {
        check_gates(traffic, &regions.primary, &regions.standby, faults);
    }
}

/// A gate speaks for the other Regions only: its own would be lost with it.
fn check_gates(traffic: &Traffic, primary: &Region, standby: &Region, faults: &mut Faults) {
    match traffic.gates_for(primary).count() {
        0 => faults.error(
            &["traffic.gates", "regions.primary"],
            format!("none outside {primary}"),
            "nobody could tell Route 53 that the primary Region is latched",
            &format!("name the gate in {standby}"),
        ),
        1 => faults.warning(
            &["traffic.gates", "regions.primary"],
            format!("one outside {primary}"),
            "if that gate is lost after a failover, writes drift back to the old Region",
            "name a gate in a third Region as well",
        ),
        _ => {}
    }
    if traffic.gates_for(standby).count() == 0 {
        faults.warning(
            &["traffic.gates", "regions.standby"],
            format!("none outside {standby}"),
            "once home is the other way round, nobody could tell Route 53 that this Region is latched",
            &format!("name a gate in {primary} too"),
        );
    }
}
