//! Recursive resolvers: most forget an answer when its TTL is over, and some keep it longer.

use super::Milliseconds;
use super::answer::Answer;
use super::zone::Zone;
use std::collections::BTreeMap;
use understudy_engine::{DnsName, Region};

/// Whom a resolver asks for, and how long it keeps what it is told.
#[derive(Debug, Clone)]
pub struct Resolver {
    /// Where its clients are.
    pub client: Region,
    /// The least time that it keeps an answer, whatever the TTL.
    pub keeps_at_least: Milliseconds,
    cache: BTreeMap<DnsName, (Answer, Milliseconds)>,
}

impl Resolver {
    #[must_use]
    pub fn new(client: Region, keeps_at_least: Milliseconds) -> Self {
        Self { client, keeps_at_least, cache: BTreeMap::new() }
    }

    /// What a client is told now.
    pub fn lookup(&mut self, zone: &Zone, name: &DnsName, now: Milliseconds) -> Option<Answer> {
        if let Some((answer, until)) = self.cache.get(name)
            && now < *until
        {
            return Some(answer.clone());
        }
        let answer = zone.answer(name, &self.client)?;
        let kept = (Milliseconds::from(answer.ttl_seconds) * 1000).max(self.keeps_at_least);
        self.cache.insert(name.clone(), (answer.clone(), now + kept));
        Some(answer)
    }
}
