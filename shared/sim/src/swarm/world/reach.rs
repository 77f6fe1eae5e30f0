//! What can be reached from where, and what the replica has received.

use super::World;
use crate::swarm::fault::Fault;
use crate::swarm::plan::{Ms, SECOND, Weather, stamp};
use understudy_engine::{DbInstanceArn, LEVER_ENDPOINTS, Lag, Region, Seconds};

/// Whether a request gets there, and its reply back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::swarm) enum Reach {
    There,
    ThereOnly,
    Nowhere,
}

/// How often replication lag is measured.
const MEASURED_EVERY: Ms = 60 * SECOND;

fn bit(fault: Fault) -> u128 {
    1 << (fault as u32)
}

impl World {
    fn weather(&self, fault: Fault) -> impl Iterator<Item = &Weather> {
        let now = self.now;
        let on = self.plan.weather.iter().filter(move |weather| weather.fault == fault && weather.is_on(now));
        on.inspect(move |_| self.met.set(self.met.get() | bit(fault)))
    }

    /// Whether somebody has asked for what this fault takes away, while it was on. What only the voters see
    /// is met by being there.
    pub(in crate::swarm) fn has_met(&self, fault: Fault) -> bool {
        let seen =
            [Fault::WriterDown, Fault::MultiAzFailover, Fault::CanaryFails, Fault::VotersCorrelated, Fault::GateLost]
                .contains(&fault);
        seen || self.met.get() & bit(fault) != 0
    }

    /// Whether a lasting fault strikes this application now.
    pub(in crate::swarm) fn is_on(&self, fault: Fault, application: usize) -> bool {
        self.weather(fault).any(|weather| weather.strikes(application))
    }

    pub(in crate::swarm) fn is_lost(&self, place: usize) -> bool {
        self.weather(Fault::RegionLost).any(|weather| weather.region == place)
    }

    /// Whether the network of two Regions carries a request, and its reply.
    pub(in crate::swarm) fn reach(&self, from: usize, to: usize) -> Reach {
        if self.is_lost(to) {
            return Reach::Nowhere;
        }
        if from == to {
            return Reach::There;
        }
        let cut = self.weather(Fault::PartitionFull).any(|one| one.region == from || one.region == to)
            || self.weather(Fault::PartitionPartial).any(|one| between(one, from, to) || between(one, to, from))
            || self.weather(Fault::PartitionOneWay).any(|one| between(one, from, to));
        if cut {
            Reach::Nowhere
        } else if self.weather(Fault::PartitionOneWay).any(|one| between(one, to, from)) {
            Reach::ThereOnly
        } else {
            Reach::There
        }
    }

    /// The same, for a Region's control planes.
    pub(in crate::swarm) fn control_plane(&self, from: usize, region: &Region) -> Reach {
        let place = self.plan.place(region);
        if self.weather(Fault::ControlPlaneGone).any(|one| one.region == place) {
            return Reach::Nowhere;
        }
        self.reach(from, place)
    }

    /// The same, for the endpoint that levers have in a Region, which may be none of the plan's.
    pub(in crate::swarm) fn lever_endpoint(&self, from: usize, region: &Region) -> Reach {
        let number = LEVER_ENDPOINTS.iter().position(|code| *code == region.as_str());
        if self.weather(Fault::LeverEndpointDown).any(|one| Some(one.region) == number) {
            return Reach::Nowhere;
        }
        if self.plan.regions.contains(region) {
            return self.reach(from, self.plan.place(region));
        }
        let cut_off = self.weather(Fault::PartitionFull).any(|one| one.region == from);
        if cut_off { Reach::Nowhere } else { Reach::There }
    }

    /// Whether a Region's processes have the table.
    pub(in crate::swarm) fn has_table(&self, place: usize, application: usize) -> bool {
        let isolated = self.weather(Fault::ReplicaIsolated).chain(self.weather(Fault::PartitionFull));
        let isolated = isolated.filter(|one| one.region == place).count() > 0;
        !isolated && !self.is_lost(place) && !self.is_on(Fault::TableUnavailable, application)
    }

    /// The replication lag of a replica, as it was measured within a span by true time.
    pub(in crate::swarm) fn lags(&self, application: usize, replica: &DbInstanceArn, span: (Ms, Ms)) -> Vec<Lag> {
        if self.is_on(Fault::LagUnknown, application) {
            return Vec::new();
        }
        let Some(database) = self.items[application].databases.get(replica) else { return Vec::new() };
        let first = span.0.div_euclid(MEASURED_EVERY) * MEASURED_EVERY;
        let marks = (0..40).map(|index| first + index * MEASURED_EVERY).filter(|at| *at >= span.0);
        let marks = marks.take_while(|at| *at <= span.1.min(self.now));
        let measured = marks.filter_map(|at| {
            let being = database.being(at).filter(|being| being.promotion.is_none() && at >= being.ready_at)?;
            let source = being.source.as_ref()?;
            let contact = self.last_contact(application, source, replica, at);
            let lag = at - contact + self.lag_then(application, contact);
            let seconds = Seconds(u32::try_from(lag / SECOND).unwrap_or(u32::MAX));
            Some(Lag { seconds, at: stamp(at) })
        });
        measured.collect()
    }

    /// When the replica last received anything from its writer.
    fn last_contact(&self, application: usize, source: &DbInstanceArn, replica: &DbInstanceArn, at: Ms) -> Ms {
        let (source, replica) = (self.plan.place(&source.region()), self.plan.place(&replica.region()));
        let stops = |one: &&Weather| {
            let lost = one.fault == Fault::RegionLost && one.region == source;
            // The first writer is what this strikes, wherever the roles are by now.
            let down = matches!(one.fault, Fault::WriterDown | Fault::MultiAzFailover)
                && source == crate::swarm::plan::PRIMARY
                && one.strikes(application);
            let full = one.fault == Fault::PartitionFull && (one.region == source || one.region == replica);
            let part = matches!(one.fault, Fault::PartitionPartial | Fault::PartitionOneWay)
                && (between(one, source, replica) || between(one, replica, source));
            lost || down || full || part
        };
        let mut contact = at;
        while let Some(stopped) = self.plan.weather.iter().filter(stops).find(|one| one.is_on(contact)) {
            contact = stopped.from - 1;
        }
        contact
    }

    fn lag_then(&self, application: usize, at: Ms) -> Ms {
        let plan = &self.plan.applications[application];
        let high = |one: &Weather| one.fault == Fault::LagHigh && one.is_on(at) && one.strikes(application);
        let base = i64::from(plan.lag_seconds) * SECOND;
        if self.plan.weather.iter().any(high) {
            self.met.set(self.met.get() | bit(Fault::LagHigh));
            base + i64::from(plan.policy.database.lag_max_seconds.0) * SECOND + 20 * SECOND
        } else {
            base
        }
    }
}

fn between(weather: &Weather, from: usize, to: usize) -> bool {
    weather.region == from && weather.other == to
}
