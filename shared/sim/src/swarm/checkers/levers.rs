//! I14, I17 to I20 and L3 of the levers: they follow the latch and never run ahead of it, they are never all closed,
//! and whatever is said of them was seen.

use super::recount::seconds;
use super::{Findings, Invariant, Trace};
use crate::swarm::fault::Recovery;
use crate::swarm::plan::{Ms, SECOND};
use crate::swarm::trace::{Commit, Fact, LeverFact, What};
use std::sync::Arc;
use understudy_engine::{
    CameTo, Lever, LeverAct, LeverAnswer, LeverNews, LeverTrouble, Phase, Policy, Pull, Pulled, State, What as Told,
};

const MOVED: LeverAnswer = LeverAnswer::Seen { on: true, off: false };

/// How long a lever takes, at the most, once nothing goes wrong any more: endpoints are asked in turn, and what had no
/// effect is waited for before it is called again.
const FOLLOWS_WITHIN: Ms = 600 * SECOND;

pub(super) fn check(application: usize, trace: &Trace<'_>, findings: &mut Findings) {
    let mut latest: Option<(Ms, Arc<State>)> = None;
    for (index, fact) in trace.facts.iter().enumerate() {
        if let What::Commit(commit) = &fact.what {
            proven(index, trace, commit, findings);
            said(commit, findings);
            given_up(commit, &commit.policy, findings);
            let writes = latest.as_ref().is_none_or(|(_, state)| state.writer != commit.new.writer);
            let at = if writes { fact.at } else { latest.as_ref().map_or(fact.at, |(at, _)| *at) };
            latest = Some((at, commit.new.clone()));
        }
        if let What::LeverCall(call) = &fact.what
            && call.act == LeverAct::Set
        {
            findings.check(Invariant::I20, !call.paused, || format!("{} is set in a pause", call.lever));
            if call.arrived {
                set(application, trace, call, latest.as_ref(), findings);
            }
        }
        if let What::Rest { clock, state, policy } = &fact.what {
            told(*clock, state, policy, findings);
        }
    }
    at_the_end(trace, latest.as_ref().map(|(_, state)| &**state), findings);
}

/// A lever is set only where the record has sent writes, and only to a database that took them by then.
fn set(
    application: usize,
    trace: &Trace<'_>,
    call: &LeverFact,
    latest: Option<&(Ms, Arc<State>)>,
    findings: &mut Findings,
) {
    let lever = call.lever;
    findings.check(Invariant::I19, !call.open.is_empty(), || format!("{lever}: closed to every Region"));
    let (Some(on), Some((posted_at, state))) = (&call.on, latest) else {
        return findings.check(Invariant::I18, false, || format!("{lever}: set without a record that says so"));
    };
    findings.check(Invariant::I17, !state.latch.contains_key(on), || {
        format!("{lever}: set to {on}, which is latched since r{}", state.revision)
    });
    let writer = state.writer.as_ref().filter(|writer| writer.region() == *on);
    let databases = trace.facts.iter().rev().find_map(|fact| {
        let What::Databases(databases) = &fact.what else { return None };
        Some(databases)
    });
    // As it was when the record named it: what people have made of it since is no doing of ours.
    let being = writer.and_then(|writer| databases?.get(writer)?.being(*posted_at));
    let writable = writer.is_some() && being.is_none_or(|being| being.stands_alone(*posted_at));
    findings.check(Invariant::I18, writable, || format!("{lever}: set to {on}, where no database takes writes"));
    let intended = state.levers.get(&lever).is_some_and(|pull| pull.epoch == call.epoch && pull.on == *on);
    findings.check(Invariant::I14, intended, || format!("{lever}: set to {on} without an intent in the record"));
    if trace.plan.applications[application].policy.regions.primary == *on && call.answer == LeverAnswer::Accepted {
        findings.reached.push(Recovery::LeverCameHome);
    }
}

/// Whoever says that a lever has moved has read it so since it was intended.
fn proven(index: usize, trace: &Trace<'_>, commit: &Commit, findings: &mut Findings) {
    let moved = |state: &State, lever: Lever| {
        let pull = state.levers.get(&lever)?;
        matches!(pull.standing, Pulled::Moved { .. }).then_some(pull.epoch)
    };
    for lever in Lever::ALL {
        let Some(epoch) = moved(&commit.new, lever).filter(|epoch| moved(&commit.old, lever) != Some(*epoch)) else {
            continue;
        };
        let read = |fact: &&Fact| {
            let What::LeverCall(call) = &fact.what else { return false };
            let same = call.lever == lever && call.epoch == epoch;
            same && call.act == LeverAct::Read && call.arrived && call.answer == MOVED
        };
        findings.check(Invariant::I14, trace.facts[..index].iter().any(read), || {
            format!("r{} calls {lever} moved, and nobody has read it so", commit.new.revision)
        });
    }
}

