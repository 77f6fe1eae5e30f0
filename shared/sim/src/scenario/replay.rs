//! What a replay shows: the timeline, the evidence, and the answer beside the expected one.

use super::answer::{Found, Outcome};
use super::file::{Answer, FenceWord};
use super::weather::{Log, Weather};
use crate::drill::Happening;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use understudy_driver::{IncidentItem, Record, verify};
use understudy_engine::{Assessment, Entry, IncidentId, PhaseName, Region, Rule, What, Who};

/// The records of one application at the end.
pub(super) struct Ended {
    pub(super) record: Record,
    pub(super) entries: Vec<Entry>,
    pub(super) items: Vec<IncidentItem>,
}

#[derive(Debug, Serialize)]
pub struct Replay {
    pub scenario: String,
    pub title: String,
    pub source: String,
    pub expected: String,
    pub answer: Answer,
    /// When it was come to, in seconds since t0. For `nothing`: since when it has been watching.
    pub answered_seconds: Option<f64>,
    pub as_expected: bool,
    pub differences: Vec<Difference>,
    pub promote_calls: usize,
    pub pages: usize,
    pub first_page_seconds: Option<f64>,
    pub latched: BTreeSet<Region>,
    pub fence: FenceWord,
    pub ended: BTreeMap<String, PhaseName>,
    /// Every rule that has stood in the way.
    pub blocked_by: BTreeSet<Rule>,
    /// The assessment behind the answer. None where nobody ever said Down.
    pub assessment: Option<Assessment>,
    pub timeline: Vec<Happening>,
    /// Errors that functions answered with, each once, with how often.
    pub failures: BTreeMap<String, usize>,
    pub chains_verify: bool,
    /// The incidents of all applications, item by item, as they stand in the record.
    pub incidents: Vec<IncidentItem>,
}

/// One thing that is not as it was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub what: String,
    pub expected: String,
    pub actual: String,
}

impl Replay {
    pub(super) fn new(name: &str, weather: &Weather, ended: &[Ended], failures: Vec<String>) -> Self {
        let log = weather.log();
        let found = found(weather, &log, ended);
        let answer = found.answer();
        let mut differences = found.differences();
        let chains_verify = ended.iter().all(|one| chains(&one.items).values().all(|items| verify(items).is_ok()));
        if !chains_verify {
            let (what, expected) = ("hash chains".to_owned(), "verify".to_owned());
            differences.push(Difference { what, expected, actual: "broken".to_owned() });
        }
        let scenario = &weather.scenario;
        let names = ended.iter().map(|one| (one.record.state.application.to_string(), one.record.state.phase.name()));
        let mut counted = BTreeMap::new();
        for failure in failures {
            *counted.entry(failure).or_default() += 1;
        }
        Self {
            scenario: name.to_owned(),
            title: scenario.title.clone(),
            source: scenario.source.clone(),
            expected: scenario.expected(),
            answered_seconds: found.together.at(answer).map(tenths),
            as_expected: differences.is_empty(),
            differences,
            promote_calls: log.calls.len(),
            pages: log.pages.len(),
            first_page_seconds: log.pages.first().map(|(at, _)| tenths(*at)),
            latched: found.latched.clone(),
            fence: found.fence,
            ended: names.collect(),
            blocked_by: found.rules.clone(),
            assessment: behind(answer, ended),
            timeline: timeline(weather, ended),
            failures: counted,
            chains_verify,
            incidents: ended.iter().flat_map(|one| one.items.iter().cloned()).collect(),
            answer,
        }
    }
}

fn found<'a>(weather: &'a Weather, log: &'a Log, ended: &'a [Ended]) -> Found<'a> {
    let outcomes: Vec<Outcome> = ended.iter().map(|one| Outcome::of(&one.record.state.application, log, one)).collect();
    let entries = || ended.iter().flat_map(|one| &one.entries);
    let rules = entries().filter_map(|entry| entry.assessment.as_ref()).flat_map(Assessment::rules);
    Found {
        weather,
        log,
        ended,
        together: Outcome::together(&outcomes),
        latched: ended.iter().flat_map(|one| one.record.state.latch.keys().cloned()).collect(),
        fence: fence(ended),
        split_risk: entries().any(|entry| matches!(entry.what, What::SplitRisk { .. })),
        rules: rules.collect(),
        outcomes,
    }
}

