//! I9, I10 and I20: when a decision may be made at all.

use super::recount::seconds;
use super::{Findings, Invariant, Trace};
use crate::swarm::trace::{Commit, How, What};
use jiff::Timestamp;
use understudy_engine::{Epoch, Held, HeldReason, Mode, Order, Phase, PhaseName, Verdict, Voter};

/// I20: nothing new begins in a pause.
pub(super) fn check_commit(commit: &Commit, findings: &mut Findings) {
    let (old, new) = (&*commit.old, &*commit.new);
    let begins_decision = new.epoch > old.epoch;
    let rebuilds = matches!(new.phase, Phase::Rebuilding(_)) && !matches!(old.phase, Phase::Rebuilding(_));
    if begins_decision || rebuilds || commit.intends().is_some() {
        findings.check(Invariant::I20, old.paused.is_none(), || {
            format!("r{} begins {} in a pause", new.revision, new.phase.name())
        });
    }
}

/// A decision that still keeps the next one away.
struct Standing {
    epoch: Epoch,
    until: Timestamp,
    acknowledged: bool,
}

pub(super) fn check(trace: &Trace<'_>, findings: &mut Findings) {
    let mut standing: Vec<Standing> = Vec::new();
    for (index, _, commit) in trace.commits() {
        let (old, new) = (&*commit.old, &*commit.new);
        if let Some(decision) = commit.decides() {
            let free = standing.iter().all(|one| one.acknowledged && commit.clock >= one.until);
            findings.check(Invariant::I9, free, || format!("epoch {} is decided in a cooldown", decision.epoch));
            let allowed = commit.stored.mode != Mode::Observe;
            findings.check(Invariant::I24, allowed, || format!("epoch {} is decided in mode observe", decision.epoch));
            eligible(trace, index, commit, findings);
        }
        kept_stopped(commit, findings);
        if matches!(&commit.order, Some(Order::Acknowledge(_))) && commit.how == How::Ordered {
            standing.iter_mut().for_each(|one| one.acknowledged = true);
        }
        if let Some(aborted) = nothing_happened(commit) {
            standing.retain(|one| one.epoch != aborted);
        }
        if new.epoch > old.epoch {
            let until = commit.stored.windows.cooldown_seconds.after(commit.clock);
            standing.push(Standing { epoch: new.epoch, until, acknowledged: false });
        }
    }
}

/// I24: what a person has stopped is let go by a person, or when nobody's last word is Down, by whatever clock.
fn kept_stopped(commit: &Commit, findings: &mut Findings) {
    let stopped =
        matches!(&commit.old.phase, Phase::Held(Held { reason: HeldReason::Vetoed | HeldReason::Aborted, .. }));
    if !stopped || commit.new.phase.name() == PhaseName::Held {
        return;
    }
    let down = |voter: &&Voter| commit.votes.get(&voter.name).is_some_and(|vote| vote.verdict == Verdict::Down);
    let down = commit.policy.electorate().find(down);
    let weighed_again = matches!(commit.order, Some(Order::WeighAgain(_)));
    let elsewhere = commit.how == How::Looked;
    findings.check(Invariant::I24, down.is_none() || weighed_again || elsewhere, || {
        let voter = down.map(|voter| voter.name.to_string()).unwrap_or_default();
        format!("r{} lets go of what a person stopped, and {voter} still says Down", commit.new.revision)
    });
}

/// The epoch of a decision that was taken back, and nothing had happened.
pub(super) fn nothing_happened(commit: &Commit) -> Option<Epoch> {
    let Phase::Aborting(phase) = &commit.old.phase else { return None };
    let back = matches!(commit.new.phase, Phase::Held(_) | Phase::Suspected(_) | Phase::Rebuilt(_));
    back.then_some(phase.decision.epoch)
}

/// I10: by what the last look that saw anything was answered.
fn eligible(trace: &Trace<'_>, index: usize, commit: &Commit, findings: &mut Findings) {
    let earlier = trace.commits().take_while(|(at, _, _)| *at < index);
    let looks = earlier.filter(|(_, _, one)| one.how == How::Looked && one.old.phase.suspicion().is_some());
    let seen = looks.filter_map(|(at, fact, one)| {
        let given = trace.facts[..at]
            .iter()
            .rev()
            .find(|other| other.process == fact.process && matches!(other.what, What::Looked { .. }))?;
        let What::Looked { instance, seen: true, fit, lag } = &given.what else { return None };
        // A run that had loaded another policy looked at another instance, which says nothing of this one.
        (*instance == commit.policy.database.replica).then_some((*fit, *lag, one.clock))
    });
    let (policy, number) = (&commit.policy, commit.new.revision);
    let Some((fit, lag, at)) = seen.last() else {
        return findings
            .check(Invariant::I10, false, || format!("r{number} decides on a candidate that nobody has seen"));
    };
    let age = seconds(at, commit.clock);
    let young = age <= i64::from(policy.windows.vote_max_age_seconds.0);
    let short = lag.is_some_and(|lag| lag <= policy.database.lag_max_seconds.0);
    findings.check(Invariant::I10, fit && young && short, || {
        format!("r{number} decides on a candidate seen {age} s ago: fit {fit}, least lag {lag:?}")
    });
}
