//! The decisions of an incident, each with what came of it. One incident may hold a failover and the switchover home.

use super::recovery::{self, Rpo, Rto};
use super::split::{self, SplitRisk};
use jiff::Timestamp;
use serde::Serialize;
use understudy_engine::{
    Action, Assessment, DbInstanceArn, Entry, Epoch, Needs, Person, PhaseName, Policy, Region, Seq, Sight, What, Who,
    Why,
};

/// One decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decided {
    pub seq: Seq,
    pub epoch: Epoch,
    pub kind: Kind,
    pub decided_at: Timestamp,
    pub why: &'static str,
    /// What was given up, and what took its place.
    pub from: Option<Side>,
    pub to: Option<Side>,
    pub named_by: Option<NamedBy>,
    /// When the replica was seen to name no source any more. None where nothing was promoted.
    pub promoted_at: Option<Timestamp>,
    /// When the promoted database was verified and the roles were swapped.
    pub verified_at: Option<Timestamp>,
    /// When clients had had the time to follow.
    pub followed_at: Option<Timestamp>,
    pub approved_by: Vec<Person>,
    pub rto: Rto,
    /// None where nothing was promoted.
    pub rpo: Option<Rpo>,
    pub split_risk: SplitRisk,
    /// The evidence, as it was weighed. None where a person decided.
    pub evidence: Option<Assessment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Failover,
    /// Somebody else had promoted, and a person went on from there.
    Adoption,
    Switchover,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    pub region: Region,
    /// None where no entry names it.
    pub instance: Option<DbInstanceArn>,
}

/// Where the names of both sides come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedBy {
    /// The look at the candidate.
    Evidence,
    /// The question that people were asked.
    Question,
    /// The failover before this switchover.
    Failover,
    /// The policy that was given, which may be a later one.
    Policy,
}

/// From its first entry up to the next decision.
pub(super) struct Course<'a> {
    /// Everything before the decision.
    pub(super) before: &'a [Entry],
    pub(super) own: &'a [Entry],
    pub(super) kind: Kind,
}

impl Course<'_> {
    /// When it first came to a phase.
    pub(super) fn came_to(&self, phase: PhaseName) -> Option<Timestamp> {
        self.own.iter().find(|entry| moved_to(entry) == Some(phase)).map(|entry| entry.at)
    }

    pub(super) fn decision(&self) -> Option<&Entry> {
        self.own.first()
    }
}

pub(super) fn moved_to(entry: &Entry) -> Option<PhaseName> {
    if let What::Moved { to, .. } = &entry.what { Some(*to) } else { None }
}

pub(super) fn of(entries: &[Entry], policy: &Policy) -> Vec<Decided> {
    let starts: Vec<(usize, Kind)> =
        entries.iter().enumerate().filter_map(|(index, entry)| Some((index, kind(entry)?))).collect();
    let mut decisions: Vec<Decided> = Vec::new();
    for (number, (start, kind)) in starts.iter().enumerate() {
        let end = starts.get(number + 1).map_or(entries.len(), |(next, _)| *next);
        let (Some(before), Some(own)) = (entries.get(..*start), entries.get(*start..end)) else { continue };
        let course = Course { before, own, kind: *kind };
        // One that was taken back has swapped nothing: a switchover goes out from the one before it.
        let stands = decisions.iter().rev().find(|decision| decision.verified_at.is_some());
        decisions.extend(decided(&course, stands, policy));
    }
    decisions
}

fn kind(entry: &Entry) -> Option<Kind> {
    let What::Moved { to, why, .. } = &entry.what else { return None };
    if *why == Why::Adopted {
        Some(Kind::Adoption)
    } else if *why == Why::SwitchoverOrdered {
        Some(Kind::Switchover)
    } else {
        (*to == PhaseName::Fencing).then_some(Kind::Failover)
    }
}

fn decided(course: &Course<'_>, last: Option<&Decided>, policy: &Policy) -> Option<Decided> {
    let first = course.decision()?;
    let What::Moved { why, .. } = &first.what else { return None };
    let named = named(course, last, policy);
    let (from, to, named_by) = named.map_or((None, None, None), |(from, to, by)| (Some(from), Some(to), Some(by)));
    Some(Decided {
        seq: first.id.seq,
        epoch: first.epoch,
        kind: course.kind,
        decided_at: first.at,
        why: why.sentence(),
        from,
        to,
        named_by,
        promoted_at: course.came_to(PhaseName::Verifying),
        verified_at: course.came_to(PhaseName::Shifting),
        followed_at: course.came_to(PhaseName::FailedOver),
        approved_by: approved_by(course),
        rto: recovery::rto(course),
        rpo: recovery::rpo(course),
        split_risk: split::of(course),
        evidence: first.assessment.clone(),
    })
}

/// Whoever ordered it, or has said yes since it was last asked: a yes to an earlier question counts for nothing.
fn approved_by(course: &Course<'_>) -> Vec<Person> {
    if let Some(Entry { who: Who::Person(person), .. }) = course.decision() {
        return vec![person.clone()];
    }
    let asked = course.before.iter().rposition(|entry| moved_to(entry) == Some(PhaseName::AwaitingApproval));
    let answers = asked.and_then(|asked| course.before.get(asked..)).unwrap_or_default();
    let still_asked = !answers.iter().skip(1).any(|entry| moved_to(entry).is_some());
    let approvals = answers.iter().filter(|entry| still_asked && matches!(entry.what, What::Approved { .. }));
    approvals
        .filter_map(|entry| if let Who::Person(person) = &entry.who { Some(person.clone()) } else { None })
        .collect()
}

fn side(instance: &DbInstanceArn) -> Side {
    Side { region: instance.region(), instance: Some(instance.clone()) }
}

fn named(course: &Course<'_>, last: Option<&Decided>, policy: &Policy) -> Option<(Side, Side, NamedBy)> {
    match course.kind {
        Kind::Switchover => {
            // The replica's own name was ordered, and orders are no entries: only its Region is known.
            let (from, to) = (last?.to.clone()?, last?.from.as_ref()?.region.clone());
            Some((from, Side { region: to, instance: None }, NamedBy::Failover))
        }
        Kind::Failover | Kind::Adoption => {
            let database = &policy.database;
            Some(
                seen(course)
                    .or_else(|| asked(course))
                    .unwrap_or_else(|| (side(&database.writer), side(&database.replica), NamedBy::Policy)),
            )
        }
    }
}

fn seen(course: &Course<'_>) -> Option<(Side, Side, NamedBy)> {
    let candidate = course.decision()?.assessment.as_ref()?.candidate.as_ref()?;
    let Sight::Seen(sighting) = &candidate.sight else { return None };
    Some((side(sighting.source.as_ref()?), side(candidate.instance.as_ref()?), NamedBy::Evidence))
}

fn asked(course: &Course<'_>) -> Option<(Side, Side, NamedBy)> {
    let question = course.before.iter().rev().find_map(|entry| match entry.what.needs()? {
        Needs::Answer(question) => Some(question),
        Needs::Held(_) | Needs::Stuck(_) => None,
    })?;
    let Action::Promote { writer, replica } = &question.action;
    Some((side(writer), side(replica), NamedBy::Question))
}
