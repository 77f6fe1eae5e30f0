//! I2 to I8 and I11: what a decision and an intent stand on, recounted from the votes that the writer had
//! loaded, by the writer's clock.

use super::recount::{down, fresh, has_quorum, is_reached, saying, seconds};
use super::{Findings, Invariant, Trace};
use crate::swarm::trace::{Commit, How, What};
use jiff::Timestamp;
use std::collections::BTreeSet;
use understudy_engine::{Assessment, Counts, Kind, NotCounted, Subject, Verdict};

pub(super) fn check_commit(commit: &Commit, findings: &mut Findings) {
    let entries = commit.new.journal.outbox.iter().filter(|entry| entry.revision == commit.new.revision);
    for assessment in entries.filter_map(|entry| entry.assessment.as_ref()) {
        check_assessment(commit, assessment, findings);
    }
    let (policy, votes, clock) = (&commit.policy, &commit.votes, commit.clock);
    let failover = |kind: &Kind| *kind == Kind::Failover;
    let decides = commit.decides().is_some();
    let intends = commit.intends().is_some_and(|phase| failover(&phase.decision.kind));
    if !decides && !intends {
        return;
    }
    let said = down(policy, votes, clock);
    let what = if decides { "decides" } else { "intends" };
    findings.check(Invariant::I2, has_quorum(policy, votes, clock), || {
        format!("r{} {what} with {} Down of {} needed", commit.new.revision, said.len(), policy.quorum.needed)
    });
    findings.check(Invariant::I7, !is_reached(policy, votes, clock), || {
        format!("r{} {what} while a voter still reaches the writer", commit.new.revision)
    });
    if decides {
        check_decision(commit, findings);
    }
}

fn check_decision(commit: &Commit, findings: &mut Findings) {
    let (policy, votes, clock) = (&commit.policy, &commit.votes, commit.clock);
    let said = down(policy, votes, clock);
    let classes: BTreeSet<_> = said.iter().map(|voter| voter.class).collect();
    let outside = said.iter().any(|voter| {
        let region = voter.source.region();
        region != policy.regions.primary && region != policy.regions.standby
    });
    findings.check(Invariant::I6, classes.len() >= 2 && outside, || {
        format!("r{} decides on {} classes, somebody outside: {outside}", commit.new.revision, classes.len())
    });
    let doubt =
        [Subject::Standby, Subject::Canary].map(|about| saying(policy, votes, clock, about, Verdict::Down).len());
    findings.check(Invariant::I11, doubt == [0, 0], || {
        format!("r{} decides while {doubt:?} voters of standby and canary say Down", commit.new.revision)
    });
    // The sources' own histories: a quorum of them must have said so for as long.
    let sustain = i64::from(policy.windows.sustain_seconds.0);
    let held = said.iter().filter(|voter| {
        let since = votes.get(&voter.name).and_then(|vote| vote.since);
        since.is_none_or(|since| seconds(since, clock) >= sustain)
    });
    let held = u32::try_from(held.count()).unwrap_or(0);
    findings.check(Invariant::I8, held >= policy.quorum.needed, || {
        format!("r{} decides though only {held} sources have said Down for {sustain} s", commit.new.revision)
    });
}

/// What an entry says of each voter is what its vote says.
fn check_assessment(commit: &Commit, assessment: &Assessment, findings: &mut Findings) {
    let (policy, votes, clock) = (&commit.policy, &commit.votes, commit.clock);
    let names = assessment.tally.heard.iter().map(|heard| &heard.voter);
    findings.check(Invariant::I4, names.eq(policy.voters.iter().map(|voter| &voter.name)), || {
        format!("r{} hears other voters than the policy names", commit.new.revision)
    });
    for (heard, voter) in assessment.tally.heard.iter().zip(&policy.voters) {
        let vote = fresh(policy, voter, votes, clock);
        let story = || format!("r{} counts {} as {:?}", commit.new.revision, heard.voter, heard.counts);
        match heard.counts {
            Counts::As(verdict) => {
                findings.check(Invariant::I3, vote.is_some_and(|vote| vote.verdict == verdict), story);
                findings.check(Invariant::I5, votes.contains_key(&heard.voter), story);
            }
            Counts::Not(NotCounted::NeverVoted) => {
                findings.check(Invariant::I5, !votes.contains_key(&heard.voter), story);
            }
            Counts::Not(NotCounted::Stale { .. } | NotCounted::FromTheFuture { .. } | NotCounted::OtherSource) => {
                findings.check(Invariant::I3, vote.is_none(), story);
            }
        }
    }
}

pub(super) fn check(trace: &Trace<'_>, findings: &mut Findings) {
    sustained(trace, findings);
    for fact in &trace.facts {
        let What::Cast(cast) = &fact.what else { continue };
        let order = cast.before.as_ref().is_none_or(|before| {
            let newer = cast.vote.observed_at > before.observed_at;
            let tie = cast.vote.observed_at == before.observed_at && cast.vote.verdict < before.verdict;
            cast.counted == (newer || tie)
        });
        findings.check(Invariant::I4, order, || format!("a vote of {} takes the place of a later one", cast.voter));
        if let Some((value, suppressed)) = &cast.event {
            let down = cast.vote.verdict == Verdict::Down;
            let alarm = value == "ALARM" && !suppressed;
            findings.check(Invariant::I5, !down || alarm, || {
                format!("{} votes Down on {value}, suppressed {suppressed}", cast.voter)
            });
            findings.check(Invariant::I21, !down || alarm, || format!("a broken event makes {} vote Down", cast.voter));
        }
    }
}

/// Since when a quorum was seen without a gap, recounted at each commit that weighed. A stretch longer
/// than a vote's age in which nobody looked is a gap too. Whoever weighs again from the start begins with
/// the fresh quorum of that moment, as the first one did.
fn sustained(trace: &Trace<'_>, findings: &mut Findings) {
    let mut since: Option<Timestamp> = None;
    let mut looked: Option<Timestamp> = None;
    for (_, _, commit) in trace.commits() {
        let weighs = commit.weighs() || commit.decides().is_some();
        let opens = commit.old.phase.suspicion().is_none() && commit.new.phase.suspicion().is_some();
        if opens {
            since = None;
        }
        if !weighs && !opens {
            continue;
        }
        let (policy, clock) = (&commit.policy, commit.clock);
        let gap = looked.is_some_and(|looked| {
            clock.as_millisecond() - looked.as_millisecond() > i64::from(policy.windows.vote_max_age_seconds.0) * 1000
        });
        if !has_quorum(policy, &commit.votes, clock) || is_reached(policy, &commit.votes, clock) {
            since = None;
        } else if since.is_none() || gap || commit.starts_again() {
            since = Some(clock);
            looked = Some(clock);
        } else {
            // Of two runs the one whose clock is behind saw it at an earlier time.
            since = since.map(|since| since.min(clock));
        }
        if commit.how == How::Looked {
            looked = Some(clock);
        }
        if commit.decides().is_some() {
            let held = since.map_or(-1, |since| seconds(since, clock));
            findings.check(Invariant::I8, held >= i64::from(policy.windows.sustain_seconds.0), || {
                let sustain = policy.windows.sustain_seconds;
                format!("r{} decides after {held} s of Down, {sustain} are needed", commit.new.revision)
            });
        }
    }
}