/// A record that says that people were told of a lever holds the word that tells them.
fn said(commit: &Commit, findings: &mut Findings) {
    let (old, new) = (&*commit.old, &*commit.new);
    for (lever, pull) in new.levers.iter().filter(|(_, pull)| pull.told_at.is_some()) {
        let before = old.levers.get(lever).filter(|before| before.epoch == pull.epoch);
        let of = pull.told_of.iter().find(|trouble| before.is_none_or(|before| !before.told_of.contains(trouble)));
        if of.is_none() && before.is_some_and(|before| before.told_at == pull.told_at) {
            continue;
        }
        let mut written = new.journal.outbox.iter().filter(|entry| entry.revision == new.revision);
        let told = written.any(|entry| {
            let Told::Lever(LeverNews { lever: named, came_to: CameTo::Left { trouble }, .. }) = &entry.what else {
                return false;
            };
            named == lever && of.is_none_or(|of| *trouble == Some(*of))
        });
        findings.check(Invariant::L3, told || new.journal.withheld > old.journal.withheld, || {
            format!("r{} counts people as told of {lever}, and tells nobody", new.revision)
        });
    }
}

fn follows(phase: &Phase) -> bool {
    matches!(phase, Phase::Shifting(_) | Phase::FailedOver(_) | Phase::Rebuilding(_) | Phase::Rebuilt(_))
}

fn is_named(policy: &Policy, lever: Lever) -> bool {
    policy.traffic.as_ref().is_some_and(|traffic| match lever {
        Lever::MultiRegionAccessPoint => traffic.multi_region_access_point.is_some(),
        Lever::RoutingControls => traffic.routing_controls.is_some(),
    })
}

/// What is closed over a lever that has not moved says so.
fn given_up(commit: &Commit, policy: &Policy, findings: &mut Findings) {
    let (old, new) = (&*commit.old, &*commit.new);
    if !new.levers.is_empty() || !matches!(new.phase, Phase::Watching) {
        return;
    }
    let left = |pull: &Pull| !matches!(pull.standing, Pulled::Moved { .. });
    for (lever, _) in old.levers.iter().filter(|(lever, pull)| left(pull) && is_named(policy, **lever)) {
        let mut written = new.journal.outbox.iter().filter(|entry| entry.revision == new.revision);
        let told = written.any(|entry| {
            matches!(&entry.what, Told::Lever(LeverNews { lever: named, came_to: CameTo::GivenUp, .. }) if named == lever)
        });
        findings.check(Invariant::L3, told || new.journal.withheld > old.journal.withheld, || {
            format!("r{} closes over {lever}, which has not moved, and tells nobody", new.revision)
        });
    }
}

/// Nobody rests over a lever that should have moved long ago and that people do not know of.
fn told(clock: jiff::Timestamp, state: &State, policy: &Policy, findings: &mut Findings) {
    if !follows(&state.phase) {
        return;
    }
    for lever in Lever::ALL.into_iter().filter(|lever| is_named(policy, *lever) && state.paused.is_none()) {
        findings.check(Invariant::L1, state.levers.contains_key(&lever), || {
            format!("r{}: nothing pulls {lever}", state.revision)
        });
    }
    for (lever, pull) in state.levers.iter().filter(|(lever, _)| is_named(policy, **lever)) {
        if matches!(pull.standing, Pulled::Moved { .. }) {
            continue;
        }
        // S3 says that routes may take two minutes.
        let settles =
            policy.windows.settle_seconds.0.max(if *lever == Lever::MultiRegionAccessPoint { 120 } else { 0 });
        let within = i64::from(policy.windows.shift_seconds.0 + settles);
        let known = pull.told_at.is_some() || seconds(pull.since, clock) < within;
        findings.check(Invariant::L3, known, || format!("r{}: nobody is told of {lever}", state.revision));
        let stays = pull.trouble.filter(|trouble| {
            use LeverTrouble::{Denied, Missing, Refused, SafetyRule};
            matches!(trouble, Denied | Missing | Refused | SafetyRule)
        });
        let known = stays.is_none_or(|trouble| pull.told_of.contains(&trouble));
        findings.check(Invariant::L3, known, || format!("r{}: nobody is told that {lever}: {stays:?}", state.revision));
    }
}

/// Once nothing goes wrong any more, every lever has followed.
fn at_the_end(trace: &Trace<'_>, state: Option<&State>, findings: &mut Findings) {
    let Some(state) = state.filter(|state| follows(&state.phase) && state.paused.is_none()) else { return };
    let end = trace.facts.last().map_or(0, |fact| fact.at);
    let last = trace.facts.iter().rfind(|fact| matches!(fact.what, What::Rest { .. }));
    let Some((rested_at, What::Rest { policy, .. })) = last.map(|fact| (fact.at, &fact.what)) else { return };
    for (lever, pull) in state.levers.iter().filter(|(lever, _)| is_named(policy, **lever)) {
        let since = crate::swarm::plan::unstamp(pull.since).max(trace.plan.heals_at);
        if rested_at.min(end) - since >= FOLLOWS_WITHIN {
            let moved = matches!(pull.standing, Pulled::Moved { .. });
            findings.check(Invariant::L1, moved, || format!("{lever} has not moved to {}: {pull:?}", pull.on));
        }
    }
}
