//! A zone: names, records and the checks that they name. One that contradicts itself is refused whole.

use super::check::{CheckId, Checks};
use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::{DnsName, Region};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub routing: Routing,
    pub value: Value,
    /// None is always healthy.
    pub check: Option<CheckId>,
}

/// Which of a name's records answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routing {
    Simple,
    Failover(Failover),
    /// The record of the Region with the lowest latency from the client.
    Latency(Region),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failover {
    Primary,
    Secondary,
}

/// What a record leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// What stands in a Region, for so many seconds.
    Endpoint { region: Region, ttl_seconds: u32 },
    /// Another name of the zone, as healthy as its own records are. It has their TTL.
    Alias { name: DnsName, evaluates: bool },
}

/// Why a zone cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneFault {
    #[error("{name} has records of several routing policies: give each policy a name of its own")]
    SeveralPolicies { name: DnsName },
    #[error("{name} has {found} primary records: a failover name needs exactly one, and at most one secondary")]
    NotOnePrimary { name: DnsName, found: usize },
    #[error("{name} has two records of one kind: keep one for each Region, or one in all")]
    Doubled { name: DnsName },
    #[error(
        "{name} is an alias of {target}, which has no record or leads back: name a record that ends at an endpoint"
    )]
    DeadAlias { name: DnsName, target: DnsName },
    #[error("{name} names health check {check}, which does not exist or contains itself: create it first")]
    NoSuchCheck { name: DnsName, check: CheckId },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    pub(super) records: BTreeMap<DnsName, Vec<Record>>,
    pub checks: Checks,
}

impl Zone {
    /// # Errors
    /// When a name contradicts itself, or leads nowhere.
    pub fn new(records: BTreeMap<DnsName, Vec<Record>>, checks: Checks) -> Result<Self, ZoneFault> {
        let zone = Self { records, checks };
        for (name, own) in &zone.records {
            policies(name, own)?;
            zone.aliases(name)?;
            zone.checked(name, own)?;
        }
        Ok(zone)
    }

    /// The names that have records.
    pub fn names(&self) -> impl Iterator<Item = &DnsName> {
        self.records.keys()
    }

    fn aliases(&self, name: &DnsName) -> Result<(), ZoneFault> {
        let mut open = vec![name];
        let mut seen = BTreeSet::new();
        while let Some(next) = open.pop() {
            let dead = || ZoneFault::DeadAlias { name: name.clone(), target: next.clone() };
            let own = self.records.get(next).ok_or_else(dead)?;
            let targets = own.iter().filter_map(|record| match &record.value {
                Value::Alias { name, .. } => Some(name),
                Value::Endpoint { .. } => None,
            });
            for target in targets {
                if target == name || !seen.insert((next, target)) {
                    return Err(ZoneFault::DeadAlias { name: name.clone(), target: target.clone() });
                }
                open.push(target);
            }
        }
        Ok(())
    }

    fn checked(&self, name: &DnsName, own: &[Record]) -> Result<(), ZoneFault> {
        let mut named: Vec<CheckId> = own.iter().filter_map(|record| record.check).collect();
        while let Some(check) = named.pop() {
            if !self.checks.contains(check) || self.checks.is_circular(check) {
                return Err(ZoneFault::NoSuchCheck { name: name.clone(), check });
            }
            named.extend(self.checks.children(check));
        }
        Ok(())
    }
}

/// One policy a name, and no two records that could both answer.
fn policies(name: &DnsName, own: &[Record]) -> Result<(), ZoneFault> {
    let (mut simple, mut primaries, mut secondaries, mut regions) = (0, 0, 0, Vec::new());
    for record in own {
        match &record.routing {
            Routing::Simple => simple += 1,
            Routing::Failover(Failover::Primary) => primaries += 1,
            Routing::Failover(Failover::Secondary) => secondaries += 1,
            Routing::Latency(region) => regions.push(region),
        }
    }
    let used = [simple, primaries + secondaries, regions.len()].into_iter().filter(|count| *count > 0).count();
    if used > 1 {
        return Err(ZoneFault::SeveralPolicies { name: name.clone() });
    }
    if primaries > 1 || (primaries == 0 && secondaries > 0) {
        return Err(ZoneFault::NotOnePrimary { name: name.clone(), found: primaries });
    }
    let distinct = regions.iter().collect::<BTreeSet<_>>().len();
    if simple > 1 || secondaries > 1 || distinct < regions.len() {
        return Err(ZoneFault::Doubled { name: name.clone() });
    }
    Ok(())
}
