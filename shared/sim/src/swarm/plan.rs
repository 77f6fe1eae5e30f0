//! The plan: what one seed's world is made of, drawn before its time begins.

mod evidence;
mod levers;
mod policy;
mod traffic;
mod weather;

pub(super) use evidence::Change;
pub(super) use policy::{Names, changed, own_group, person, stranger, swapped};
pub(super) use weather::Weather;

use super::draw::Draw;
use super::fault::Fault;
use crate::database::Life;
use crate::levers::SafetyRule;
use jiff::Timestamp;
use std::sync::Arc;
use understudy_driver::{PolicyHash, StoredPolicy};
use understudy_engine::{Policy, Region};

/// Time in a world: milliseconds since it began.
pub(super) type Ms = i64;

pub(super) const SECOND: Ms = 1000;
pub(super) const DAY: Ms = 86_400 * SECOND;

/// 2026-03-01T03:00:00Z: when every world begins.
const BEGINS_AT: i64 = 1_772_334_000_000;

/// A time of the world as a timestamp.
pub(super) fn stamp(at: Ms) -> Timestamp {
    Timestamp::from_millisecond(BEGINS_AT.saturating_add(at)).unwrap_or(Timestamp::MAX)
}

/// A timestamp as a time of the world.
pub(super) fn unstamp(at: Timestamp) -> Ms {
    at.as_millisecond().saturating_sub(BEGINS_AT)
}

/// Regions by their place: the writers begin in the first, the replicas in the second.
pub(super) const PRIMARY: usize = 0;
pub(super) const STANDBY: usize = 1;
pub(super) const WITNESS: usize = 2;

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) seed: u64,
    /// How often what is loaded goes through its text and back, per mille.
    pub(super) text: usize,
    /// Whether the table's stream wakes anybody.
    pub(super) streams: bool,
    /// Whether alarms tell of their changes.
    pub(super) events: bool,
    /// How often the schedule fires.
    pub(super) tick: Ms,
    /// How often people look at their telephones.
    pub(super) people: Ms,
    /// How readily people meddle, per mille.
    pub(super) meddling: usize,
    /// Whether people are bent on going home after a failover: they rebuild and switch over as soon as they can.
    pub(super) homeward: bool,
    pub(super) regions: [Region; 3],
    /// How often each fault strikes when it can, per mille.
    pub(super) rates: Vec<usize>,
    pub(super) weather: Vec<Weather>,
    /// From here on nothing goes wrong any more, but for what is lost for good.
    pub(super) heals_at: Ms,
    /// Whether the primary Region never comes back.
    pub(super) lost_for_good: Option<Ms>,
    pub(super) applications: Vec<ApplicationPlan>,
}

#[derive(Debug, Clone)]
pub(super) struct ApplicationPlan {
    pub(super) names: Names,
    pub(super) policy: Arc<Policy>,
    pub(super) hash: PolicyHash,
    /// What each voter's alarm says, by the voter's place in the first policy.
    pub(super) alarms: Vec<Vec<Change>>,
    /// How far the replica follows behind.
    pub(super) lag_seconds: u32,
    /// How long a promotion takes.
    pub(super) life: Life,
    /// What binds the application's routing controls.
    pub(super) safety_rule: Option<SafetyRule>,
}

