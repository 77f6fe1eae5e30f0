//! What all servers and clients of one drill share.

use crate::address::Addresses;
use crate::pace::Pace;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use understudy_driver::Gate;
use understudy_engine::{DnsName, Region};
use understudy_sim::dns::Zone;
use understudy_sim::{Diary, Ground, SimLedger, Use};

/// What one listener plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Endpoint(Region),
    Gate(Region),
}

pub(crate) struct Scene {
    pub(crate) pace: Pace,
    pub(crate) addresses: Addresses,
    pub(crate) ledger: SimLedger,
    pub(crate) names: Vec<(Use, DnsName)>,
    /// Where those are whose question does not say.
    pub(crate) unknown_near: Region,
    pub(crate) gates: Vec<(Region, Gate)>,
    ground: RwLock<Ground>,
    zone: Mutex<Zone>,
    diary: Mutex<Diary>,
}

impl Scene {
    pub(crate) fn new(
        pace: Pace,
        addresses: Addresses,
        ledger: SimLedger,
        names: Vec<(Use, DnsName)>,
        unknown_near: Region,
        ground: Ground,
        zone: Zone,
    ) -> Self {
        let gates = addresses.gates.keys().map(|region| (region.clone(), Gate::default())).collect();
        let (ground, zone, diary) = (RwLock::new(ground), Mutex::new(zone), Mutex::default());
        Self { pace, addresses, ledger, names, unknown_near, gates, ground, zone, diary }
    }

    pub(crate) fn ground(&self) -> RwLockReadGuard<'_, Ground> {
        self.ground.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn show(&self, ground: &Ground) {
        *self.ground.write().unwrap_or_else(PoisonError::into_inner) = ground.clone();
    }

    pub(crate) fn zone(&self) -> MutexGuard<'_, Zone> {
        self.zone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn diary(&self) -> MutexGuard<'_, Diary> {
        self.diary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The Region whose endpoint listens there.
    pub(crate) fn region_at(&self, host: IpAddr) -> Option<&Region> {
        self.addresses.endpoints.iter().find(|(_, address)| address.ip() == host).map(|(region, _)| region)
    }
}
