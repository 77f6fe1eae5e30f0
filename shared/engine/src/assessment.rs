//! The assessment: the tally, and every rule that stands between it and a promotion.

use crate::candidate::{Ineligible, Sight};
use crate::name::{Region, VoterName};
use crate::policy::Policy;
use crate::state::{Cooldown, State};
use crate::suspicion::Suspicion;
use crate::tally::Tally;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The tally and its consequences: *all* blockers, not the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    pub tally: Tally,
    pub blockers: Vec<Blocker>,
}

/// One rule that forbids to promote now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocker {
    NoQuorum {
        down: u32,
        needed: u32,
        configured: u32,
    },
    Alive {
        voters: Vec<VoterName>,
    },
    OneEvidenceClass,
    NobodyOutside,
    NotSustained {
        until: Timestamp,
    },
    CandidateNotSeen,
    CandidateIneligible {
        reasons: Vec<Ineligible>,
    },
    CoolingDown(Cooldown),
    RolesSwapped {
        writer: Region,
    },
    /// Promoting it would close the last open Region.
    StandbyLatched {
        standby: Region,
    },
}

/// The rule that a blocker comes from. A refusal is told again only when its rules change, not
/// whenever an age or a count in it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Quorum,
    AliveVeto,
    Diversity,
    Sustain,
    Candidate,
    Cooldown,
    Roles,
    Latch,
}

impl Blocker {
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::NoQuorum { .. } => Rule::Quorum,
            Self::Alive { .. } => Rule::AliveVeto,
            Self::OneEvidenceClass | Self::NobodyOutside => Rule::Diversity,
            Self::NotSustained { .. } => Rule::Sustain,
            Self::CandidateNotSeen | Self::CandidateIneligible { .. } => Rule::Candidate,
            Self::CoolingDown(_) => Rule::Cooldown,
            Self::RolesSwapped { .. } => Rule::Roles,
            Self::StandbyLatched { .. } => Rule::Latch,
        }
    }
}

/// Holds the tally against every rule.
#[must_use]
pub(crate) fn assess(
    state: &State,
    policy: &Policy,
    suspicion: &Suspicion,
    tally: Tally,
    now: Timestamp,
) -> Assessment {
    let mut blockers = Vec::new();
    quorum(policy, suspicion, &tally, now, &mut blockers);
    diversity(policy, &tally, &mut blockers);
    let voters: Vec<VoterName> = tally.alive().map(|heard| heard.voter.clone()).collect();
    if !voters.is_empty() {
        blockers.push(Blocker::Alive { voters });
    }
    candidate(policy, suspicion, now, &mut blockers);
    if let Some(cooldown) = state.cooldown.as_ref().filter(|cooldown| cooldown.holds(now)) {
        blockers.push(Blocker::CoolingDown(cooldown.clone()));
    }
    if let Some(writer) = state.writer_region.as_ref().filter(|writer| **writer != policy.regions.primary) {
        blockers.push(Blocker::RolesSwapped { writer: writer.clone() });
    }
    let standby = &policy.regions.standby;
    if state.latch.contains_key(standby) {
        blockers.push(Blocker::StandbyLatched { standby: standby.clone() });
    }
    Assessment { tally, blockers }
}

fn quorum(policy: &Policy, suspicion: &Suspicion, tally: &Tally, now: Timestamp, blockers: &mut Vec<Blocker>) {
    if !tally.has_quorum() {
        let configured = u32::try_from(policy.voters.len()).unwrap_or(u32::MAX);
        blockers.push(Blocker::NoQuorum { down: tally.downs(), needed: tally.needed, configured });
        return;
    }
    let since = suspicion.down_since.unwrap_or(now);
    let until = policy.windows.sustain_seconds.after(since);
    if now < until {
        blockers.push(Blocker::NotSustained { until });
    }
}

fn diversity(policy: &Policy, tally: &Tally, blockers: &mut Vec<Blocker>) {
    if tally.down_classes().len() < 2 {
        blockers.push(Blocker::OneEvidenceClass);
    }
    let regions = &policy.regions;
    if !tally.down().any(|heard| heard.region != regions.primary && heard.region != regions.standby) {
        blockers.push(Blocker::NobodyOutside);
    }
}

fn candidate(policy: &Policy, suspicion: &Suspicion, now: Timestamp, blockers: &mut Vec<Blocker>) {
    let oldest = policy.windows.vote_max_age_seconds.before(now);
    match suspicion.candidate.as_ref().filter(|seen| seen.at >= oldest) {
        None => blockers.push(Blocker::CandidateNotSeen),
        Some(seen) => {
            let reasons = seen.sight.ineligible(&policy.database);
            if !reasons.is_empty() {
                blockers.push(Blocker::CandidateIneligible { reasons });
            }
        }
    }
}

/// A look at the candidate, and when it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateSeen {
    pub at: Timestamp,
    pub sight: Sight,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoQuorum { down, needed, configured } => {
                write!(f, "quorum: {down} of {configured} configured voters say Down, {needed} are needed")
            }
            Self::Alive { voters } => {
                f.write_str("alive veto: ")?;
                listed(f, voters)?;
                f.write_str(" can still reach it")
            }
            Self::OneEvidenceClass => f.write_str("diversity: fewer than two evidence classes say Down"),
            Self::NobodyOutside => {
                f.write_str("diversity: nobody outside the primary and the standby Region says Down")
            }
            Self::NotSustained { until } => write!(f, "sustain window: Down must hold until {until:.0}"),
            Self::CandidateNotSeen => f.write_str("candidate: the replica has not been seen lately"),
            Self::CandidateIneligible { reasons } => {
                f.write_str("candidate: ")?;
                listed(f, reasons)
            }
            Self::CoolingDown(cooldown) => write!(f, "cooldown: {cooldown}"),
            Self::RolesSwapped { writer } => {
                write!(f, "roles: the writer is in {writer} since the last failover, and the policy says otherwise")
            }
            Self::StandbyLatched { standby } => {
                write!(f, "latch: {standby} is latched since the last failover, and only a failback opens it")
            }
        }
    }
}

fn listed<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}
