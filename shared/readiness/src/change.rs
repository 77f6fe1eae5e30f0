//! What has changed between two looks at the ground, and what of it wakes somebody.

use crate::check::{Finding, Readiness, Verdict};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use understudy_engine::Urgency;

/// The check that blocks while an incident is open: people have been told of that already.
const INCIDENT_OPEN: &str = "phase-watching";

/// What blocks because a person wants it so, or until a time is over.
const MEANT: [&str; 3] = ["mode-acts", "unpaused", "cooldown-over"];

/// A look as it is kept for the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    pub readiness: Readiness,
    /// The checks that block, and that somebody was woken for.
    pub paged: BTreeSet<String>,
}

/// What is worth telling people: nothing that was told before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'a> {
    pub before: Option<&'a Readiness>,
    pub now: &'a Readiness,
    /// Worse than before, or no longer to be told, or blocking for so long that it wakes somebody; the worst first.
    pub worse: Vec<&'a Finding>,
    /// Better than before. Not all of it is well yet.
    pub better: Vec<&'a Finding>,
    /// The checks that somebody is woken for by this.
    pub pages: BTreeSet<String>,
}

impl Look {
    /// What is kept of a look, and what of it is told: none where nothing is new. What was never looked at was well.
    #[must_use]
    pub fn after<'a>(before: Option<&'a Self>, now: &'a Readiness) -> (Self, Option<Change<'a>>) {
        let blocking: BTreeSet<String> = blocking(now).collect();
        let paged: BTreeSet<String> =
            before.iter().flat_map(|before| &before.paged).filter(|name| blocking.contains(*name)).cloned().collect();
        let pages = pages(before.map(|before| &before.readiness), now, &paged);
        let look = Self { readiness: now.clone(), paged: paged.union(&pages).cloned().collect() };
        (look, Change::between(before.map(|before| &before.readiness), now, pages))
    }
}

/// What has blocked in two looks running, outside of an incident, and has woken nobody yet.
fn pages(before: Option<&Readiness>, now: &Readiness, paged: &BTreeSet<String>) -> BTreeSet<String> {
    let Some(before) = before else { return BTreeSet::new() };
    if blocking(now).any(|name| name == INCIDENT_OPEN) {
        return BTreeSet::new();
    }
    let lasting: BTreeSet<String> = blocking(before).collect();
    let new = blocking(now).filter(|name| !MEANT.contains(&name.as_str()) && !paged.contains(name));
    new.filter(|name| lasting.contains(name)).collect()
}

fn blocking(look: &Readiness) -> impl Iterator<Item = String> {
    look.findings.iter().filter(|finding| finding.verdict == Verdict::Blocks).map(|finding| finding.name.to_string())
}

impl<'a> Change<'a> {
    fn between(before: Option<&'a Readiness>, now: &'a Readiness, pages: BTreeSet<String>) -> Option<Self> {
        let was = |finding: &Finding| {
            let findings = before.map_or(&[][..], |before| before.findings.as_slice());
            findings.iter().find(|other| other.name == finding.name).map_or(Verdict::Ok, |other| other.verdict)
        };
        let is_paged = |finding: &Finding| pages.contains(finding.name.as_ref());
        let told = now.findings.iter().filter(|one| one.verdict != was(one) || is_paged(one));
        // What has blocked and cannot be told now is mended by nobody.
        let (mut worse, better): (Vec<&Finding>, Vec<&Finding>) =
            told.partition(|one| one.verdict > was(one) || one.verdict == Verdict::CannotTell || is_paged(one));
        worse.sort_by_key(|finding| (Reverse(is_paged(finding)), Reverse(finding.verdict)));
        (!worse.is_empty() || !better.is_empty()).then_some(Self { before, now, worse, better, pages })
    }

    #[must_use]
    pub fn urgency(&self) -> Urgency {
        if self.pages.is_empty() { Urgency::Notice } else { Urgency::Page }
    }
}
