//! A suspicion: what is known while Down is weighed, asked about or held.

use crate::assessment::{Assessment, CandidateSeen, Rule, assess};
use crate::breaker::{ADMISSION_MAX_AGE, Admit, Ground};
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
    /// Since when a quorum has said Down without a gap, and nobody could reach the writer.
    pub down_since: Option<Timestamp>,
    /// The same, however often it was weighed from the start meanwhile: what is lost is bounded by the
    /// last contact before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum_since: Option<Timestamp>,
    /// When that was last seen to hold.
    pub confirmed_at: Timestamp,
    pub candidate: Option<CandidateSeen>,
    /// Its turn among all applications that fail.
    pub turn: Turn,
    /// Whether the voters that speak for the whole Region all say Down.
    pub region_down: bool,
    /// The rules of the last refusal that was told.
    pub told: BTreeSet<Rule>,
}

/// What the storm breaker has said to an automatic promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Other rules stand in the way first.
    NotWanted,
    /// Nothing else stands in the way. `waits` once the breaker has said so.
    Wanted {
        asked_at: Option<Timestamp>,
        waits: bool,
    },
    Admitted {
        at: Timestamp,
        ground: Ground,
    },
}

impl Turn {
    /// Whether the storm breaker has yet to be asked for the first time.
    pub(crate) fn is_to_be_asked(self) -> bool {
        matches!(self, Self::Wanted { asked_at: None, .. })
    }

    /// A turn is asked for only when nothing else stands in the way.
    fn after(self, assessment: &Assessment) -> Self {
        let only_storm = !assessment.blockers.is_empty() && assessment.only_blocked_by(&[Rule::Storm]);
        match self {
            Self::NotWanted | Self::Admitted { .. } if only_storm => Self::Wanted { asked_at: None, waits: false },
            Self::Wanted { .. } if !only_storm => Self::NotWanted,
            Self::NotWanted | Self::Wanted { .. } | Self::Admitted { .. } => self,
        }
    }
}

/// A suspicion as the present votes leave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weighed {
    pub(crate) suspicion: Suspicion,
    pub(crate) assessment: Assessment,
    /// Whether a quorum that stood was lost since.
    pub(crate) flapped: bool,
}

impl Suspicion {
    #[must_use]
    pub fn open(incident: IncidentId, now: Timestamp) -> Self {
        Self {
            incident,
            opened_at: now,
            down_since: None,
            quorum_since: None,
            confirmed_at: now,
            candidate: None,
            turn: Turn::NotWanted,
            region_down: false,
            told: BTreeSet::new(),
        }
    }

    /// Whether the storm breaker has let it through, and not too long ago.
    #[must_use]
    pub(crate) fn is_admitted(&self, now: Timestamp) -> bool {
        match self.turn {
            Turn::Admitted { at, .. } => at > ADMISSION_MAX_AGE.before(now),
            Turn::NotWanted | Turn::Wanted { .. } => false,
        }
    }

    /// Whether the storm breaker has said that it has to wait.
    #[must_use]
    pub(crate) fn waits(&self) -> bool {
        matches!(self.turn, Turn::Wanted { waits: true, .. })
    }

    /// What to ask the storm breaker.
    #[must_use]
    pub(crate) fn admit(&self, policy: &Policy) -> Admit {
        Admit {
            application: policy.application.clone(),
            incident: self.incident.clone(),
            priority: policy.storm.priority,
            promotes_per_hour: policy.storm.promotes_per_hour,
            region_down: self.region_down,
        }
    }

    #[must_use]
    pub(crate) fn weigh(&self, state: &State, policy: &Policy, votes: &Votes, now: Timestamp) -> Weighed {
        let tally = tally(policy, votes, now);
        let mut next = self.clone();
        next.quorum_since = self.held_since(self.quorum_since, policy, &tally, now);
        // Whoever can still reach the writer breaks the window, and not only the decision at its end.
        let unvetoed = tally.alive().next().is_none();
        next.down_since = self.held_since(self.down_since, policy, &tally, now).filter(|_| unvetoed);
        if next.down_since == Some(now) || next.quorum_since == Some(now) {
            next.confirmed_at = now;
        }
        next.region_down = tally.all_down(&policy.storm.region_voters);
        let flapped = self.quorum_since.is_some() && next.quorum_since.is_none();
        let mut assessment = assess(state, policy, &next, tally, now);
        next.turn = next.turn.after(&assessment);
        assessment.turn = assessment.turn.map(|_| next.turn);
        Weighed { suspicion: next, assessment, flapped }
    }

    /// Since when the quorum has held. Any gap starts it again: a quorum lost, a source that says
    /// itself that it changed in between, or a stretch in which nobody looked.
    fn held_since(
        &self,
        before: Option<Timestamp>,
        policy: &Policy,
        tally: &Tally,
        now: Timestamp,
    ) -> Option<Timestamp> {
        if !tally.has_quorum() {
            return None;
        }
        let unwatched = self.confirmed_at < policy.windows.vote_max_age_seconds.before(now);
        // A source whose clock is ahead of ours holds it at the last look: at each step's own time the
        // record would never come to rest.
        let began = tally.quorum_since();
        let began = if began > now { self.confirmed_at } else { began };
        match before {
            Some(since) if !unwatched => Some(since.max(began)),
            Some(_) | None => Some(now),
        }
    }
}
