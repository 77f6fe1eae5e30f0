//! The answer: what the engine came to, and how it differs from what was expected.

use super::check::latched;
use super::file::{Answer, FenceWord};
use super::moment::phase;
use super::replay::{Difference, Ended};
use super::weather::{Log, Move, Weather};
use std::collections::BTreeSet;
use understudy_engine::{Application, PhaseName, Region, Rule, What, Why};

/// What became of one application, or of all of them together.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    pub(super) promoted_at: Option<f64>,
    pub(super) asked_at: Option<f64>,
    pub(super) held_at: Option<f64>,
    /// When it came back to watching for the last time; none where it is not watching.
    pub(super) watching_since: Option<f64>,
    /// Whether every promotion had been approved before.
    pub(super) with_a_yes: bool,
}

impl Outcome {
    pub(super) fn of(application: &Application, log: &Log, ended: &Ended) -> Self {
        let moves = || log.moves.iter().filter(|one| one.application == *application);
        let first = |phases: &[PhaseName]| moves().find(|one| phases.contains(&one.phase)).map(|one| one.offset);
        let replica = &ended.record.policy.database.replica;
        let promoted = log.calls.iter().find(|call| call.carried_out && call.replica == *replica);
        let approved = |what: &What| matches!(what, What::Moved { why: Why::Approved, .. });
        Self {
            promoted_at: promoted.map(|call| call.offset),
            asked_at: first(&[PhaseName::AwaitingApproval, PhaseName::AwaitingVeto]),
            held_at: first(&[PhaseName::Held, PhaseName::Stuck]),
            watching_since: watching_since(moves()),
            with_a_yes: ended.entries.iter().any(|entry| approved(&entry.what)),
        }
    }

    pub(super) fn together(outcomes: &[Self]) -> Self {
        let first = |time: fn(&Self) -> Option<f64>| outcomes.iter().filter_map(time).reduce(f64::min);
        let watching: Option<Vec<f64>> = outcomes.iter().map(|one| one.watching_since).collect();
        Self {
            promoted_at: first(|one| one.promoted_at),
            asked_at: first(|one| one.asked_at),
            held_at: first(|one| one.held_at),
            watching_since: watching.and_then(|times| times.into_iter().reduce(f64::max)),
            with_a_yes: outcomes.iter().all(|one| one.promoted_at.is_none() || one.with_a_yes),
        }
    }

    /// The most far-reaching answer.
    pub(super) fn answer(&self) -> Answer {
        if self.promoted_at.is_some() {
            Answer::Promote
        } else if self.asked_at.is_some() {
            Answer::Ask
        } else if self.held_at.is_some() {
            Answer::Hold
        } else {
            Answer::Nothing
        }
    }

    /// Whether this is a right name for what came of it: a promotion after a yes was asked for too.
    pub(super) fn is(&self, answer: Answer) -> bool {
        let asked_first = self.asked_at.is_some() && self.promoted_at.is_some() && self.with_a_yes;
        answer == self.answer() || (answer == Answer::Ask && asked_first)
    }

    /// When it came to this answer.
    pub(super) fn at(&self, answer: Answer) -> Option<f64> {
        match answer {
            Answer::Promote => self.promoted_at,
            Answer::Ask => self.asked_at,
            Answer::Hold => self.held_at,
            Answer::Nothing => self.watching_since,
        }
    }
}

/// An application that has never moved has been watching all the time.
fn watching_since<'m>(moves: impl Iterator<Item = &'m Move>) -> Option<f64> {
    let mut since = Some(0.0);
    for one in moves {
        since = match (one.phase, since) {
            (PhaseName::Watching, Some(since)) => Some(since),
            (PhaseName::Watching, None) => Some(one.offset),
            (_, _) => None,
        };
    }
    since
}

/// Everything that was found, to be held against what was expected.
pub(super) struct Found<'a> {
    pub(super) weather: &'a Weather,
    pub(super) log: &'a Log,
    pub(super) ended: &'a [Ended],
    pub(super) together: Outcome,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) latched: BTreeSet<Region>,
    pub(super) fence: FenceWord,
    pub(super) split_risk: bool,
    pub(super) rules: BTreeSet<Rule>,
}

