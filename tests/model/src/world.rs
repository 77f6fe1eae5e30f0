//! The world: everything that two conductors, three voters and one replica can be in.

use crate::bounds::{Bounds, NEEDED, RUNS, Tick, VETOING, VOTE_MAX_AGE, VOTERS, at, begin};
use crate::cloud::{Flight, Replica};
use crate::conductor::{Conductor, Evidence, Offer, Report};
use crate::facts::Facts;
use crate::record::{Record, STORED};
use understudy_engine::{Policy, State, Verdict, Vote, Votes};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub(crate) now: Tick,
    pub(crate) record: Record,
    /// The votes as they are stored, beside the record.
    pub(crate) votes: [Option<Word>; 3],
    /// What each voter's source says and since when. Its last word is also what the network may deliver:
    /// never, once or many times, and however late.
    pub(crate) sources: [Word; 3],
    pub(crate) replica: Replica,
    pub(crate) flights: Vec<Flight>,
    pub(crate) conductors: [Conductor; 2],
    /// How often a source may still turn, how many orders may still be given, and whether somebody else
    /// may still promote.
    pub(crate) turns: u8,
    pub(crate) orders: u8,
    pub(crate) meddling: bool,
    pub(crate) facts: Facts,
}

/// What a voter says, and when that was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Word {
    pub(crate) down: bool,
    pub(crate) at: Tick,
}

impl Word {
    fn vote(self, voter: usize, policy: &Policy) -> Vote {
        let verdict = if self.down { Verdict::Down } else { Verdict::Up };
        let source = policy.voters[voter].source.clone();
        Vote { verdict, observed_at: at(self.at), since: None, source, reason: String::new() }
    }

    fn is_fresh(self, now: Tick) -> bool {
        self.at <= now && self.at + VOTE_MAX_AGE >= now
    }
}

impl World {
    /// Nobody has voted, and the sources say this.
    pub(crate) fn new(bounds: &Bounds, policy: &Policy, down: [bool; 3]) -> Self {
        let mut state = State::new(policy.application.clone());
        state.revision = STORED;
        // A patrol has just ended.
        state.looked_at = Some(begin());
        Self {
            now: 0,
            record: Record::new(state),
            votes: [None; 3],
            sources: down.map(|down| Word { down, at: 0 }),
            replica: Replica::Following,
            flights: Vec::new(),
            conductors: [Conductor::Ready, Conductor::Ready],
            turns: bounds.turns,
            orders: bounds.orders,
            meddling: bounds.meddling,
            facts: Facts::default(),
        }
    }

    /// Whether a conductor is in the middle of what is one move elsewhere.
    #[must_use]
    pub fn is_between(&self) -> bool {
        self.conductors.iter().any(|conductor| match conductor {
            Conductor::Offers { report, .. } => report.is_some_and(Report::is_one_move),
            Conductor::Ready | Conductor::Performs(_) | Conductor::Reports(_) => false,
        })
    }

    /// The conditional write of a vote: only what supersedes is written.
    pub(crate) fn cast(&mut self, voter: usize, word: Word, policy: &Policy) {
        let vote = word.vote(voter, policy);
        if self.votes[voter].is_none_or(|stored| vote.supersedes(&stored.vote(voter, policy))) {
            self.votes[voter] = Some(word);
        }
    }

    /// The votes as a conductor loads them, each dated as it is stored, or all alike.
    pub(crate) fn ballots(&self, policy: &Policy, dated: Option<Tick>) -> Votes {
        let mut votes = Votes::new();
        for (voter, word) in self.votes.iter().enumerate() {
            if let Some(word) = word {
                let word = Word { at: dated.unwrap_or(word.at), ..*word };
                votes.insert(policy.voters[voter].name.clone(), word.vote(voter, policy));
            }
        }
        votes
    }

    /// What the stored votes are worth at `now`, counted without the engine.
    pub(crate) fn evidence(&self, now: Tick) -> Evidence {
        let fresh = |voter: usize| self.votes[voter].filter(|word| word.is_fresh(now));
        let down = (0..VOTERS.len()).filter(|voter| fresh(*voter).is_some_and(|word| word.down)).count();
        let vetoed = VETOING.iter().any(|voter| fresh(*voter).is_some_and(|word| !word.down));
        Evidence { quorum: down >= NEEDED, vetoed }
    }

    /// One tick passes, and calls that have not arrived by now are lost.
    pub(crate) fn pass(&mut self) {
        self.now += 1;
        let now = self.now;
        self.flights.retain(|flight| now < flight.until);
    }

    /// A promote call arrives. The replica takes it whatever state it is in: nothing but the protocol
    /// keeps a second one away.
    pub(crate) fn arrive(&mut self, epoch: u64) {
        self.facts.take(epoch);
        if self.replica == Replica::Following {
            self.replica = Replica::Underway;
        }
    }

    /// A conductor's run ends, with whatever it was about to do.
    pub(crate) fn end_run(&mut self, conductor: usize) {
        self.conductors[conductor] = Conductor::Ready;
        let ended = RUNS[conductor];
        if let Some(record) = self.record.without(ended) {
            self.record = record;
        }
        for other in &mut self.conductors {
            if let Conductor::Offers { offer: Offer { next: Some(next), .. }, .. } = other
                && let Some(without) = next.without(ended)
            {
                *next = without;
            }
        }
    }
}
