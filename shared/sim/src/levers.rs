//! The levers of traffic as their data planes hold them: what is set, and what they refuse. Routes are all or
//! nothing, and one at the least stays open; routing controls are bound by whatever safety rules there are, judged by
//! how all of them would stand after the call.

use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::{AccessPointArn, Aim, Lever, LeverAnswer, LeverTrouble, Policy, Region, RoutingControlArn};

/// An assertion rule: at the least so many of these controls are on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyRule {
    pub controls: BTreeSet<RoutingControlArn>,
    pub at_least: usize,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct SimLevers {
    routes: BTreeMap<AccessPointArn, BTreeMap<Region, bool>>,
    controls: BTreeMap<RoutingControlArn, bool>,
    pub(crate) rules: Vec<SafetyRule>,
}

impl SimLevers {
    /// The levers that a policy names, open to its primary Region alone.
    pub(crate) fn add(&mut self, policy: &Policy) {
        let Some(traffic) = &policy.traffic else { return };
        let is_open = |region: &Region| *region == policy.regions.primary;
        if let Some(point) = &traffic.multi_region_access_point {
            let routes = point.buckets.keys().map(|region| (region.clone(), is_open(region)));
            self.routes.insert(point.arn.clone(), routes.collect());
        }
        if let Some(all) = &traffic.routing_controls {
            self.controls.extend(all.controls.iter().map(|(region, control)| (control.clone(), is_open(region))));
        }
    }

    pub(crate) fn read(&self, aim: &Aim) -> LeverAnswer {
        let stands = match aim {
            Aim::Routes { point, on, off } => {
                let route = |region: &Region| self.routes.get(point)?.get(region).copied();
                (route(&on.0), route(&off.0))
            }
            Aim::Controls { on, off, .. } => (self.controls.get(on).copied(), self.controls.get(off).copied()),
        };
        match stands {
            (Some(on), Some(off)) => LeverAnswer::Seen { on, off },
            (None, _) | (_, None) => LeverAnswer::Trouble(LeverTrouble::Missing),
        }
    }

    /// All of it or nothing.
    pub(crate) fn set(&mut self, aim: &Aim) -> LeverAnswer {
        if self.read(aim) == LeverAnswer::Trouble(LeverTrouble::Missing) {
            return LeverAnswer::Trouble(LeverTrouble::Missing);
        }
        match aim {
            Aim::Routes { point, on, off } => {
                let mut next = self.routes.get(point).cloned().unwrap_or_default();
                next.insert(on.0.clone(), true);
                next.insert(off.0.clone(), false);
                if next.values().all(|open| !open) {
                    return LeverAnswer::Trouble(LeverTrouble::Refused);
                }
                self.routes.insert(point.clone(), next);
            }
            Aim::Controls { on, off, .. } => {
                let mut next = self.controls.clone();
                next.insert(on.clone(), true);
                next.insert(off.clone(), false);
                let open = |control: &&RoutingControlArn| next.get(*control) == Some(&true);
                if self.rules.iter().any(|rule| rule.controls.iter().filter(open).count() < rule.at_least) {
                    return LeverAnswer::Trouble(LeverTrouble::SafetyRule);
                }
                self.controls = next;
            }
        }
        LeverAnswer::Accepted
    }

    /// The Regions that a policy's lever lets traffic into.
    pub(crate) fn open(&self, policy: &Policy, lever: Lever) -> BTreeSet<Region> {
        let Some(traffic) = &policy.traffic else { return BTreeSet::new() };
        match lever {
            Lever::MultiRegionAccessPoint => {
                let point = traffic.multi_region_access_point.as_ref();
                let routes = point.and_then(|point| self.routes.get(&point.arn)).into_iter().flatten();
                routes.filter(|(_, open)| **open).map(|(region, _)| region.clone()).collect()
            }
            Lever::RoutingControls => {
                let named = traffic.routing_controls.iter().flat_map(|all| &all.controls);
                named.filter(|(_, one)| self.controls.get(*one) == Some(&true)).map(|(one, _)| one.clone()).collect()
            }
        }
    }
}
