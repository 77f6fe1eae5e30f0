//! Weather: what goes wrong for a while, whoever calls.

use super::{Ms, PRIMARY, SECOND, STANDBY, WITNESS};
use crate::swarm::draw::Draw;
use crate::swarm::fault::Fault;
use understudy_engine::Region;

/// One fault that lasts.
#[derive(Debug, Clone, Copy)]
pub(in crate::swarm) struct Weather {
    pub(in crate::swarm) fault: Fault,
    pub(in crate::swarm) from: Ms,
    pub(in crate::swarm) until: Ms,
    /// The Region that it strikes, and the other one where it is between two.
    pub(in crate::swarm) region: usize,
    pub(in crate::swarm) other: usize,
    /// The application that it strikes; none where it strikes all.
    pub(in crate::swarm) application: Option<usize>,
}

impl Weather {
    pub(in crate::swarm) fn is_on(&self, at: Ms) -> bool {
        at >= self.from && at < self.until
    }

    pub(in crate::swarm) fn strikes(&self, application: usize) -> bool {
        self.application.is_none_or(|one| one == application)
    }
}

/// The faults that last, and are not struck anew at each call.
const LASTING: [Fault; 21] = [
    Fault::RegionLost,
    Fault::WriterDown,
    Fault::MultiAzFailover,
    Fault::PartitionFull,
    Fault::PartitionPartial,
    Fault::PartitionOneWay,
    Fault::ControlPlaneGone,
    Fault::ReplicaIsolated,
    Fault::TableReadOnly,
    Fault::TableUnavailable,
    Fault::RdsSlow,
    Fault::BackingUp,
    Fault::LagHigh,
    Fault::LagUnknown,
    Fault::CanaryFails,
    Fault::PublishFailed,
    Fault::FunctionThrottled,
    Fault::VotersCorrelated,
    Fault::PromoteDenied,
    Fault::FenceDenied,
    Fault::DescribeFailed,
];

pub(super) fn draw(
    draw: &mut Draw,
    rates: &[usize],
    regions: &[Region; 3],
    heals_at: Ms,
    lost_for_good: Option<Ms>,
) -> Vec<Weather> {
    let mut weather = Vec::new();
    for fault in LASTING {
        if rates[fault as usize] > 0 {
            weather.push(one(draw, fault, regions, heals_at));
        }
    }
    // Something is the matter with the primary in most worlds, or there would be little to decide.
    let matter = Weather {
        from: 30 * SECOND,
        until: heals_at,
        region: PRIMARY,
        other: PRIMARY,
        application: None,
        fault: Fault::WriterDown,
    };
    match lost_for_good {
        Some(from) => weather.push(Weather { fault: Fault::RegionLost, from, until: Ms::MAX, ..matter }),
        None if draw.chance(600) => {
            let fault = draw.one_of([Fault::RegionLost, Fault::WriterDown, Fault::WriterDown]);
            let application = if draw.chance(500) && fault != Fault::RegionLost { Some(0) } else { None };
            let from = draw.span(10, (heals_at / SECOND / 2).max(11)) * SECOND;
            let until = draw.span(from / SECOND, heals_at / SECOND) * SECOND;
            weather.push(Weather { fault, from, until, application, ..matter });
        }
        None => {}
    }
    weather
}

/// The primary is lost early, for as long as a decision takes, and comes back; what else goes wrong may go
/// wrong at any time, also long after.
pub(super) fn homeward(draw: &mut Draw, rates: &[usize], regions: &[Region; 3], heals_at: Ms) -> Vec<Weather> {
    let struck = LASTING.into_iter().filter(|fault| rates[*fault as usize] > 0);
    let mut weather: Vec<_> = struck.map(|fault| one(draw, fault, regions, heals_at)).collect();
    let from = draw.span(20, 60) * SECOND;
    let until = from + draw.span(400, 700) * SECOND;
    let fault = draw.one_of([Fault::RegionLost, Fault::WriterDown]);
    let matter = Weather { fault, from, until, region: PRIMARY, other: PRIMARY, application: None };
    weather.push(matter);
    if draw.chance(150) {
        weather.push(Weather { fault: Fault::PromoteDenied, from: until + 300 * SECOND, until: heals_at, ..matter });
    }
    weather
}

fn one(draw: &mut Draw, fault: Fault, regions: &[Region; 3], heals_at: Ms) -> Weather {
    let from = draw.span(0, heals_at);
    let short = draw.long_tailed(20 * SECOND, heals_at);
    let length = if fault == Fault::MultiAzFailover { draw.span(60, 120) * SECOND } else { short };
    let region = if fault == Fault::RegionLost {
        draw.one_of([PRIMARY, PRIMARY, PRIMARY, STANDBY, WITNESS])
    } else if fault == Fault::ControlPlaneGone {
        regions.iter().position(|region| region.as_str() == "us-east-1").unwrap_or(PRIMARY)
    } else {
        draw.below(3)
    };
    let other = (region + 1 + draw.below(2)) % 3;
    let application = if draw.chance(500) && fault != Fault::RegionLost { Some(0) } else { None };
    Weather { fault, from, until: (from + length).min(heals_at), region, other, application }
}
