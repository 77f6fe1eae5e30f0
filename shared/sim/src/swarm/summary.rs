//! Counting: what was checked and what was reached, in one seed and in all of them together.

use super::checkers::Invariant;
use super::fault::{Fault, Recovery, counted};
use std::collections::BTreeMap;
use understudy_engine::{
    Blocker, Breaker, CameTo, EDGES, Ground, Ignored, Phase, PhaseName, Standing, StepVerdict, What, Why,
};

counted! {
    /// A kind of refusal.
    pub(super) Refusal {
        NoQuorum => "no quorum",
        Alive => "alive veto",
        OneEvidenceClass => "one evidence class",
        NobodyOutside => "nobody outside",
        NotSustained => "not sustained",
        CandidateNotSeen => "candidate not seen",
        CandidateIneligible => "candidate ineligible",
        CoolingDown => "cooling down",
        RolesSwapped => "roles swapped",
        StandbyDown => "standby down",
        CanaryDown => "canary down",
        Flapping => "flapping",
        NotItsTurn => "not its turn",
        Paused => "paused",
    }
}

counted! {
    /// Why an order or a late answer was not acted on.
    pub(super) Idle {
        AllQuiet => "all quiet",
        NotDue => "not due",
        AnotherRunCalls => "another run calls",
        Stale => "stale",
        Duplicate => "duplicate",
        NotAsked => "not asked",
        NotAnApprover => "not an approver",
        Expired => "expired",
        TooLate => "too late",
        SplitRisk => "split risk",
        CannotFence => "cannot fence",
        UnusableName => "unusable name",
        PolicyDiffers => "policy differs",
    }
}

/// How often each thing was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counters {
    pub faults: Vec<u64>,
    pub recoveries: Vec<u64>,
    pub phases: Vec<u64>,
    pub refusals: Vec<u64>,
    pub ignored: Vec<u64>,
    pub edges: Vec<u64>,
    pub commits: u64,
    pub facts: u64,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            faults: vec![0; Fault::ALL.len()],
            recoveries: vec![0; Recovery::ALL.len()],
            phases: vec![0; PhaseName::ALL.len()],
            refusals: vec![0; Refusal::ALL.len()],
            ignored: vec![0; Idle::ALL.len()],
            edges: vec![0; EDGES.len()],
            commits: 0,
            facts: 0,
        }
    }
}

impl Counters {
    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults[fault as usize] += 1;
    }

    pub(super) fn recovery(&mut self, recovery: Recovery) {
        self.recoveries[recovery as usize] += 1;
    }

    pub(super) fn phase(&mut self, phase: PhaseName) {
        self.phases[phase as usize] += 1;
    }

    /// A move, if the table of edges has it; whether it has is a checker's question.
    pub(super) fn edge(&mut self, from: PhaseName, to: PhaseName, why: Why) {
        if let Some(index) = EDGES.iter().position(|edge| edge.from == from && edge.to == to && edge.why == why) {
            self.edges[index] += 1;
        }
    }

    pub(super) fn verdict(&mut self, verdict: &StepVerdict) {
        match verdict {
            StepVerdict::Refused(blockers) => {
                for blocker in blockers {
                    self.refusals[refusal(blocker) as usize] += 1;
                }
            }
            StepVerdict::Ignored(why) => self.ignored[idle(*why) as usize] += 1,
            StepVerdict::Advanced(_) | StepVerdict::Noted | StepVerdict::Anomaly(_) => {}
        }
    }

    pub(super) fn idle(&mut self, idle: Idle) {
        self.ignored[idle as usize] += 1;
    }

    pub fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.faults, &other.faults),
            (&mut self.recoveries, &other.recoveries),
            (&mut self.phases, &other.phases),
            (&mut self.refusals, &other.refusals),
            (&mut self.ignored, &other.ignored),
            (&mut self.edges, &other.edges),
        ];
        for (mine, theirs) in pairs {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine += theirs;
            }
        }
        self.commits += other.commits;
        self.facts += other.facts;
    }

    /// Every counter, in groups, each with its name.
    #[must_use]
    pub fn groups(&self) -> Vec<(&'static str, Vec<(String, u64)>)> {
        let named = |names: Vec<String>, counts: &[u64]| names.into_iter().zip(counts.iter().copied()).collect();
        let faults = Fault::ALL.iter().map(|one| one.name().to_owned()).collect();
        let recoveries = Recovery::ALL.iter().map(|one| one.name().to_owned()).collect();
        let phases = PhaseName::ALL.iter().map(ToString::to_string).collect();
        let refusals = Refusal::ALL.iter().map(|one| one.name().to_owned()).collect();
        let ignored = Idle::ALL.iter().map(|one| one.name().to_owned()).collect();
        let edges = EDGES.iter().map(|edge| format!("{} -> {}: {:?}", edge.from, edge.to, edge.why)).collect();
        vec![
            ("faults", named(faults, &self.faults)),
            ("recoveries", named(recoveries, &self.recoveries)),
            ("phases", named(phases, &self.phases)),
            ("refusals", named(refusals, &self.refusals)),
            ("ignored", named(ignored, &self.ignored)),
            ("edges", named(edges, &self.edges)),
        ]
    }

    /// The counters that are at zero.
    #[must_use]
    pub fn unreached(&self) -> Vec<String> {
        let groups = self.groups().into_iter();
        groups
            .flat_map(|(group, counts)| {
                counts.into_iter().filter(|(_, count)| *count == 0).map(move |(name, _)| format!("{group}: {name}"))
            })
            .collect()
    }
}