impl Plan {
    pub(super) fn new(seed: u64) -> Self {
        let mut draw = Draw::new(seed);
        let rates = rates(&mut draw);
        let calm = rates.iter().all(|rate| *rate == 0);
        let homeward = draw.chance(120);
        let heals_at = if homeward {
            draw.span(1500, 3600)
        } else if calm {
            draw.span(20, 60)
        } else {
            draw.long_tailed(300, 1500).max(150)
        } * SECOND;
        let lost_for_good = (!homeward && draw.chance(500)).then(|| draw.span(60, heals_at / SECOND + 60) * SECOND);
        let regions = policy::regions(&mut draw);
        let weather = if homeward {
            weather::homeward(&mut draw, &rates, &regions, heals_at)
        } else {
            weather::draw(&mut draw, &rates, &regions, heals_at, lost_for_good)
        };
        let mut apart = traffic::draws(seed);
        let mut apart_too = levers::draws(seed);
        let lever_weather = levers::weather(&mut apart_too, heals_at);
        let weather = [weather, traffic::lost_gates(&mut apart, heals_at), lever_weather].concat();
        let rates = levers::rates(&mut apart_too, rates);
        let mut plan = Self {
            seed,
            text: draw.one_of([0, 0, 0, 10]),
            streams: draw.chance(500),
            events: draw.chance(800),
            tick: draw.span(40, 60) * SECOND,
            people: draw.span(20, 90) * SECOND,
            meddling: if homeward { 1000 } else { draw.one_of([0, 100, 300, 600]) },
            homeward,
            regions,
            rates,
            weather,
            heals_at,
            lost_for_good,
            applications: Vec::new(),
        };
        let count = draw.one_of([1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4]);
        for index in 0..count {
            let application = plan.application(&mut draw, [&mut apart, &mut apart_too], index);
            plan.applications.push(application);
        }
        plan
    }

    fn application(&self, draw: &mut Draw, [apart, apart_too]: [&mut Draw; 2], index: usize) -> ApplicationPlan {
        let names = Names::new(index, &self.regions);
        let traffic = traffic::names(apart, &names.application, &self.regions);
        let traffic = traffic.map(|traffic| levers::named(apart_too, traffic, &names.application, &self.regions));
        let safety_rule = levers::safety_rule(apart_too, traffic.as_ref());
        let policy = Policy { traffic, ..policy::draw(draw, &names, &self.regions) };
        let alarms = evidence::draw(draw, self, &policy, index);
        let hash = hash(&policy);
        let life = Life::lasting(draw.seconds(40, 240));
        let lag_seconds = draw.seconds(0, 4);
        ApplicationPlan { names, policy: Arc::new(policy), hash, alarms, lag_seconds, life, safety_rule }
    }

    pub(super) fn rate(&self, fault: Fault) -> usize {
        self.rates[fault as usize]
    }

    /// The place of a Region.
    pub(super) fn place(&self, region: &Region) -> usize {
        self.regions.iter().position(|one| one == region).unwrap_or(WITNESS)
    }
}

/// A policy as it is stored. One that was drawn can always be written as JSON.
pub(super) fn hash(policy: &Policy) -> PolicyHash {
    StoredPolicy::new(policy).map_or_else(|_| PolicyHash(String::new()), |stored| stored.hash)
}

/// What would end nearly every run if it struck as often as the rest.
const RARE: [Fault; 6] = [
    Fault::Frozen,
    Fault::ConductorKilledBefore,
    Fault::ConductorKilledAfter,
    Fault::CommitReplyLost,
    Fault::WriteConflict,
    Fault::TableThrottled,
];

/// What has few calls to strike at.
const KEEN: [Fault; 10] = [
    Fault::PromoteCutBefore,
    Fault::PromoteCutAfter,
    Fault::PromoteThrottled,
    Fault::FenceCutBefore,
    Fault::FenceCutAfter,
    Fault::CreateCut,
    Fault::StaleDescribe,
    Fault::Twins,
    Fault::StormHit,
    Fault::ApprovedStale,
];

/// What is drawn apart, so that a seed's other draws are what they would be without it.
const APART: [Fault; 6] = [
    Fault::GateLost,
    Fault::LeverEndpointDown,
    Fault::LeverCutBefore,
    Fault::LeverCutAfter,
    Fault::LeverConflict,
    Fault::LeverRefused,
];

/// Each seed has some of the faults only: a world with all of them at once never gets anywhere.
fn rates(draw: &mut Draw) -> Vec<usize> {
    let share = draw.one_of([0, 60, 150, 300]);
    let strength = draw.one_of([10, 30, 80]);
    let rate = |fault: &Fault| {
        // Drawn with the traffic, apart from the rest.
        if APART.contains(fault) || !draw.chance(share) {
            0
        } else if RARE.contains(fault) {
            strength.min(40)
        } else if KEEN.contains(fault) {
            strength * 6
        } else {
            strength * 3
        }
    };
    Fault::ALL.iter().map(rate).collect()
}
