//! From an observation to a vote.

use crate::duty::Duty;
use crate::observation::{Observation, Unsure};
use jiff::Timestamp;
use understudy_driver::Route;
use understudy_engine::{Seconds, Source, Subject, Verdict, Vote, shortened};

/// How long after one round the next one still follows it: the schedule's minute, twice. After a longer gap nothing is
/// known of what happened in between, and rounds are counted anew.
pub const FOLLOWS: Seconds = Seconds(120);

/// Whether the observer sees anything at all: what its canary was, before the round's asks and after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    Clear,
    /// The canary did not answer well either.
    Isolated {
        problem: String,
    },
    /// There is no canary, so that nobody could tell.
    NoCanary,
}

/// What one voter's rounds have come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Streak {
    source: Source,
    said: Verdict,
    since: Timestamp,
    at: Timestamp,
    /// Bad rounds in a row, up to the last.
    bad: u32,
    position: Option<u64>,
}

impl Streak {
    /// What a vote in the record tells a probe that has just begun. A Down stands for as many bad rounds as it takes;
    /// how many there were before an abstention, nobody knows, so they begin anew.
    #[must_use]
    pub fn of_standing(duty: &Duty, vote: &Vote) -> Self {
        Self {
            source: vote.source.clone(),
            said: vote.verdict,
            since: vote.since.unwrap_or(vote.observed_at),
            at: vote.observed_at,
            bad: if vote.verdict == Verdict::Down { duty.probe.down_after } else { 0 },
            position: None,
        }
    }

    /// The verdict of the last round.
    pub(crate) fn said(&self) -> Verdict {
        self.said
    }

    /// Judges a round that ended at `at`: the vote, and what is to be remembered.
    #[must_use]
    pub fn judge(
        before: Option<&Self>,
        duty: &Duty,
        observation: &Observation,
        outlook: &Outlook,
        at: Timestamp,
    ) -> (Self, Vote) {
        let source = Source::Probe(duty.probe.clone());
        let before = before.filter(|before| before.is_followed(&source, at));
        let position = match observation {
            Observation::Replayed { position } => Some(*position),
            Observation::Good(_) | Observation::Bad(_) | Observation::Unsure(_) => None,
        };
        let (verdict, bad, reason) = verdict(before, duty, observation, outlook);
        let since = before.filter(|before| before.said == verdict).map_or(at, |before| before.since);
        let vote =
            Vote { verdict, observed_at: at, since: Some(since), source: source.clone(), reason: shortened(&reason) };
        (Self { source, said: verdict, since, at, bad, position }, vote)
    }

    /// Whether a round at `at` is the next one after this, of the same target.
    fn is_followed(&self, source: &Source, at: Timestamp) -> bool {
        self.source == *source && self.at < at && at <= FOLLOWS.after(self.at)
    }
}

fn verdict(
    before: Option<&Streak>,
    duty: &Duty,
    observation: &Observation,
    outlook: &Outlook,
) -> (Verdict, u32, String) {
    match observation {
        Observation::Good(good) => (Verdict::Up, 0, good.to_string()),
        Observation::Unsure(unsure) => (Verdict::Abstain, 0, unsure.to_string()),
        Observation::Replayed { position } => match before.and_then(|before| before.position) {
            Some(earlier) if earlier < *position => (Verdict::Up, 0, crate::Good::Replays.to_string()),
            Some(_) => (Verdict::Abstain, 0, Unsure::StandsStill { position: *position }.to_string()),
            None => (Verdict::Abstain, 0, Unsure::FirstPosition { position: *position }.to_string()),
        },
        // Who watches the canary says Down for the very reason that others must not.
        Observation::Bad(bad) if *outlook == Outlook::Clear || duty.watches == Subject::Canary => {
            let rounds = before.map_or(0, |before| before.bad).saturating_add(1);
            let needed = duty.probe.down_after;
            if rounds >= needed {
                (Verdict::Down, rounds, bad.to_string())
            } else {
                (Verdict::Abstain, rounds, format!("{bad}; bad round {rounds} of {needed}"))
            }
        }
        // Rounds that an isolated observer found bad are no rounds: the count begins anew.
        Observation::Bad(bad) => match outlook {
            Outlook::Isolated { problem } => {
                (Verdict::Abstain, 0, format!("the probe is isolated, its canary too is not well ({problem}): {bad}"))
            }
            Outlook::NoCanary | Outlook::Clear => {
                (Verdict::Abstain, 0, format!("without a canary nobody can tell whether it is the probe: {bad}"))
            }
        },
    }
}

/// Where a voter's rounds go on from: what this process remembers, or what the record says, whichever is later.
#[must_use]
pub(crate) fn latest<'s>(remembered: Option<&'s Streak>, standing: Option<&'s Streak>) -> Option<&'s Streak> {
    match (remembered, standing) {
        (Some(remembered), Some(standing)) if standing.at > remembered.at => Some(standing),
        (Some(remembered), _) => Some(remembered),
        (None, standing) => standing,
    }
}

pub(crate) type Memory = std::collections::BTreeMap<Route, Streak>;

#[cfg(test)]
mod tests;
