//! Evidence: what each voter's alarm says, and when. It follows from the truth and from what is wrong
//! with the voter, and from nothing that the engine does.

use super::weather::Weather;
use super::{Ms, PRIMARY, Plan, SECOND, STANDBY};
use crate::alarm::AlarmValue;
use crate::swarm::draw::Draw;
use crate::swarm::fault::Fault;
use understudy_engine::{Policy, Subject, Voter};

/// A change of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::swarm) struct Change {
    pub(in crate::swarm) at: Ms,
    pub(in crate::swarm) value: AlarmValue,
    /// Whether its actions are suppressed.
    pub(in crate::swarm) suppressed: bool,
    /// The voter's own fault that made it say so, if one did.
    pub(in crate::swarm) by: Option<Fault>,
}

/// What is wrong with a voter, and when.
struct Trouble {
    fault: Fault,
    from: Ms,
    until: Ms,
    every: Ms,
}

pub(super) fn draw(draw: &mut Draw, plan: &Plan, policy: &Policy, application: usize) -> Vec<Vec<Change>> {
    let voters = policy.voters.iter();
    voters.map(|voter| timeline(draw, plan, voter, application)).collect()
}

fn timeline(draw: &mut Draw, plan: &Plan, voter: &Voter, application: usize) -> Vec<Change> {
    let place = plan.place(&voter.source.region());
    let delay = draw.span(2, 40) * SECOND;
    let troubles = troubles(draw, plan);
    let mut changes = vec![Change { at: 0, value: AlarmValue::Ok, suppressed: false, by: None }];
    for at in edges(plan, &troubles, delay) {
        let honest = honest(plan, voter.watches, place, application, at.saturating_sub(delay));
        let change = told(plan, &troubles, place, honest, at);
        if let Some(last) = changes.last()
            && (last.value, last.suppressed) != (change.value, change.suppressed)
        {
            changes.push(change);
        }
    }
    changes
}

/// When anything may change for this voter.
fn edges(plan: &Plan, troubles: &[Trouble], delay: Ms) -> Vec<Ms> {
    let mut edges: Vec<Ms> = Vec::new();
    for weather in &plan.weather {
        edges.extend([weather.from.saturating_add(delay), weather.until.saturating_add(delay)]);
        if weather.fault == Fault::VotersCorrelated {
            edges.extend([weather.from, weather.until]);
        }
    }
    for trouble in troubles {
        let mut at = trouble.from;
        while at < trouble.until {
            edges.push(at);
            at += trouble.every;
        }
        edges.push(trouble.until);
    }
    edges.retain(|at| *at > 0 && *at < Ms::MAX);
    edges.sort_unstable();
    edges.dedup();
    edges
}

const TROUBLES: [Fault; 5] =
    [Fault::VoterLying, Fault::VoterSilent, Fault::VoterFlapping, Fault::VoterLate, Fault::VoterSuppressed];

fn troubles(draw: &mut Draw, plan: &Plan) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for fault in TROUBLES {
        if plan.rate(fault) > 0 && draw.chance(350) {
            let from = draw.span(0, plan.heals_at);
            let until = draw.span(from, plan.heals_at);
            let flaps = fault == Fault::VoterFlapping;
            let every = if flaps { draw.span(15, 90) * SECOND } else { Ms::MAX / 4 };
            let until = if flaps { until.min(from + 12 * every) } else { until };
            troubles.push(Trouble { fault, from, until, every });
        }
    }
    troubles
}

/// Whether what the voter watches looks down from where it stands.
fn honest(plan: &Plan, watches: Subject, place: usize, application: usize, at: Ms) -> AlarmValue {
    let looks_down = plan.weather.iter().filter(|weather| weather.is_on(at)).any(|weather| match watches {
        Subject::Primary => writer_down(weather, application) || hides(weather, place, PRIMARY),
        Subject::Standby => {
            (weather.fault == Fault::RegionLost && weather.region == STANDBY) || hides(weather, place, STANDBY)
        }
        Subject::Canary => {
            weather.fault == Fault::CanaryFails || (weather.fault == Fault::PartitionFull && weather.region == place)
        }
    });
    if looks_down { AlarmValue::Alarm } else { AlarmValue::Ok }
}

fn writer_down(weather: &Weather, application: usize) -> bool {
    let lost = weather.fault == Fault::RegionLost && weather.region == PRIMARY;
    (lost || matches!(weather.fault, Fault::WriterDown | Fault::MultiAzFailover)) && weather.strikes(application)
}

/// Whether the network between two places fails.
fn hides(weather: &Weather, from: usize, to: usize) -> bool {
    let pair = (weather.region == from && weather.other == to) || (weather.region == to && weather.other == from);
    let partial = matches!(weather.fault, Fault::PartitionPartial | Fault::PartitionOneWay) && pair;
    let full = weather.fault == Fault::PartitionFull && (weather.region == from || weather.region == to);
    from != to && (partial || full)
}

/// What the alarm says in place of the truth.
fn told(plan: &Plan, troubles: &[Trouble], place: usize, honest: AlarmValue, at: Ms) -> Change {
    let mut change = Change { at, value: honest, suppressed: false, by: None };
    let correlated =
        |weather: &&Weather| weather.fault == Fault::VotersCorrelated && weather.is_on(at) && weather.region != place;
    if plan.weather.iter().any(|weather| correlated(&weather)) {
        change.value = AlarmValue::Alarm;
        change.by = Some(Fault::VotersCorrelated);
    }
    for trouble in troubles.iter().filter(|trouble| at >= trouble.from && at < trouble.until) {
        change.by = Some(trouble.fault);
        let odd = ((at - trouble.from) / trouble.every) % 2 == 1;
        if trouble.fault == Fault::VoterLying || (trouble.fault == Fault::VoterFlapping && !odd) {
            change.value = opposite(change.value);
        } else if trouble.fault == Fault::VoterSilent {
            change.value = AlarmValue::InsufficientData;
        } else if trouble.fault == Fault::VoterLate {
            // It still says what it said first.
            change.value = AlarmValue::Ok;
        } else if trouble.fault == Fault::VoterSuppressed {
            change.suppressed = true;
        }
    }
    change
}

fn opposite(value: AlarmValue) -> AlarmValue {
    match value {
        AlarmValue::Ok | AlarmValue::InsufficientData => AlarmValue::Alarm,
        AlarmValue::Alarm => AlarmValue::Ok,
    }
}
