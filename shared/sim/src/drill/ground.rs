//! What traffic depends on, at one moment: which Regions answer, and which databases take writes.

use super::orders::Application;
use crate::ledger::SimLedger;
use crate::world::World;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use understudy_driver::LedgerError;
use understudy_engine::{Epoch, PhaseName, Region};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    pub now: Timestamp,
    pub phase: PhaseName,
    pub epoch: Epoch,
    /// Regions that answer at all.
    pub alive: BTreeSet<Region>,
    /// Regions whose endpoint answers its health check. It may serve without.
    pub healthy: BTreeSet<Region>,
    /// Regions whose gate answers.
    pub gates: BTreeSet<Region>,
    /// Regions that the record has latched off.
    pub latched: BTreeSet<Region>,
    /// Regions whose database takes writes from the application there.
    pub writable: BTreeSet<Region>,
    /// Regions whose database takes writes although another has been promoted since: what is written there is lost.
    pub stale: BTreeSet<Region>,
    /// Regions whose database can be read.
    pub readable: BTreeSet<Region>,
    /// Where the record says that the writer is.
    pub writer: Region,
}

/// What became of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Served,
    /// Written to a database that is not the writer any more: it will be lost.
    Stray,
    /// Answered with an error: the database there takes no writes, or cannot be read.
    Refused,
    NoAnswer,
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    Read,
    Write,
}

impl Use {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "reads",
            Self::Write => "writes",
        }
    }
}

impl Ground {
    pub(super) fn of(world: &World, orders: &Application) -> Result<Self, LedgerError> {
        let policy = &orders.policy;
        let state = SimLedger::new(world).state(&policy.application)?;
        let now = world.now();
        let inner = world.lock();
        let endpoints = policy.traffic.iter().flat_map(|traffic| traffic.endpoints.keys());
        let alive: BTreeSet<Region> = endpoints.filter(|region| !inner.dead.contains(*region)).cloned().collect();
        let healthy = alive.iter().filter(|region| !inner.sick.contains(*region)).cloned().collect();
        let gates = policy.traffic.iter().flat_map(|traffic| traffic.gates.keys());
        let lost = |region: &Region| inner.dead.contains(region) || inner.lost_gates.contains(region);
        let gates = gates.filter(|region| !lost(region)).cloned().collect();
        let (mut writable, mut readable) = (BTreeMap::new(), alive.clone());
        for (arn, database) in inner.databases.iter().filter(|(arn, _)| alive.contains(&arn.region())) {
            let region = arn.region();
            let source = database.described(now).1;
            let cut_off = policy.fence_group(&region).is_some_and(|group| database.is_cut_off_by(group, now));
            if cut_off || database.is_down(now) {
                readable.remove(&region);
            } else if source.is_none() {
                writable.insert(region, database.promoted_at);
            }
        }
        // Whichever was promoted last is the one that everybody has to write to.
        let newest = inner.databases.values().filter(|one| one.described(now).1.is_none()).map(|one| one.promoted_at);
        let newest = newest.max().flatten();
        let (writable, stale) = writable.into_iter().partition::<Vec<_>, _>(|(_, promoted)| *promoted == newest);
        let regions = |of: Vec<(Region, _)>| of.into_iter().map(|(region, _)| region).collect();
        let (writable, stale) = (regions(writable), regions(stale));
        let writer = state.writer.as_ref().unwrap_or(&policy.database.writer).region();
        let (phase, epoch) = (state.phase.name(), state.epoch);
        let latched = state.latch.keys().cloned().collect();
        Ok(Self { now, phase, epoch, alive, healthy, gates, latched, writable, stale, readable, writer })
    }

    /// What a client gets that asks a Region's endpoint.
    #[must_use]
    pub fn serves(&self, region: &Region, what: Use) -> Outcome {
        if !self.alive.contains(region) {
            return Outcome::NoAnswer;
        }
        match what {
            Use::Read if self.readable.contains(region) => Outcome::Served,
            Use::Write if self.writable.contains(region) => Outcome::Served,
            Use::Write if self.stale.contains(region) => Outcome::Stray,
            Use::Read | Use::Write => Outcome::Refused,
        }
    }
}

#[cfg(test)]
mod tests;
