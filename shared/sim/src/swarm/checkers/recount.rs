//! Counting votes anew, from the votes themselves and the policy's own words.

use jiff::Timestamp;
use understudy_engine::{EvidenceClass, Policy, Subject, Verdict, Vote, Voter, Votes};

/// A vote that counts at `clock`: from the voter's own source, not too old, not from the future.
pub(super) fn fresh<'a>(policy: &Policy, voter: &Voter, votes: &'a Votes, clock: Timestamp) -> Option<&'a Vote> {
    let vote = votes.get(&voter.name)?;
    let age = clock.as_millisecond() - vote.observed_at.as_millisecond();
    let oldest = i64::from(policy.windows.vote_max_age_seconds.0) * 1000;
    let newest = -i64::from(policy.windows.skew_seconds.0) * 1000;
    (vote.source == voter.source && age <= oldest && age >= newest).then_some(vote)
}

/// The voters that say this about this.
pub(super) fn saying<'a>(
    policy: &'a Policy,
    votes: &Votes,
    clock: Timestamp,
    watches: Subject,
    verdict: Verdict,
) -> Vec<&'a Voter> {
    let says = |voter: &&Voter| {
        voter.watches == watches && fresh(policy, voter, votes, clock).is_some_and(|vote| vote.verdict == verdict)
    };
    policy.voters.iter().filter(says).collect()
}

pub(super) fn down<'a>(policy: &'a Policy, votes: &Votes, clock: Timestamp) -> Vec<&'a Voter> {
    saying(policy, votes, clock, Subject::Primary, Verdict::Down)
}

pub(super) fn has_quorum(policy: &Policy, votes: &Votes, clock: Timestamp) -> bool {
    u32::try_from(down(policy, votes, clock).len()).unwrap_or(u32::MAX) >= policy.quorum.needed
}

/// Whether somebody who can tell says that the writer can be reached.
pub(super) fn is_reached(policy: &Policy, votes: &Votes, clock: Timestamp) -> bool {
    let up = saying(policy, votes, clock, Subject::Primary, Verdict::Up);
    up.iter().any(|voter| matches!(voter.class, EvidenceClass::DataPath | EvidenceClass::Replication))
}

/// How many whole seconds after `from` it is at `to`, at the least.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_millisecond() - from.as_millisecond()).div_euclid(1000)
}