impl Found<'_> {
    /// The expected answer that holds, or else the most far-reaching one that was found.
    pub(super) fn answer(&self) -> Answer {
        let expected = &self.weather.scenario.expect.answer;
        let right = expected.iter().copied().find(|answer| self.together.is(*answer));
        right.unwrap_or_else(|| self.together.answer())
    }

    pub(super) fn differences(&self) -> Vec<Difference> {
        let expect = &self.weather.scenario.expect;
        let mut differences = Vec::new();
        let mut differ = |what: &str, expected: String, actual: String, same: bool| {
            if !same {
                differences.push(Difference { what: what.to_owned(), expected, actual });
            }
        };
        let answer = self.answer();
        let right = expect.answer.iter().any(|one| self.together.is(*one));
        differ("answer", self.weather.scenario.expected(), self.together.answer().to_string(), right);
        let at = self.together.at(answer);
        let shown = at.map_or("never".to_owned(), |at| format!("{at:.1} s"));
        if let Some(within) = expect.within_seconds.filter(|_| right) {
            let same = at.is_some_and(|at| at <= within as f64);
            differ("answered within", format!("{within} s"), shown.clone(), same);
        }
        if let Some(not_before) = expect.not_before_seconds.filter(|_| right) {
            let same = at.is_none_or(|at| at >= not_before as f64);
            differ("answered not before", format!("{not_before} s"), shown, same);
        }
        self.counts(&mut differ);
        self.safety(&mut differ);
        differences
    }

    fn counts(&self, differ: &mut impl FnMut(&str, String, String, bool)) {
        let expect = &self.weather.scenario.expect;
        let promoted = self.outcomes.iter().filter(|one| one.promoted_at.is_some()).count();
        let waits = |phase: PhaseName| matches!(phase, PhaseName::Held | PhaseName::Stuck);
        let held = self.ended.iter().filter(|one| waits(one.record.state.phase.name())).count();
        for (what, expected, actual) in [
            ("promote calls", expect.promote_calls, self.log.calls.len()),
            ("pages", expect.pages, self.log.pages.len()),
            ("applications promoted", expect.promoted, promoted),
            ("applications held at the end", expect.held, held),
        ] {
            if let Some(expected) = expected {
                differ(what, expected.to_string(), actual.to_string(), expected.holds(actual));
            }
        }
        if let Some(within) = expect.page_within_seconds {
            let first = self.log.pages.iter().map(|(at, _)| *at).find(|at| *at >= 0.0);
            let shown = first.map_or("never".to_owned(), |at| format!("{at:.1} s"));
            let same = first.is_some_and(|at| at <= within as f64);
            differ("first page within", format!("{within} s"), shown, same);
        }
    }

    fn safety(&self, differ: &mut impl FnMut(&str, String, String, bool)) {
        let scenario = &self.weather.scenario;
        let expect = &scenario.expect;
        if let (Some(words), Some(policy)) = (&expect.latched, scenario.policies.first()) {
            let expected: BTreeSet<Region> = latched(policy, words).into_iter().collect();
            differ("latched at the end", listed(&expected), listed(&self.latched), expected == self.latched);
        }
        if let Some(expected) = expect.stays_latched {
            let stays = self.stays_latched();
            differ("stays latched", expected.to_string(), stays.to_string(), expected == stays);
        }
        if let Some(expected) = expect.fence {
            differ("fence", expected.to_string(), self.fence.to_string(), expected == self.fence);
        }
        if let Some(expected) = expect.split_risk {
            let same = expected == self.split_risk;
            differ("split risk told", expected.to_string(), self.split_risk.to_string(), same);
        }
        let missing: Vec<&Rule> = expect.blocked_by.iter().filter(|rule| !self.rules.contains(rule)).collect();
        if !missing.is_empty() {
            let rules = format!("{:?}", self.rules);
            differ("blocked by", format!("{:?}", expect.blocked_by.items), rules, false);
        }
        if let Some(words) = &expect.ends_in {
            let expected: Vec<PhaseName> = words.iter().filter_map(|word| phase(word)).collect();
            let ends: Vec<PhaseName> = self.ended.iter().map(|one| one.record.state.phase.name()).collect();
            let same = ends.iter().all(|end| expected.contains(end));
            differ("ends in", joined(&expected), joined(&ends), same);
        }
    }

    /// Whether a latch was set, and none was ever taken away.
    fn stays_latched(&self) -> bool {
        let mut ever = false;
        for one in self.ended {
            let mut before = BTreeSet::new();
            for own in self.log.moves.iter().filter(|own| own.application == one.record.state.application) {
                if !own.latched.is_superset(&before) {
                    return false;
                }
                before.clone_from(&own.latched);
            }
            ever |= !before.is_empty();
        }
        ever
    }
}

fn listed(regions: &BTreeSet<Region>) -> String {
    let names: Vec<&str> = regions.iter().map(Region::as_str).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn joined(phases: &[PhaseName]) -> String {
    phases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
