//! Clients that read and write steadily, and what they saw: kept the same whether Route 53 is the model or is played
//! over sockets.

use super::ground::{Outcome, Use};
use serde::Serialize;
use std::collections::BTreeMap;
use understudy_engine::Region;

/// How often each client reads and writes.
pub const EVERY_MILLISECONDS: i64 = 1000;

/// Somebody who reads and writes once a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub name: String,
    /// Where it is.
    pub near: Region,
    /// The least time that its resolver keeps an answer, in milliseconds, whatever the TTL.
    pub keeps_at_least: i64,
}

/// What all clients saw of one kind of request, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    pub client: String,
    pub what: &'static str,
    pub asked: u64,
    pub failed: u64,
    /// Written to a database that was not the writer any more.
    pub stray: u64,
    /// The longest time without success, in seconds, from the first failure to the next success.
    pub longest_seconds: f64,
    /// Which Regions were asked, and how often.
    pub regions: BTreeMap<Region, u64>,
}

/// What was seen so far.
#[derive(Debug, Clone, Default)]
pub struct Diary {
    pages: BTreeMap<(usize, Use), Page>,
}

#[derive(Debug, Clone, Default)]
struct Page {
    asked: u64,
    failed: u64,
    stray: u64,
    failing_since: Option<i64>,
    longest: i64,
    regions: BTreeMap<Region, u64>,
}

impl Diary {
    /// Enters a request of a client, by its number, made at so many milliseconds.
    pub fn enter(&mut self, client: usize, what: Use, at: i64, region: Option<&Region>, outcome: Outcome) {
        let page = self.pages.entry((client, what)).or_default();
        page.asked += 1;
        if let Some(region) = region {
            *page.regions.entry(region.clone()).or_default() += 1;
        }
        match outcome {
            Outcome::Served => page.ends(at),
            Outcome::Stray => {
                page.stray += 1;
                page.ends(at);
            }
            Outcome::Refused | Outcome::NoAnswer => {
                page.failed += 1;
                page.failing_since.get_or_insert(at);
            }
        }
    }

    /// What it all comes to, for the clients in their order.
    #[must_use]
    pub fn sum(&self, clients: &[Client], ended_at: i64) -> Vec<Seen> {
        let mut seen = Vec::new();
        for ((client, what), page) in &self.pages {
            let mut page = page.clone();
            page.ends(ended_at);
            seen.push(Seen {
                client: clients.get(*client).map_or_else(String::new, |client| client.name.clone()),
                what: what.name(),
                asked: page.asked,
                failed: page.failed,
                stray: page.stray,
                longest_seconds: (page.longest as f64 / 100.0).round() / 10.0,
                regions: page.regions,
            });
        }
        seen
    }
}

impl Page {
    fn ends(&mut self, at: i64) {
        if let Some(since) = self.failing_since.take() {
            self.longest = self.longest.max(at - since);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_and_what_strays_is_counted_apart_and_the_longest_gap_is_kept() {
        let here: Region = "us-east-1".parse().unwrap();
        let clients = [Client { name: "somebody".to_owned(), near: here.clone(), keeps_at_least: 0 }];
        let mut diary = Diary::default();
        let outcomes = [
            (0, Outcome::Served),
            (1000, Outcome::NoAnswer),
            (2000, Outcome::Refused),
            (4500, Outcome::Served),
            (5000, Outcome::Stray),
            (6000, Outcome::Refused),
        ];
        for (at, outcome) in outcomes {
            diary.enter(0, Use::Write, at, Some(&here), outcome);
        }
        let seen = diary.sum(&clients, 7000).pop().unwrap();
        assert_eq!((seen.asked, seen.failed, seen.stray), (6, 3, 1));
        assert!((seen.longest_seconds - 3.5).abs() < f64::EPSILON, "{}", seen.longest_seconds);
        assert_eq!(seen.regions, BTreeMap::from([(here, 6)]));
        let longer = diary.sum(&clients, 60_000).pop().unwrap();
        assert!((longer.longest_seconds - 54.0).abs() < f64::EPSILON, "one that has not ended counts too");
    }
}
