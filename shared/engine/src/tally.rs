//! The tally: how each configured voter counts now.

use crate::name::{Region, VoterName};
use crate::policy::{EvidenceClass, Policy, Subject, Voter};
use crate::vote::{Verdict, Vote, Votes};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// How every configured voter counts. Votes of anybody else are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub needed: u32,
    pub heard: Vec<Heard>,
}

/// How one voter counts, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub voter: VoterName,
    pub class: EvidenceClass,
    pub watches: Subject,
    pub region: Region,
    /// Whole seconds since its vote was observed; none where it never voted.
    pub age_seconds: Option<i64>,
    /// Since when its source has said so, where the source knows.
    pub since: Option<Timestamp>,
    /// The source's own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub counts: Counts,
}

/// What a voter counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    As(Verdict),
    /// It abstains, whatever it once said.
    Not(NotCounted),
}

/// Why a vote does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotCounted {
    NeverVoted,
    Stale {
        verdict: Verdict,
    },
    FromTheFuture {
        verdict: Verdict,
    },
    /// It came from a source that the policy does not give this voter.
    OtherSource,
}

/// Counts the votes of all configured voters.
#[must_use]
pub fn tally(policy: &Policy, votes: &Votes, now: Timestamp) -> Tally {
    let heard = policy.voters.iter().map(|voter| hear(voter, policy, votes.get(&voter.name), now)).collect();
    Tally { needed: policy.quorum.needed, heard }
}

fn hear(voter: &Voter, policy: &Policy, vote: Option<&Vote>, now: Timestamp) -> Heard {
    let counts = vote.map_or(Counts::Not(NotCounted::NeverVoted), |vote| count(voter, policy, vote, now));
    Heard {
        voter: voter.name.clone(),
        class: voter.class,
        watches: voter.watches,
        region: voter.source.region(),
        age_seconds: vote.map(|vote| now.duration_since(vote.observed_at).as_secs()),
        since: vote.and_then(|vote| vote.since),
        reason: vote.map(|vote| vote.reason.clone()).unwrap_or_default(),
        counts,
    }
}

fn count(voter: &Voter, policy: &Policy, vote: &Vote, now: Timestamp) -> Counts {
    let windows = &policy.windows;
    if vote.source != voter.source {
        return Counts::Not(NotCounted::OtherSource);
    }
    if vote.observed_at > windows.skew_seconds.after(now) {
        return Counts::Not(NotCounted::FromTheFuture { verdict: vote.verdict });
    }
    if vote.observed_at < windows.vote_max_age_seconds.before(now) {
        return Counts::Not(NotCounted::Stale { verdict: vote.verdict });
    }
    Counts::As(vote.verdict)
}

impl Tally {
    /// The voters that count as Down for the primary Region.
    pub fn down(&self) -> impl Iterator<Item = &Heard> {
        self.said(Subject::Primary, Verdict::Down)
    }

    /// The voters that count as this for this.
    pub fn said(&self, watches: Subject, verdict: Verdict) -> impl Iterator<Item = &Heard> {
        self.heard.iter().filter(move |heard| heard.watches == watches && heard.counts == Counts::As(verdict))
    }

    /// How many voters there are whose word on the primary Region counts.
    #[must_use]
    pub fn electorate(&self) -> u32 {
        let electorate = self.heard.iter().filter(|heard| heard.watches == Subject::Primary);
        u32::try_from(electorate.count()).unwrap_or(u32::MAX)
    }

    /// Whether there are such voters, and all of them count as Down.
    #[must_use]
    pub fn all_down(&self, voters: &[VoterName]) -> bool {
        !voters.is_empty() && voters.iter().all(|voter| self.down().any(|heard| heard.voter == *voter))
    }

    /// How many voters count as Down.
    #[must_use]
    pub fn downs(&self) -> u32 {
        u32::try_from(self.down().count()).unwrap_or(u32::MAX)
    }

    /// Whether anybody's last word on the primary Region is a Down that does not count, or one that cannot
    /// be told: it is too old or dated ahead, and yet nobody has taken it back.
    #[must_use]
    pub fn last_said_down(&self) -> bool {
        self.heard.iter().filter(|heard| heard.watches == Subject::Primary).any(|heard| match heard.counts {
            Counts::Not(NotCounted::Stale { verdict } | NotCounted::FromTheFuture { verdict }) => {
                verdict == Verdict::Down
            }
            Counts::Not(NotCounted::OtherSource) => true,
            Counts::Not(NotCounted::NeverVoted) | Counts::As(_) => false,
        })
    }

    /// Whether nobody says Down, by whichever clock is right: to a run whose own is behind, a fresh Down is
    /// dated ahead.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let ahead = Counts::Not(NotCounted::FromTheFuture { verdict: Verdict::Down });
        let says = |heard: &Heard| heard.counts == Counts::As(Verdict::Down) || heard.counts == ahead;
        !self.heard.iter().any(|heard| heard.watches == Subject::Primary && says(heard))
    }

    #[must_use]
    pub fn has_quorum(&self) -> bool {
        self.downs() >= self.needed
    }

    /// The voters whose Up forbids an automatic promote.
    pub fn alive(&self) -> impl Iterator<Item = &Heard> {
        self.said(Subject::Primary, Verdict::Up).filter(|heard| match heard.class {
            EvidenceClass::DataPath | EvidenceClass::Replication => true,
            EvidenceClass::Infrastructure | EvidenceClass::Operator => false,
        })
    }

    /// Whoever says that the standby is down as well, or our own canary.
    pub fn doubts(&self) -> impl Iterator<Item = &Heard> {
        let doubts = [Subject::Standby, Subject::Canary];
        doubts.into_iter().flat_map(|subject| self.said(subject, Verdict::Down))
    }

    #[must_use]
    pub fn down_classes(&self) -> BTreeSet<EvidenceClass> {
        self.down().map(|heard| heard.class).collect()
    }

    /// The earliest time at which the sources' own histories allow the present quorum. A source that
    /// changed its mind in between two looks says so here, although no look saw the change.
    #[must_use]
    pub fn quorum_since(&self) -> Timestamp {
        let mut since: Vec<Timestamp> = self.down().map(|heard| heard.since.unwrap_or(Timestamp::MIN)).collect();
        since.sort_unstable();
        let last_of_quorum = usize::try_from(self.needed).unwrap_or(usize::MAX).saturating_sub(1);
        since.get(last_of_quorum).copied().unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::As(verdict) => verdict.fmt(f),
            Self::Not(NotCounted::NeverVoted) => f.write_str("Abstain (has not voted)"),
            Self::Not(NotCounted::Stale { verdict }) => write!(f, "Abstain ({verdict}, but stale)"),
            Self::Not(NotCounted::FromTheFuture { verdict }) => {
                write!(f, "Abstain ({verdict}, but dated in the future)")
            }
            Self::Not(NotCounted::OtherSource) => f.write_str("Abstain (voted from another source)"),
        }
    }
}
