//! The zone of one application, in the shape that its policy asks for.

use super::check::{Check, CheckId, Checks, Observes};
use super::zone::{Failover, Record, Routing, Value, Zone, ZoneFault};
use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::{Region, Regions, Traffic};

/// How long resolvers may keep an answer.
const TTL_SECONDS: u32 = 60;

/// Fast checks: every ten seconds, and three in a row.
const INTERVAL: i64 = 10_000;
const THRESHOLD: u32 = 3;

/// What a checker asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The application itself, in a Region.
    Endpoint { region: Region },
    /// A gate, whether a Region is latched.
    Latch { gate: Region, guarded: Region },
}

/// The names of an application with their records and checks. They are made once and never edited, so after a
/// failover they are still those of the Regions that it began with.
///
/// # Errors
/// When the policy's names contradict each other, which a sound policy's do not.
pub fn application_zone(regions: &Regions, traffic: &Traffic) -> Result<Zone, ZoneFault> {
    let mut checks: Vec<Check> = Vec::new();
    let mut records = BTreeMap::new();
    let unlatched = all_of(&mut checks, latches(traffic, &regions.primary));
    let leads_to = |region: &Region| Value::Endpoint { region: region.clone(), ttl_seconds: TTL_SECONDS };
    let failover =
        |role, region: &Region, check| Record { routing: Routing::Failover(role), value: leads_to(region), check };
    records.insert(
        traffic.write_name.clone(),
        vec![
            failover(Failover::Primary, &regions.primary, Some(unlatched)),
            failover(Failover::Secondary, &regions.standby, None),
        ],
    );
    if let Some(name) = &traffic.read_name {
        let mut own = Vec::new();
        for region in traffic.endpoints.keys() {
            let mut children = latches(traffic, region);
            children.insert(0, endpoint(Target::Endpoint { region: region.clone() }, false));
            let check = Some(all_of(&mut checks, children));
            own.push(Record { routing: Routing::Latency(region.clone()), value: leads_to(region), check });
        }
        records.insert(name.clone(), own);
    }
    Zone::new(records, Checks::new(checks))
}

/// An inverted check for each gate that speaks for a Region: 200 is latched, and nothing at all is not.
fn latches(traffic: &Traffic, guarded: &Region) -> Vec<Check> {
    let target = |gate: &Region| Target::Latch { gate: gate.clone(), guarded: guarded.clone() };
    traffic.gates_for(guarded).map(|(gate, _)| endpoint(target(gate), true)).collect()
}

fn endpoint(target: Target, inverted: bool) -> Check {
    let observes = Observes::Endpoint { target, interval: INTERVAL, threshold: THRESHOLD };
    Check { observes, inverted, disabled: false }
}

/// Healthy while every one of these is.
fn all_of(checks: &mut Vec<Check>, children: Vec<Check>) -> CheckId {
    let from = checks.len();
    checks.extend(children);
    let children: BTreeSet<CheckId> = (from..checks.len()).collect();
    let healthy_min = children.len();
    checks.push(Check { observes: Observes::Calculated { children, healthy_min }, inverted: false, disabled: false });
    checks.len() - 1
}