/// What is wrong in one seed, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub invariant: Invariant,
    pub seed: u64,
    pub story: String,
}

/// What one seed came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedReport {
    pub seed: u64,
    /// How often each invariant was checked.
    pub checks: Vec<u64>,
    pub counters: Counters,
    pub violations: Vec<Violation>,
}

/// What many seeds came to, in the order of the seeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub seeds: u64,
    pub checks: BTreeMap<Invariant, u64>,
    pub counters: Counters,
    pub violations: Vec<Violation>,
}

impl Summary {
    pub fn add(&mut self, report: SeedReport) {
        self.seeds += 1;
        for (invariant, count) in Invariant::ALL.iter().zip(&report.checks) {
            *self.checks.entry(*invariant).or_default() += count;
        }
        self.counters.add(&report.counters);
        self.violations.extend(report.violations);
    }

    /// Takes in what another thread has summed up.
    pub fn merge(&mut self, other: Self) {
        self.seeds += other.seeds;
        for (invariant, count) in other.checks {
            *self.checks.entry(invariant).or_default() += count;
        }
        self.counters.add(&other.counters);
        self.violations.extend(other.violations);
        self.violations.sort_by_key(|violation| (violation.seed, violation.invariant));
    }

    /// Everything at zero: counters, and invariants that nothing has checked.
    #[must_use]
    pub fn unreached(&self) -> Vec<String> {
        let unchecked = Invariant::ALL.iter().filter(|one| self.checks.get(one).is_none_or(|count| *count == 0));
        let unchecked = unchecked.map(|one| format!("checks: {}", one.name()));
        self.counters.unreached().into_iter().chain(unchecked).collect()
    }
}

fn refusal(blocker: &Blocker) -> Refusal {
    match blocker {
        Blocker::NoQuorum { .. } => Refusal::NoQuorum,
        Blocker::Alive { .. } => Refusal::Alive,
        Blocker::OneEvidenceClass => Refusal::OneEvidenceClass,
        Blocker::NobodyOutside => Refusal::NobodyOutside,
        Blocker::NotSustained { .. } => Refusal::NotSustained,
        Blocker::CandidateNotSeen => Refusal::CandidateNotSeen,
        Blocker::CandidateIneligible { .. } => Refusal::CandidateIneligible,
        Blocker::CoolingDown(_) => Refusal::CoolingDown,
        Blocker::RolesSwapped { .. } => Refusal::RolesSwapped,
        Blocker::StandbyDown { .. } => Refusal::StandbyDown,
        Blocker::CanaryDown { .. } => Refusal::CanaryDown,
        Blocker::Flapping { .. } => Refusal::Flapping,
        Blocker::NotItsTurn => Refusal::NotItsTurn,
        Blocker::Paused(_) => Refusal::Paused,
    }
}

