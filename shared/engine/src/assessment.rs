//! The assessment: the tally, and every rule that stands between it and a promotion.

use crate::candidate::{Ineligible, Sight};
use crate::name::{DbInstanceArn, Person, VoterName};
use crate::phase::Phase;
use crate::policy::{Mode, Policy, Subject};
use crate::state::{Cooldown, Paused, State};
use crate::suspicion::{Suspicion, Turn};
use crate::tally::{Heard, Tally};
use crate::vote::Verdict;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// The tally and its consequences: *all* blockers, not the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    pub tally: Tally,
    pub blockers: Vec<Blocker>,
    /// How long the quorum has held, and until when it must. None without a quorum.
    #[serde(default)]
    pub sustained: Option<Sustained>,
    /// The candidate as it was last seen, however long ago.
    #[serde(default)]
    pub candidate: Option<CandidateSeen>,
    /// What the storm breaker has said. None where it is not asked.
    #[serde(default)]
    pub turn: Option<Turn>,
    /// Who has said yes to the question that is asked. None where none is.
    #[serde(default)]
    pub approvals: Option<Approvals>,
}

/// Since when a quorum has said Down without a gap, and until when it must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sustained {
    pub since: Timestamp,
    pub until: Timestamp,
}

/// How far a question has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    pub by: Vec<Person>,
    pub needed: u32,
    pub expires_at: Timestamp,
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
        writer: DbInstanceArn,
    },
    /// The Region that it would go to looks down as well.
    StandbyDown {
        voters: Vec<VoterName>,
    },
    /// Our own sight has failed.
    CanaryDown {
        voters: Vec<VoterName>,
    },
    Flapping {
        flaps: u32,
        until: Timestamp,
    },
    /// The storm breaker has not let it through.
    NotItsTurn,
    Paused(Paused),
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
    Observer,
    Flap,
    Storm,
    Pause,
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
            Self::StandbyDown { .. } | Self::CanaryDown { .. } => Rule::Observer,
            Self::Flapping { .. } => Rule::Flap,
            Self::NotItsTurn => Rule::Storm,
            Self::Paused(_) => Rule::Pause,
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
    blockers.extend(alive(&tally));
    candidate(policy, suspicion, now, &mut blockers);
    if let Some(cooldown) = state.cooldown.as_ref().filter(|cooldown| cooldown.holds(now)) {
        blockers.push(Blocker::CoolingDown(cooldown.clone()));
    }
    if let Some(writer) = state.writer.as_ref().filter(|writer| **writer != policy.database.writer) {
        blockers.push(Blocker::RolesSwapped { writer: writer.clone() });
    }
    observer(&tally, &mut blockers);
    blockers.extend(flapping(state, policy, now));
    if let Some(paused) = &state.paused {
        blockers.push(Blocker::Paused(paused.clone()));
    }
    // Nobody is asked for a turn while anything else stands in the way.
    if policy.mode == Mode::Auto && !suspicion.is_admitted(now) && (blockers.is_empty() || suspicion.waits()) {
        blockers.push(Blocker::NotItsTurn);
    }
    let sustained = tally.has_quorum().then(|| sustained(policy, suspicion, now));
    let turn = (policy.mode == Mode::Auto).then_some(suspicion.turn);
    let approvals = approvals(state, policy);
    Assessment { tally, blockers, sustained, candidate: suspicion.candidate.clone(), turn, approvals }
}

fn sustained(policy: &Policy, suspicion: &Suspicion, now: Timestamp) -> Sustained {
    let since = suspicion.down_since.unwrap_or(now);
    Sustained { since, until: policy.windows.sustain_seconds.after(since) }
}

fn approvals(state: &State, policy: &Policy) -> Option<Approvals> {
    let Phase::AwaitingApproval(phase) = &state.phase else { return None };
    let needed = policy.approval.as_ref().map_or(u32::MAX, |rule| rule.needed);
    Some(Approvals { by: phase.approvals.keys().cloned().collect(), needed, expires_at: phase.expires_at })
}

fn observer(tally: &Tally, blockers: &mut Vec<Blocker>) {
    let down = |subject: Subject| -> Vec<VoterName> {
        tally.said(subject, Verdict::Down).map(|heard: &Heard| heard.voter.clone()).collect()
    };
    let (standby, canary) = (down(Subject::Standby), down(Subject::Canary));
    if !standby.is_empty() {
        blockers.push(Blocker::StandbyDown { voters: standby });
    }
    if !canary.is_empty() {
        blockers.push(Blocker::CanaryDown { voters: canary });
    }
}

