//! Checkers: they read the trace, and know neither the world that made it nor how the engine decides.
//! Each recounts from raw votes and raw states; none calls the engine's own tally or assessment. A writer
//! is judged by its own clock, because its clock is all that it has.

mod breaker;
mod decision;
mod evidence;
mod fence;
mod levers;
mod liveness;
mod people;
mod promote;
mod record;
mod recount;
mod traffic;

use super::fault::{Recovery, counted};
use super::plan::Plan;
use super::summary::Violation;
use super::trace::{Commit, Fact, How, What};
use understudy_engine::{Call, Decision, Kind, Order, Phase, PhaseName, Promoting, What as Told, Why};

counted! {
    /// The invariants of the design, by their ids.
    pub Invariant {
        I1 => "I1 one accepted promote an epoch, its intent durable first",
        I2 => "I2 an intent has a fresh quorum of all configured voters",
        I3 => "I3 fresh by observation, at both ends",
        I4 => "I4 one voter, one vote",
        I5 => "I5 missing abstains",
        I6 => "I6 two classes, and somebody outside",
        I7 => "I7 whoever reaches it forbids",
        I8 => "I8 sustained without a gap",
        I9 => "I9 no second decision in the cooldown",
        I10 => "I10 the candidate is eligible",
        I11 => "I11 both down, or our canary: hold",
        I12 => "I12 storm breaker, and a batch in order",
        I13 => "I13 epoch and revision only rise",
        I14 => "I14 no state is skipped",
        I15 => "I15 ambiguity is read back",
        I16 => "I16 split risk is said, and fenced is proven",
        I17 => "I17 recovery opens no latch",
        I18 => "I18 traffic after writable",
        I19 => "I19 never both closed, never both open by our doing",
        I20 => "I20 a pause begins nothing",
        I21 => "I21 bad input changes nothing",
        I22 => "I22 the policy stored decides",
        I23 => "I23 every move has its entry",
        I24 => "I24 approvals are single-use, bound, unexpired",
        I25 => "I25 everything told, and telling never promotes",
        L1 => "L1 a lost Region ends failed over",
        L2 => "L2 no deadline outlives a run",
        L3 => "L3 whoever waits for people says so",
        L4 => "L4 polling alone converges",
        L5 => "L5 bounded work, and every application of a storm",
        L6 => "L6 a false alarm goes back by itself",
    }
}

/// What was checked in one trace, and what was found.
pub(super) struct Findings {
    seed: u64,
    pub(super) checks: Vec<u64>,
    pub(super) violations: Vec<Violation>,
    /// What was seen to happen to clients.
    pub(super) reached: Vec<Recovery>,
}

impl Findings {
    /// One check. The story of the first violation of each invariant is kept.
    fn check(&mut self, invariant: Invariant, holds: bool, story: impl FnOnce() -> String) {
        self.checks[invariant as usize] += 1;
        if !holds && self.violations.iter().all(|known| known.invariant != invariant) {
            self.violations.push(Violation { invariant, seed: self.seed, story: story() });
        }
    }
}

/// The facts of one application, in order.
pub(super) struct Trace<'a> {
    plan: &'a Plan,
    facts: Vec<&'a Fact>,
}

impl<'a> Trace<'a> {
    fn commits(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a Commit)> {
        self.facts.iter().enumerate().filter_map(|(index, fact)| {
            if let What::Commit(commit) = &fact.what { Some((index, *fact, &**commit)) } else { None }
        })
    }
}

pub(super) fn check(plan: &Plan, facts: &[Fact]) -> Findings {
    let mut findings = Findings {
        seed: plan.seed,
        checks: vec![0; Invariant::ALL.len()],
        violations: Vec::new(),
        reached: Vec::new(),
    };
    for application in 0..plan.applications.len() {
        let own = facts.iter().filter(|fact| fact.application == Some(application)).collect();
        let trace = Trace { plan, facts: own };
        for (_, _, commit) in trace.commits() {
            evidence::check_commit(commit, &mut findings);
            record::check_commit(commit, &mut findings);
            fence::check_commit(commit, &mut findings);
            decision::check_commit(commit, &mut findings);
        }
        evidence::check(&trace, &mut findings);
        decision::check(&trace, &mut findings);
        promote::check(&trace, &mut findings);
        fence::check(&trace, &mut findings);
        people::check(&trace, &mut findings);
        record::check(&trace, &mut findings);
        liveness::check(&trace, &mut findings);
        levers::check(application, &trace, &mut findings);
        traffic::check(application, &trace, &mut findings);
    }
    breaker::check(plan, facts, &mut findings);
    findings.violations.sort_by_key(|violation| violation.invariant);
    findings
}

impl Commit {
    /// The decision that this commit makes on evidence, if it makes one.
    fn decides(&self) -> Option<&Decision> {
        let Phase::Fencing(phase) = &self.new.phase else { return None };
        let decides = phase.decision.kind == Kind::Failover && self.old.phase.decision().is_none();
        decides.then_some(&phase.decision)
    }

    /// The intent to call that this commit makes durable, if it does.
    fn intends(&self) -> Option<&Promoting> {
        let intended = |phase: &Phase| {
            let Phase::Promoting(Promoting { call: Call::Intended { .. }, attempt, decision, .. }) = phase else {
                return None;
            };
            Some((decision.epoch, *attempt))
        };
        let new = intended(&self.new.phase)?;
        let Phase::Promoting(phase) = &self.new.phase else { return None };
        (intended(&self.old.phase) != Some(new)).then_some(phase)
    }

    /// Whether this commit goes back to weighing from the start. While the outbox is full the move has no entry,
    /// and shows in the window that begins with it.
    fn starts_again(&self) -> bool {
        let written = self.new.journal.outbox.iter().filter(|entry| entry.revision == self.new.revision);
        let told = written.map(|entry| &entry.what).any(|what| {
            matches!(what, Told::Moved { to: PhaseName::Suspected, why: Why::WeighedAgain | Why::OnlyTimeBlocks, .. })
        });
        let (Phase::Held(_), Phase::Suspected(next)) = (&self.old.phase, &self.new.phase) else { return told };
        told || next.suspicion.down_since == Some(self.clock)
    }

    /// Whether evidence is weighed in the phase that this commit leaves.
    fn weighs(&self) -> bool {
        let again = matches!(self.order, Some(Order::WeighAgain(_)));
        self.old.phase.suspicion().is_some() && (again || matches!(self.how, How::Tick | How::Looked))
    }
}
