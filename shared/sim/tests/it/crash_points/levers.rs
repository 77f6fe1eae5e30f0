//! A story with both levers of traffic, and what must have become of them.

use super::story::{PRIMARY, STANDBY};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use understudy_driver::Record;
use understudy_engine::{LEVER_ENDPOINTS, Lever};
use understudy_sim::World;

/// The names of an application, with both levers.
pub(super) fn traffic() -> Value {
    let control =
        |id: &str| format!("arn:aws:route53-recovery-control::111122223333:controlpanel/aa/routingcontrol/{id}");
    let endpoints: BTreeMap<&str, String> =
        LEVER_ENDPOINTS.map(|code| (code, format!("https://aa.{code}.example.com/v1"))).into();
    json!({
        "hosted_zone": "Z0123456789",
        "write_name": "orders.example.com",
        "endpoints": {PRIMARY: "east.example.com", STANDBY: "west.example.com"},
        "gates": {PRIMARY: "https://a.example.com", STANDBY: "https://b.example.com"},
        "multi_region_access_point": {
            "arn": "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap",
            "buckets": {PRIMARY: "orders-east", STANDBY: "orders-west"},
        },
        "routing_controls": {"endpoints": endpoints, "controls": {PRIMARY: control("east"), STANDBY: control("west")}},
    })
}

/// Whether every lever of a record is known to have moved.
pub(super) fn have_moved(record: &Record) -> bool {
    record.state.levers.values().all(|pull| pull.moved_at().is_some())
}

/// Every lever lets traffic into the writer's Region, and into no other.
pub(super) fn departures(world: &World, record: &Record) -> Vec<String> {
    let Some(writer) = &record.state.writer else { return Vec::new() };
    let mut departs = Vec::new();
    for lever in Lever::ALL.into_iter().filter(|lever| record.policy.has_lever(*lever)) {
        let open = world.open_regions(&record.policy, lever);
        if open != BTreeSet::from([writer.region()]) || !have_moved(record) {
            departs.push(format!("{lever} lets traffic into {open:?}, and is known as {:?}", record.state.levers));
        }
    }
    departs
}
