//! What has changed between two looks at the ground.

use crate::check::{Finding, Readiness, Verdict};
use std::cmp::Reverse;
use understudy_engine::Urgency;

/// The check that blocks while an incident is open: people have been told of that already.
const INCIDENT_OPEN: &str = "phase-watching";

/// What is worth telling people: nothing that was told before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'a> {
    pub before: Option<&'a Readiness>,
    pub now: &'a Readiness,
    /// Worse than before, or no longer to be told, the worst first.
    pub worse: Vec<&'a Finding>,
    /// Better than before. Not all of it is well yet.
    pub better: Vec<&'a Finding>,
}

impl<'a> Change<'a> {
    /// None where every check came to what it came to before. What was never looked at was well.
    #[must_use]
    pub fn between(before: Option<&'a Readiness>, now: &'a Readiness) -> Option<Self> {
        let was = |finding: &Finding| {
            let findings = before.map_or(&[][..], |before| before.findings.as_slice());
            findings.iter().find(|other| other.name == finding.name).map_or(Verdict::Ok, |other| other.verdict)
        };
        let changed = now.findings.iter().filter(|one| one.verdict != was(one));
        // What has blocked and cannot be told now is mended by nobody.
        let (mut worse, better): (Vec<&Finding>, Vec<&Finding>) =
            changed.partition(|one| one.verdict > was(one) || one.verdict == Verdict::CannotTell);
        worse.sort_by_key(|finding| Reverse(finding.verdict));
        (!worse.is_empty() || !better.is_empty()).then_some(Self { before, now, worse, better })
    }

    /// Somebody is woken where something has begun to block outside of an incident, and for nothing else.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        let blocks = |finding: &Finding| finding.verdict == Verdict::Blocks;
        let incident = self.now.findings.iter().any(|finding| finding.name == INCIDENT_OPEN && blocks(finding));
        if !incident && self.worse.iter().any(|finding| blocks(finding)) { Urgency::Page } else { Urgency::Notice }
    }
}
