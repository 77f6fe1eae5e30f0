//! I12: the storm breaker, recounted from its own commits: who was let through, on what ground, and
//! who would have been first.

use super::recount::{fresh, seconds};
use super::{Findings, Invariant};
use crate::swarm::plan::Plan;
use crate::swarm::trace::{BreakerCommit, Fact, What};
use jiff::Timestamp;
use understudy_engine::{Application, Ground, IncidentId, Mode, Turn, Verdict};

/// The span over which automatic promotions are counted.
const HOUR: i64 = 3600;

struct Through {
    application: Application,
    incident: IncidentId,
    clock: Timestamp,
    ground: Ground,
}

pub(super) fn check(plan: &Plan, facts: &[Fact], findings: &mut Findings) {
    let mut through: Vec<Through> = Vec::new();
    for fact in facts {
        if let What::Breaker(commit) = &fact.what {
            check_breaker(plan, commit, &mut through, findings);
        }
        let What::Commit(commit) = &fact.what else { continue };
        let Some(decision) = commit.decides().filter(|_| commit.stored.mode == Mode::Auto) else { continue };
        let name = &commit.new.application;
        let asked = through.iter().any(|one| one.application == *name && one.incident == decision.incident);
        findings.check(Invariant::I12, asked, || format!("{name} decides unasked, past the storm breaker"));
        let admitted = commit.old.phase.suspicion().is_some_and(|one| matches!(one.turn, Turn::Admitted { .. }));
        findings.check(Invariant::I12, admitted, || format!("{name} decides out of turn"));
    }
}

fn check_breaker(plan: &Plan, commit: &BreakerCommit, through: &mut Vec<Through>, findings: &mut Findings) {
    let known = |application: &Application, incident: &IncidentId| {
        commit.old.admitted.iter().any(|one| one.application == *application && one.incident == *incident)
    };
    let new = commit.new.admitted.iter().filter(|one| !known(&one.application, &one.incident));
    for admitted in new {
        let name = &admitted.application;
        let own = commit.asked.is_some_and(|asked| plan.applications[asked].names.application == *name);
        findings.check(Invariant::I12, own, || format!("{name} is let through, and did not ask"));
        let grounded = match admitted.ground {
            Ground::BelowLimit => below_limit(commit, through),
            Ground::RegionDown => region_down(commit),
            Ground::Released => is_released(commit, name, &admitted.incident),
        };
        findings.check(Invariant::I12, grounded, || {
            format!("{name} is let through on {:?}, which does not hold", admitted.ground)
        });
        if admitted.ground == Ground::Released {
            let first = comes_first(commit, name, &admitted.incident);
            findings.check(Invariant::I12, first, || format!("{name} goes before others of its batch"));
        }
        through.push(Through {
            application: name.clone(),
            incident: admitted.incident.clone(),
            clock: commit.clock,
            ground: admitted.ground,
        });
    }
}

/// By the asking run's clock, as the breaker counts; one whose clock is off counts another hour.
fn below_limit(commit: &BreakerCommit, through: &[Through]) -> bool {
    let Some(policy) = &commit.policy else { return false };
    let within =
        through.iter().filter(|one| one.ground == Ground::BelowLimit && seconds(one.clock, commit.clock) < HOUR);
    u32::try_from(within.count()).unwrap_or(u32::MAX) < policy.storm.promotes_per_hour
}

/// All the voters that speak for the Region said Down when the asking run last weighed.
fn region_down(commit: &BreakerCommit) -> bool {
    let (Some(policy), Some(votes)) = (&commit.policy, &commit.votes) else { return false };
    let named = &policy.storm.region_voters;
    let speaking = policy.voters.iter().filter(|voter| named.contains(&voter.name));
    let down = |at: Timestamp| {
        speaking.clone().all(|voter| fresh(policy, voter, votes, at).is_some_and(|vote| vote.verdict == Verdict::Down))
    };
    !named.is_empty() && down(commit.weighed_at)
}

fn is_released(commit: &BreakerCommit, name: &Application, incident: &IncidentId) -> bool {
    commit.old.released.as_ref().is_some_and(|released| released.batch.get(name) == Some(incident))
}

/// Of one batch the lowest number goes first, among those that still ask.
fn comes_first(commit: &BreakerCommit, name: &Application, incident: &IncidentId) -> bool {
    let old = &commit.old;
    let Some(own) =
        old.waiting.get(name).map(|one| one.priority).or_else(|| Some(commit.policy.as_ref()?.storm.priority))
    else {
        return false;
    };
    let Some(released) = &old.released else { return false };
    let earlier = old.waiting.iter().filter(|(other, one)| {
        let waits = seconds(one.asked_at, commit.clock) < 180;
        let batch = released.batch.get(*other) == Some(&one.incident);
        *other != name && waits && batch && (one.priority, *other) < (own, name)
    });
    earlier.count() == 0 && released.batch.get(name) == Some(incident)
}