fn idle(why: Ignored) -> Idle {
    match why {
        Ignored::AllQuiet => Idle::AllQuiet,
        Ignored::NotDue => Idle::NotDue,
        Ignored::AnotherRunCalls => Idle::AnotherRunCalls,
        Ignored::Stale => Idle::Stale,
        Ignored::Duplicate => Idle::Duplicate,
        Ignored::NotAsked => Idle::NotAsked,
        Ignored::NotAnApprover => Idle::NotAnApprover,
        Ignored::Expired => Idle::Expired,
        Ignored::TooLate => Idle::TooLate,
        Ignored::SplitRisk => Idle::SplitRisk,
        Ignored::CannotFence => Idle::CannotFence,
        Ignored::UnusableName => Idle::UnusableName,
        Ignored::PolicyDiffers => Idle::PolicyDiffers,
    }
}

impl Counters {
    /// A move that leads out of trouble.
    pub(super) fn way_out(&mut self, from: PhaseName, to: PhaseName, why: Why) {
        match (from, why) {
            (PhaseName::Aborting, Why::NothingHappened) => self.recovery(Recovery::AbortOutwaited),
            (PhaseName::Aborting, Why::CallHadArrived | Why::SourceGone) => self.recovery(Recovery::AbortOvertaken),
            (PhaseName::Stuck, Why::SourceGone) => self.recovery(Recovery::StuckLeft),
            (PhaseName::AwaitingApproval, Why::AskedAgain) => self.recovery(Recovery::AskedAgain),
            (PhaseName::Held, Why::OnlyTimeBlocks | Why::Admitted) if to == PhaseName::Suspected => {
                self.recovery(Recovery::HeldLeft);
            }
            (_from, _why) => {}
        }
    }

    /// An entry that tells of a way out.
    pub(super) fn told(&mut self, what: &What) {
        match what {
            What::Unheard { .. } => self.recovery(Recovery::ReadBackUnheard),
            What::CalledAgain { .. } => self.recovery(Recovery::CalledAgain),
            What::Reminded { .. } => self.recovery(Recovery::Reminded),
            What::LeftCutOff { .. } => self.recovery(Recovery::LeftSaid),
            What::Fenced => self.recovery(Recovery::FenceProven),
            What::Lever(news) => self.recovery(match news.came_to {
                CameTo::Moved => Recovery::LeverMoved,
                CameTo::Left { .. } => Recovery::LeverLeft,
                CameTo::GivenUp => Recovery::LeverGivenUp,
            }),
            What::Moved { .. }
            | What::Refused
            | What::Answered { .. }
            | What::Approved { .. }
            | What::Isolating { .. }
            | What::SplitRisk { .. }
            | What::Acknowledged
            | What::BrokeGlass(_)
            | What::CreateAnswered { .. }
            | What::Paused
            | What::Unpaused => {}
        }
    }

    /// Who was let through the storm breaker, and on what ground.
    pub(super) fn let_through(&mut self, old: &Breaker, new: &Breaker) {
        for admitted in new.admitted.iter().filter(|one| !old.admitted.contains(one)) {
            match admitted.ground {
                Ground::BelowLimit => {}
                Ground::RegionDown => self.recovery(Recovery::RegionVotersSpoke),
                Ground::Released => self.recovery(Recovery::ReleasedInOrder),
            }
        }
    }

    /// An old writer that has its groups back.
    pub(super) fn lifted(&mut self, old: &Phase, new: &Phase) {
        let standing = |phase: &Phase| phase.decision().map(|decision| decision.fence.standing.clone());
        if matches!((standing(old), standing(new)), (Some(Standing::Restoring { .. }), Some(Standing::Open))) {
            self.recovery(Recovery::FenceLifted);
        }
    }
}
