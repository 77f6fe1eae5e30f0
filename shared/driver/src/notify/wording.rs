//! What a message says, to people and to programs.

use crate::approval::code_of_question;
use serde_json::json;
use std::collections::BTreeMap;
use understudy_engine::{Entry, Needs, PhaseName, Policy, Urgency, What};

/// What SNS allows in a subject.
const SUBJECT_CHARACTERS_MAX: usize = 99;

pub(super) fn subject(policy: &Policy, entry: &Entry) -> String {
    let what = if let What::Moved { to, .. } = &entry.what { to.to_string() } else { entry.what.to_string() };
    let mark = match entry.what.urgency() {
        Urgency::Page => "PAGE",
        Urgency::Notice => "notice",
    };
    let subject = format!("[{mark}] {}: {what}", policy.application);
    subject.chars().filter(char::is_ascii).take(SUBJECT_CHARACTERS_MAX).collect()
}

pub(super) fn text(policy: &Policy, entry: &Entry) -> String {
    let mut lines = vec![format!("{}: {}", policy.application, entry.what), format!("Why: {}", entry.why())];
    if let Some(assessment) = &entry.assessment {
        let tally = &assessment.tally;
        lines.push(String::new());
        lines.push(format!("Votes ({} of {} Down, {} needed):", tally.downs(), tally.heard.len(), tally.needed));
        let heard = tally.heard.iter();
        lines.extend(heard.map(|one| format!("  {} ({}, {}): {}", one.voter, one.class, one.region, one.counts)));
        lines.extend(assessment.blockers.iter().map(|blocker| format!("In the way: {blocker}")));
    }
    if let Some(Needs::Answer(question)) = entry.what.needs() {
        lines.push(String::new());
        lines.push(format!("Asked: {}?", question.action));
        lines.push(format!("Code of this question: {}", code_of_question(&policy.application, question)));
    }
    let database = &policy.database;
    let (id, seq) = (&entry.id.incident, entry.id.seq.0);
    lines.push(String::new());
    lines.push(format!("Mode {}; writer {}; replica {}", policy.mode, database.writer, database.replica));
    lines.push(format!(
        "Incident {id}, entry {seq}, epoch {}, revision {}, at {}",
        entry.epoch, entry.revision, entry.at
    ));
    if entry.withheld > 0 {
        lines.push(format!("{} lesser entries before this one were only counted.", entry.withheld));
    }
    lines.push(String::new());
    lines.join("\n")
}

pub(super) fn json(policy: &Policy, entry: &Entry) -> String {
    json!({
        "schema": 1,
        "application": policy.application,
        "mode": policy.mode,
        "urgency": entry.what.urgency(),
        "summary": entry.what.to_string(),
        "why": entry.why(),
        "entry": entry,
    })
    .to_string()
}

pub(super) fn attributes(policy: &Policy, entry: &Entry) -> BTreeMap<&'static str, String> {
    let urgency = match entry.what.urgency() {
        Urgency::Page => "page",
        Urgency::Notice => "notice",
    };
    let mut attributes = BTreeMap::from([
        ("application", policy.application.to_string()),
        ("incident", entry.id.incident.to_string()),
        ("seq", entry.id.seq.0.to_string()),
        ("urgency", urgency.to_owned()),
    ]);
    if let Some(phase) = phase(entry) {
        attributes.insert("phase", phase.to_string());
    }
    attributes
}

fn phase(entry: &Entry) -> Option<PhaseName> {
    if let What::Moved { to, .. } = &entry.what { Some(*to) } else { None }
}
