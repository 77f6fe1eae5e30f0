//! The levers of an application, and what goes wrong with them: drawn apart, so that a seed's other draws are what
//! they would be without them.

use super::weather::Weather;
use super::{Ms, PRIMARY, STANDBY};
use crate::levers::SafetyRule;
use crate::swarm::draw::Draw;
use crate::swarm::fault::Fault;
use std::collections::BTreeMap;
use understudy_engine::{AccessPoint, Application, LEVER_ENDPOINTS, Region, RoutingControls, Traffic};

/// What tells this stream of draws from the plan's own.
const APART: u64 = 0x006c_6576_6572_7321;

pub(super) fn draws(seed: u64) -> Draw {
    Draw::new(seed ^ APART)
}

/// Both levers, one or none.
pub(super) fn named(draw: &mut Draw, traffic: Traffic, application: &Application, regions: &[Region; 3]) -> Traffic {
    let (with_point, with_controls) = (draw.chance(250), draw.chance(250));
    let multi_region_access_point = access_point(application, regions).filter(|_| with_point);
    let routing_controls = routing_controls(application, regions).filter(|_| with_controls);
    Traffic { multi_region_access_point, routing_controls, ..traffic }
}

fn access_point(application: &Application, regions: &[Region; 3]) -> Option<AccessPoint> {
    let bucket = |place: usize| Some((regions[place].clone(), format!("{application}-{place}").parse().ok()?));
    Some(AccessPoint {
        arn: format!("arn:aws:s3::111122223333:accesspoint/{application}.mrap").parse().ok()?,
        buckets: [PRIMARY, STANDBY].into_iter().map(bucket).collect::<Option<BTreeMap<_, _>>>()?,
    })
}

fn routing_controls(application: &Application, regions: &[Region; 3]) -> Option<RoutingControls> {
    let panel = "arn:aws:route53-recovery-control::111122223333:controlpanel/aa/routingcontrol";
    let control = |place: usize| Some((regions[place].clone(), format!("{panel}/{application}{place}").parse().ok()?));
    let endpoint = |code: &str| Some((code.parse().ok()?, format!("https://aa.{code}.example.com/v1").parse().ok()?));
    Some(RoutingControls {
        endpoints: LEVER_ENDPOINTS.into_iter().map(endpoint).collect::<Option<BTreeMap<_, _>>>()?,
        controls: [PRIMARY, STANDBY].into_iter().map(control).collect::<Option<BTreeMap<_, _>>>()?,
    })
}

/// In half of the worlds somebody has seen to it that never both are off.
pub(super) fn safety_rule(draw: &mut Draw, traffic: Option<&Traffic>) -> Option<SafetyRule> {
    let controls = traffic?.routing_controls.as_ref()?.controls.values().cloned().collect();
    draw.chance(500).then_some(SafetyRule { controls, at_least: 1 })
}

/// Endpoints that do not answer for a while, and rules that refuse for a while, before the world heals.
pub(super) fn weather(draw: &mut Draw, heals_at: Ms) -> Vec<Weather> {
    let mut weather = Vec::new();
    let endpoints = draw.one_of([0, 0, 1, 2, 4, 5]);
    let refusals = draw.one_of([0, 0, 0, 1]);
    let faults = [(Fault::LeverEndpointDown, endpoints), (Fault::LeverRefused, refusals)];
    for fault in faults.into_iter().flat_map(|(fault, count)| std::iter::repeat_n(fault, count)) {
        let from = draw.span(0, heals_at);
        let until = (from + draw.long_tailed(60_000, heals_at)).min(heals_at);
        let region = draw.below(LEVER_ENDPOINTS.len());
        weather.push(Weather { fault, from, until, region, other: region, application: None });
    }
    weather
}

/// How often a call, or its reply, is lost.
pub(super) fn rates(draw: &mut Draw, mut rates: Vec<usize>) -> Vec<usize> {
    for fault in [Fault::LeverCutBefore, Fault::LeverCutAfter, Fault::LeverConflict] {
        rates[fault as usize] = draw.one_of([0, 0, 100, 400]);
    }
    rates
}
