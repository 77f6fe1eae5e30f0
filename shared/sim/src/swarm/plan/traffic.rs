//! The names and gates of an application, and when a gate is lost: drawn apart, so that a seed's other draws are
//! what they would be without them.

use super::weather::Weather;
use super::{Ms, PRIMARY, STANDBY, WITNESS};
use crate::swarm::draw::Draw;
use crate::swarm::fault::Fault;
use std::collections::BTreeMap;
use understudy_engine::{Application, Region, Traffic};

/// What tells this stream of draws from the plan's own.
const APART: u64 = 0x7261_6666_6963_2121;

pub(super) fn draws(seed: u64) -> Draw {
    Draw::new(seed ^ APART)
}

/// Two gates outside the primary Region in most worlds, and one in the others.
pub(super) fn names(draw: &mut Draw, application: &Application, regions: &[Region; 3]) -> Option<Traffic> {
    let places: &[usize] = if draw.chance(700) { &[PRIMARY, STANDBY, WITNESS] } else { &[PRIMARY, STANDBY] };
    let gate = |place: &usize| {
        Some((regions[*place].clone(), format!("https://gate.{}.example.com", regions[*place]).parse().ok()?))
    };
    let endpoint =
        |place: usize| Some((regions[place].clone(), format!("{}.example.com", regions[place]).parse().ok()?));
    Some(Traffic {
        hosted_zone: "Z0123456789".parse().ok()?,
        write_name: format!("{application}.example.com").parse().ok()?,
        read_name: None,
        endpoints: [PRIMARY, STANDBY].into_iter().map(endpoint).collect::<Option<BTreeMap<_, _>>>()?,
        gates: places.iter().map(gate).collect::<Option<BTreeMap<_, _>>>()?,
        multi_region_access_point: None,
        routing_controls: None,
    })
}

/// Gates that are lost for a while, before the world heals.
pub(super) fn lost_gates(draw: &mut Draw, heals_at: Ms) -> Vec<Weather> {
    let count = draw.one_of([0, 0, 1, 1, 2, 3]);
    let mut weather = Vec::new();
    for _ in 0..count {
        let from = draw.span(0, heals_at);
        let until = (from + draw.long_tailed(20_000, heals_at)).min(heals_at);
        let region = draw.one_of([PRIMARY, STANDBY, STANDBY, WITNESS]);
        weather.push(Weather { fault: Fault::GateLost, from, until, region, other: region, application: None });
    }
    weather
}
