//! What Route 53 answers: the healthy record that the routing policy prefers, and something always.

use super::zone::{Failover, Record, Routing, Value, Zone};
use std::collections::BTreeSet;
use understudy_engine::{DnsName, Region};

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Where it leads.
    pub region: Region,
    pub ttl_seconds: u32,
    pub because: Because,
}

/// Why this record and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// It is the one that the policy prefers, and healthy.
    Preferred,
    /// Whatever the policy prefers is unhealthy.
    NextHealthy,
    /// Every record is unhealthy, so all are taken for healthy.
    AllUnhealthy,
}

/// Round trips between Regions, in milliseconds, as far as this model needs an order: both ends sorted.
const ROUND_TRIPS: [(&str, &str, u32); 10] = [
    ("ap-southeast-2", "us-west-2", 140),
    ("eu-central-1", "eu-west-1", 25),
    ("eu-central-1", "us-east-1", 90),
    ("eu-west-1", "us-east-1", 70),
    ("eu-west-1", "us-east-2", 80),
    ("eu-west-1", "us-west-2", 130),
    ("sa-east-1", "us-east-1", 115),
    ("us-east-1", "us-east-2", 12),
    ("us-east-1", "us-west-2", 65),
    ("us-east-2", "us-west-2", 55),
];

/// Further than any Region that is listed.
const FAR: u32 = 200;

impl Zone {
    /// What a client in a Region is answered. None where the name has no record.
    #[must_use]
    pub fn answer(&self, name: &DnsName, client: &Region) -> Option<Answer> {
        let own = self.records.get(name)?;
        let mut preferred: Vec<&Record> = own.iter().collect();
        preferred.sort_by_key(|record| rank(&record.routing, client));
        let first = *preferred.first()?;
        let healthy = preferred.iter().copied().find(|record| self.is_healthy(record));
        let (chosen, because) = match healthy {
            Some(record) if record == first => (record, Because::Preferred),
            Some(record) => (record, Because::NextHealthy),
            None => (first, Because::AllUnhealthy),
        };
        match &chosen.value {
            Value::Endpoint { region, ttl_seconds } => {
                Some(Answer { region: region.clone(), ttl_seconds: *ttl_seconds, because })
            }
            Value::Alias { name, .. } => {
                let answer = self.answer(name, client)?;
                Some(Answer { because: because.max(answer.because), ..answer })
            }
        }
    }

    fn is_healthy(&self, record: &Record) -> bool {
        let checked = record.check.is_none_or(|check| self.checks.is_healthy(check));
        let target = match &record.value {
            Value::Alias { name, evaluates: true } => {
                self.records.get(name).is_some_and(|own| own.iter().any(|record| self.is_healthy(record)))
            }
            Value::Alias { evaluates: false, .. } | Value::Endpoint { .. } => true,
        };
        checked && target
    }

    /// The Regions that a name can lead to at all.
    #[must_use]
    pub fn regions(&self, name: &DnsName) -> BTreeSet<Region> {
        let mut regions = BTreeSet::new();
        for record in self.records.get(name).into_iter().flatten() {
            match &record.value {
                Value::Endpoint { region, .. } => drop(regions.insert(region.clone())),
                Value::Alias { name, .. } => regions.extend(self.regions(name)),
            }
        }
        regions
    }
}

fn rank(routing: &Routing, client: &Region) -> u32 {
    match routing {
        Routing::Simple | Routing::Failover(Failover::Primary) => 0,
        Routing::Failover(Failover::Secondary) => 1,
        Routing::Latency(region) => round_trip(region, client),
    }
}

fn round_trip(one: &Region, other: &Region) -> u32 {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    if low == high {
        return 0;
    }
    let listed = ROUND_TRIPS.iter().find(|(from, to, _)| *from == low.as_str() && *to == high.as_str());
    listed.map_or(FAR, |(_, _, milliseconds)| *milliseconds)
}
