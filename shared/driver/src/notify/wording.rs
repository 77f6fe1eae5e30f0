//! What a message says, to people and to programs.

use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use understudy_engine::{Entry, PhaseName, Policy, Urgency, What};

/// What SNS allows in a subject.
const SUBJECT_CHARACTERS_MAX: usize = 99;

pub(super) fn subject(policy: &Policy, entry: &Entry) -> String {
    let what = match &entry.what {
        What::Moved { to, .. } => to.to_string(),
        What::Refused
        | What::Answered { .. }
        | What::Unheard { .. }
        | What::CalledAgain { .. }
        | What::Approved { .. } => entry.what.to_string(),
    };
    let mark = match entry.what.urgency() {
        Urgency::Page => "PAGE",
        Urgency::Notice => "notice",
    };
    let subject = format!("[{mark}] {}: {what}", policy.application);
    subject.chars().filter(char::is_ascii).take(SUBJECT_CHARACTERS_MAX).collect()
}

pub(super) fn text(policy: &Policy, entry: &Entry) -> String {
    let mut text = String::new();
    let mut line = |parts: std::fmt::Arguments<'_>| {
        // Writing to a String cannot fail.
        let _ = text.write_fmt(parts);
        text.push('\n');
    };
    line(format_args!("{}: {}", policy.application, entry.what));
    line(format_args!("Why: {}", entry.why()));
    if let Some(assessment) = &entry.assessment {
        line(format_args!(""));
        line(format_args!(
            "Votes ({} of {} Down, {} needed):",
            assessment.tally.downs(),
            assessment.tally.heard.len(),
            assessment.tally.needed
        ));
        for heard in &assessment.tally.heard {
            line(format_args!("  {} ({}, {}): {}", heard.voter, heard.class, heard.region, heard.counts));
        }
        for blocker in &assessment.blockers {
            line(format_args!("In the way: {blocker}"));
        }
    }
    line(format_args!(""));
    line(format_args!("Mode {}; writer {}; replica {}", policy.mode, policy.database.writer, policy.database.replica));
    line(format_args!(
        "Incident {}, entry {}, epoch {}, revision {}, at {}",
        entry.id.incident, entry.id.seq.0, entry.epoch, entry.revision, entry.at
    ));
    if entry.withheld > 0 {
        line(format_args!("{} lesser entries before this one were only counted.", entry.withheld));
    }
    text
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
    match &entry.what {
        What::Moved { to, .. } => Some(*to),
        What::Refused
        | What::Answered { .. }
        | What::Unheard { .. }
        | What::CalledAgain { .. }
        | What::Approved { .. } => None,
    }
}
