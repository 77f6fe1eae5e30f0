//! Votes: what a voter last said, and when that was observed.

use crate::name::VoterName;
use crate::policy::Source;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What a voter says. The order is that of caution: of two verdicts observed at one instant, the
/// lesser one stands, so that the order of arrival changes nothing and a tie never makes a Down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Up,
    Abstain,
    Down,
}

/// A voter's latest verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    pub verdict: Verdict,
    /// When it was observed, by the clock of the observer: never when it arrived.
    pub observed_at: Timestamp,
    /// Since when the source has said the same, where the source knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Where it comes from. It counts only for a voter that the policy gives this very source.
    pub source: Source,
    /// The source's own words, shortened.
    pub reason: String,
}

/// The votes of one application.
pub type Votes = BTreeMap<VoterName, Vote>;

/// How much of a source's own words is kept.
pub const REASON_CHARACTERS_MAX: usize = 200;

impl Vote {
    /// Whether this vote takes the place of `stored`.
    #[must_use]
    pub fn supersedes(&self, stored: &Self) -> bool {
        self.observed_at > stored.observed_at
            || (self.observed_at == stored.observed_at && self.verdict < stored.verdict)
    }
}

/// A reason, cut to what a record keeps of it.
#[must_use]
pub fn shortened(reason: &str) -> String {
    match reason.char_indices().nth(REASON_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &reason[..end]),
        None => reason.to_owned(),
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up => "Up",
            Self::Abstain => "Abstain",
            Self::Down => "Down",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vote(verdict: Verdict, second: i64) -> Vote {
        Vote {
            verdict,
            observed_at: Timestamp::from_second(second).unwrap(),
            since: None,
            source: Source::Alarm("arn:aws:cloudwatch:us-east-1:111122223333:alarm:a".parse().unwrap()),
            reason: String::new(),
        }
    }

    #[test]
    fn the_later_observation_stands_whatever_arrives_last() {
        assert!(vote(Verdict::Down, 2).supersedes(&vote(Verdict::Up, 1)));
        assert!(!vote(Verdict::Down, 1).supersedes(&vote(Verdict::Up, 2)));
        assert!(!vote(Verdict::Down, 1).supersedes(&vote(Verdict::Down, 1)), "a duplicate changes nothing");
    }

    #[test]
    fn of_two_verdicts_observed_at_once_the_more_cautious_stands() {
        assert!(vote(Verdict::Up, 1).supersedes(&vote(Verdict::Down, 1)));
        assert!(vote(Verdict::Abstain, 1).supersedes(&vote(Verdict::Down, 1)));
        assert!(!vote(Verdict::Down, 1).supersedes(&vote(Verdict::Abstain, 1)));
    }

    #[test]
    fn a_long_reason_is_cut_at_a_character() {
        let cut = shortened(&"é".repeat(300));
        assert_eq!(cut.chars().count(), REASON_CHARACTERS_MAX + 1);
    }
}
