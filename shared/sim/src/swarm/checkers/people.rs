//! I24 and I25: what people say is good for what they were asked, and what happens they are told.

use super::{Findings, Invariant, Trace};
use crate::swarm::trace::{Commit, How, What};
use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::{Action, Mode, Order, Person, Phase, Question};

pub(super) fn check(trace: &Trace<'_>, findings: &mut Findings) {
    let mut said: Vec<(Question, Person)> = Vec::new();
    let mut used: Vec<Question> = Vec::new();
    let mut published: BTreeSet<(&str, u32)> = BTreeSet::new();
    for fact in &trace.facts {
        if let What::Published { incident, seq, .. } = &fact.what {
            published.insert((incident.as_str(), seq.0));
        }
        if let What::Commit(commit) = &fact.what {
            check_approval(commit, &mut said, findings);
            check_approved(commit, &said, &mut used, findings);
            check_told(commit, &published, findings);
        }
    }
}

fn approvals(phase: &Phase) -> Option<(&Question, &BTreeMap<Person, jiff::Timestamp>)> {
    let Phase::AwaitingApproval(phase) = phase else { return None };
    Some((&phase.question, &phase.approvals))
}

/// Whether the question still stands.
fn is_in_time(commit: &Commit) -> bool {
    matches!(&commit.old.phase, Phase::AwaitingApproval(phase) if commit.clock < phase.expires_at)
}

/// An approval is written by the person's own word for the very question, before it expires.
fn check_approval(commit: &Commit, said: &mut Vec<(Question, Person)>, findings: &mut Findings) {
    let Some((question, after)) = approvals(&commit.new.phase) else { return };
    let before = approvals(&commit.old.phase).filter(|(asked, _)| *asked == question);
    let before: BTreeSet<&Person> = before.into_iter().flat_map(|(_, given)| given.keys()).collect();
    for person in after.keys().filter(|person| !before.contains(person)) {
        let meant = matches!(&commit.order, Some(Order::Approve(meant)) if meant == question);
        let asked = approvals(&commit.old.phase).is_some_and(|(asked, _)| asked == question);
        let named = commit.stored.approval.as_ref().is_some_and(|rule| rule.approvers.contains(person));
        let in_time = is_in_time(commit);
        let own = commit.how == How::Ordered && commit.by.as_ref() == Some(person);
        findings.check(Invariant::I24, own && meant && asked && named && in_time, || {
            format!("r{} takes a yes of {person} that was not given to this question", commit.new.revision)
        });
        said.push((question.clone(), person.clone()));
    }
}

/// A decision on approvals has enough of them, for this writer and epoch, never used before.
fn check_approved(commit: &Commit, said: &[(Question, Person)], used: &mut Vec<Question>, findings: &mut Findings) {
    let Some(decision) = commit.decides() else { return };
    let asked = commit.stored.mode == Mode::Approve;
    if !asked {
        return;
    }
    let number = commit.new.revision;
    let Some((question, _)) = approvals(&commit.old.phase) else {
        return findings.check(Invariant::I24, false, || format!("r{number} decides, and nobody was asked"));
    };
    let rule = commit.stored.approval.as_ref();
    let people: BTreeSet<&Person> = said.iter().filter(|(of, _)| of == question).map(|(_, person)| person).collect();
    let approvers = people.iter().filter(|person| rule.is_some_and(|rule| rule.approvers.contains(person)));
    let enough = rule.is_some_and(|rule| approvers.count() >= usize::try_from(rule.needed).unwrap_or(usize::MAX));
    let Action::Promote { writer, replica } = &question.action;
    let bound = question.epoch == decision.epoch
        && question.incident == decision.incident
        && (writer, replica) == (&decision.writer, &decision.replica);
    let once = !used.contains(question);
    let in_time = is_in_time(commit);
    findings.check(Invariant::I24, enough && bound && once && in_time, || {
        format!("r{number} decides: enough {enough}, bound {bound}, first use {once}, in time {in_time}")
    });
    used.push(question.clone());
}

/// What leaves the outbox was published.
fn check_told(commit: &Commit, published: &BTreeSet<(&str, u32)>, findings: &mut Findings) {
    if commit.how != How::Delivered {
        return;
    }
    let kept = &commit.new.journal.outbox;
    for entry in commit.old.journal.outbox.iter().filter(|entry| kept.iter().all(|one| one.id != entry.id)) {
        let told = published.contains(&(entry.id.incident.as_str(), entry.id.seq.0));
        findings.check(Invariant::I25, told, || {
            format!("entry {} of {} is marked as told, and nobody was", entry.id.seq.0, entry.id.incident)
        });
    }
}
