//! A suspicion: what is known while Down is weighed, asked about or held.

use crate::assessment::{Assessment, Blocker, CandidateSeen, Rule, assess};
use crate::name::IncidentId;
use crate::policy::Policy;
use crate::state::State;
use crate::tally::{Tally, tally};
use crate::vote::Votes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspicion {
    pub incident: IncidentId,
    pub opened_at: Timestamp,
    /// Since when a quorum has said Down without a gap.
    pub down_since: Option<Timestamp>,
    /// When that was last seen to hold.
    pub confirmed_at: Timestamp,
    pub candidate: Option<CandidateSeen>,
    /// The rules of the last refusal that was told.
    pub told: BTreeSet<Rule>,
}

impl Suspicion {
    #[must_use]
    pub fn open(incident: IncidentId, now: Timestamp) -> Self {
        Self { incident, opened_at: now, down_since: None, confirmed_at: now, candidate: None, told: BTreeSet::new() }
    }

    /// The suspicion as the present votes leave it, and its assessment.
    #[must_use]
    pub fn weigh(&self, state: &State, policy: &Policy, votes: &Votes, now: Timestamp) -> (Self, Assessment) {
        let tally = tally(policy, votes, now);
        let mut next = self.clone();
        next.down_since = self.held_since(policy, &tally, now);
        if next.down_since == Some(now) {
            next.confirmed_at = now;
        }
        let assessment = assess(state, policy, &next, tally, now);
        (next, assessment)
    }

    /// Since when the quorum has held. Any gap starts it again: a quorum lost, a source that says
    /// itself that it changed in between, or a stretch in which nobody looked.
    fn held_since(&self, policy: &Policy, tally: &Tally, now: Timestamp) -> Option<Timestamp> {
        if !tally.has_quorum() {
            return None;
        }
        let unwatched = self.confirmed_at < policy.windows.vote_max_age_seconds.before(now);
        match self.down_since {
            Some(since) if !unwatched => Some(since.max(tally.quorum_since().min(now))),
            Some(_) | None => Some(now),
        }
    }
}

impl Assessment {
    #[must_use]
    pub fn rules(&self) -> BTreeSet<Rule> {
        self.blockers.iter().map(Blocker::rule).collect()
    }

    /// Whether nothing but time stands in the way.
    #[must_use]
    pub fn only_time_blocks(&self) -> bool {
        self.blockers.iter().all(|blocker| match blocker {
            Blocker::NotSustained { .. } => true,
            Blocker::NoQuorum { .. }
            | Blocker::Alive { .. }
            | Blocker::OneEvidenceClass
            | Blocker::NobodyOutside
            | Blocker::CandidateNotSeen
            | Blocker::CandidateIneligible { .. }
            | Blocker::CoolingDown(_)
            | Blocker::RolesSwapped { .. }
            | Blocker::StandbyLatched { .. } => false,
        })
    }
}