/// The worst of all applications: one writer that may take writes is a split risk.
fn fence(ended: &[Ended]) -> FenceWord {
    let decisions: Vec<_> = ended
        .iter()
        .filter(|one| one.record.state.writer.is_some())
        .filter_map(|one| one.record.state.phase.decision())
        .collect();
    match decisions.iter().all(|decision| decision.fence.proven_at().is_some()) {
        _ if decisions.is_empty() => FenceWord::None,
        true => FenceWord::Proven,
        false => FenceWord::SplitRisk,
    }
}

fn chains(items: &[IncidentItem]) -> BTreeMap<&IncidentId, Vec<IncidentItem>> {
    let mut chains: BTreeMap<&IncidentId, Vec<IncidentItem>> = BTreeMap::new();
    for item in items {
        chains.entry(&item.id.incident).or_default().push(item.clone());
    }
    chains
}

/// The assessment that the answer was come to on; for `nothing`, the one that was closest to a quorum.
fn behind(answer: Answer, ended: &[Ended]) -> Option<Assessment> {
    let moved_to = |phases: &[PhaseName]| ended.iter().find_map(|one| last_before(&one.entries, phases));
    let closest = || {
        let assessments = ended.iter().flat_map(|one| &one.entries).filter_map(|entry| entry.assessment.as_ref());
        assessments.max_by_key(|assessment| assessment.tally.downs()).cloned()
    };
    match answer {
        Answer::Promote => moved_to(&[PhaseName::Fencing]),
        Answer::Ask => moved_to(&[PhaseName::AwaitingApproval, PhaseName::AwaitingVeto]),
        Answer::Hold => moved_to(&[PhaseName::Held, PhaseName::Stuck]).or_else(closest),
        Answer::Nothing => closest(),
    }
}

/// The last assessment of an incident up to when it came to one of the phases: what a person orders is
/// not weighed anew.
fn last_before(entries: &[Entry], phases: &[PhaseName]) -> Option<Assessment> {
    let came = |entry: &Entry| {
        if let What::Moved { to, .. } = &entry.what { phases.contains(to) } else { false }
    };
    let index = entries.iter().position(came)?;
    let incident = &entries.get(index)?.id.incident;
    let own = entries.get(..=index)?.iter().filter(|entry| entry.id.incident == *incident);
    own.rev().find_map(|entry| entry.assessment.clone())
}

/// What the world saw, and what the records say, by time.
fn timeline(weather: &Weather, ended: &[Ended]) -> Vec<Happening> {
    let seen = weather.world.lock().happenings.clone();
    // The entries are in the timeline themselves; of their publishing only the pages are worth a line.
    let seen = seen.into_iter().filter(|(_, _, what, _)| !what.starts_with("published entry"));
    let seen = seen.map(|(at, who, what, why)| (at, who.to_owned(), what, why));
    let several = ended.len() > 1;
    let told = ended.iter().flat_map(|one| {
        one.entries.iter().map(move |entry| {
            let application = &one.record.state.application;
            let prefix = if several { format!("{application}: ") } else { String::new() };
            (entry.at, short(&entry.who), format!("{prefix}{}", entry.what), entry.why())
        })
    });
    let mut lines: Vec<_> = seen.chain(told).collect();
    lines.sort_by_key(|(at, ..)| *at);
    lines
        .into_iter()
        .map(|(at, who, what, why)| Happening { offset_seconds: tenths(weather.offset_of(at)), who, what, why })
        .collect()
}

/// A person by the last word of the identity.
fn short(who: &Who) -> String {
    let text = who.to_string();
    text.rsplit('/').next().unwrap_or_default().to_owned()
}

fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