/// The newest of the flaps that are too many: when it is forgotten, they are too many no more.
#[must_use]
pub fn flapping(state: &State, policy: &Policy, now: Timestamp) -> Option<Blocker> {
    let oldest = policy.windows.flap_seconds.before(now);
    let remembered: Vec<Timestamp> = state.flaps.iter().copied().filter(|at| *at > oldest).collect();
    let flaps_max = usize::try_from(policy.quorum.flaps_max).unwrap_or(usize::MAX);
    let at = remembered.get(remembered.len().checked_sub(flaps_max)?)?;
    let flaps = u32::try_from(remembered.len()).unwrap_or(u32::MAX);
    Some(Blocker::Flapping { flaps, until: policy.windows.flap_seconds.after(*at) })
}

fn quorum(policy: &Policy, suspicion: &Suspicion, tally: &Tally, now: Timestamp, blockers: &mut Vec<Blocker>) {
    if !tally.has_quorum() {
        blockers.push(no_quorum(tally));
        return;
    }
    let Sustained { until, .. } = sustained(policy, suspicion, now);
    if now < until {
        blockers.push(Blocker::NotSustained { until });
    }
}

fn no_quorum(tally: &Tally) -> Blocker {
    Blocker::NoQuorum { down: tally.downs(), needed: tally.needed, configured: tally.electorate() }
}

fn alive(tally: &Tally) -> Option<Blocker> {
    let voters: Vec<VoterName> = tally.alive().map(|heard| heard.voter.clone()).collect();
    (!voters.is_empty()).then_some(Blocker::Alive { voters })
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
    let seen = suspicion.candidate.as_ref().filter(|seen| seen.at >= oldest && seen.is_of(&policy.database.replica));
    match seen {
        None => blockers.push(Blocker::CandidateNotSeen),
        Some(seen) => {
            let reasons = seen.sight.ineligible(&policy.database);
            if !reasons.is_empty() {
                blockers.push(Blocker::CandidateIneligible { reasons });
            }
        }
    }
}

impl Assessment {
    /// What has turned since a decision was made: the quorum is lost, somebody can reach the writer again, or
    /// the observers are in doubt.
    #[must_use]
    pub(crate) fn of_turned(tally: Tally) -> Self {
        let mut blockers = Vec::new();
        if !tally.has_quorum() {
            blockers.push(no_quorum(&tally));
        }
        blockers.extend(alive(&tally));
        observer(&tally, &mut blockers);
        Self { tally, blockers, sustained: None, candidate: None, turn: None, approvals: None }
    }

    /// What the voters' word alone lacks for a decision.
    #[must_use]
    pub fn of_evidence(policy: &Policy, tally: Tally) -> Self {
        let mut blockers = Vec::new();
        if !tally.has_quorum() {
            blockers.push(no_quorum(&tally));
        }
        diversity(policy, &tally, &mut blockers);
        Self { tally, blockers, sustained: None, candidate: None, turn: None, approvals: None }
    }

    #[must_use]
    pub fn rules(&self) -> BTreeSet<Rule> {
        self.blockers.iter().map(Blocker::rule).collect()
    }

    /// Whether nothing but these rules stands in the way.
    #[must_use]
    pub fn only_blocked_by(&self, rules: &[Rule]) -> bool {
        self.blockers.iter().all(|blocker| rules.contains(&blocker.rule()))
    }
}

/// A look at the candidate, and when it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateSeen {
    pub at: Timestamp,
    /// Which instance was looked at: the policy may name another one by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<DbInstanceArn>,
    pub sight: Sight,
}

impl CandidateSeen {
    #[must_use]
    pub fn is_of(&self, replica: &DbInstanceArn) -> bool {
        self.instance.as_ref() == Some(replica)
    }
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
                write!(f, "roles: the writer is {writer} since the last failover, and the policy says otherwise")
            }
            Self::StandbyDown { voters } => {
                f.write_str("observer: the standby looks down as well, to ")?;
                listed(f, voters)
            }
            Self::CanaryDown { voters } => {
                f.write_str("observer: our own canary looks down, to ")?;
                listed(f, voters)
            }
            Self::Flapping { flaps, until } => {
                write!(f, "flapping: the quorum was lost {flaps} times, too often until {until:.0}")
            }
            Self::NotItsTurn => f.write_str("storm breaker: it has not let this application through"),
            Self::Paused(paused) => write!(f, "pause: {} paused it at {:.0}", paused.by, paused.since),
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
