//! What a message says, to people and to programs.

use super::forms::subject_line;
use super::{chat, story};
use crate::approval::code_of_question;
use crate::cloud::Announcement;
use crate::desk::{Ask, Offer, export_line, offers};
use crate::ledger::Record;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use understudy_engine::{Entry, Needs, PhaseName, Policy, Urgency, What};

/// All forms of a message are published as one of at most 262,144 bytes, five of them the JSON. Quoted inside each other
/// they double at worst.
const TEXT_BYTES_MAX: usize = 16_000;
const JSON_BYTES_MAX: usize = 18_000;

/// An entry, and the record as it stands when people are told of it.
pub(super) struct Told<'a> {
    pub(super) record: &'a Record,
    pub(super) entry: &'a Entry,
    /// What can be ordered now, which may be later than the entry.
    pub(super) offers: Vec<Offer>,
}

pub(super) fn announcement(record: &Record, entry: &Entry, now: Timestamp) -> Announcement {
    let told = Told { record, entry, offers: offers(record, now) };
    Announcement {
        topic: told.policy().notification.topic.clone(),
        subject: told.subject(),
        text: cut(&told.text(), TEXT_BYTES_MAX),
        short: told.short(),
        json: told.json(),
        chat: chat::notification(&told),
        attributes: told.attributes(),
    }
}

impl Told<'_> {
    pub(super) fn policy(&self) -> &Policy {
        &self.record.policy
    }

    pub(super) fn subject(&self) -> String {
        let what = match moved_to(self.entry) {
            Some(to) if story::is_repeated(self.record, self.entry) => format!("still {to}"),
            Some(to) => to.to_string(),
            None => self.entry.what.to_string(),
        };
        subject_line(self.urgency(), &format!("{}: {what}", self.policy().application))
    }

    fn short(&self) -> String {
        let next = self.offers.first().map_or_else(|| self.status_line(), |offer| self.line(offer));
        format!("{}. {next}", self.subject())
    }

    pub(super) fn happened(&self) -> String {
        let mut sentence = story::happened(self.record, self.entry);
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        format!("{sentence}.")
    }

    pub(super) fn did(&self) -> &'static str {
        story::did(self.entry)
    }

    pub(super) fn line(&self, offer: &Offer) -> String {
        offer.ask.command_line(&self.policy().application)
    }

    pub(super) fn status_line(&self) -> String {
        Ask::Status {}.command_line(&self.policy().application)
    }

    fn text(&self) -> String {
        let (policy, entry) = (self.policy(), self.entry);
        let mut lines = vec![format!("{}: {}", policy.application, entry.what), String::new()];
        lines.push(format!("What happened: {}", self.happened()));
        lines.push(format!("What Understudy did: {}", self.did()));
        lines.push(format!("Why: {}", entry.why()));
        self.say_what_can_be_done(&mut lines);
        if let Some(Needs::Answer(question)) = entry.what.needs() {
            lines.push(String::new());
            lines.push(format!("Asked: {}?", question.action));
            lines.push(format!("Code of this question: {}", code_of_question(&policy.application, question)));
        }
        if let Some(assessment) = &entry.assessment {
            let tally = &assessment.tally;
            lines.push(String::new());
            lines.push(format!("Votes ({} of {} Down, {} needed):", tally.downs(), tally.heard.len(), tally.needed));
            let heard = tally.heard.iter();
            lines.extend(heard.map(|one| format!("  {} ({}, {}): {}", one.voter, one.class, one.region, one.counts)));
            lines.extend(assessment.blockers.iter().map(|blocker| format!("In the way: {blocker}")));
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

    fn say_what_can_be_done(&self, lines: &mut Vec<String>) {
        let present = self.record.state.phase.name();
        lines.push(String::new());
        lines.push(match self.phase() {
            Some(phase) if phase != present => format!("What you can do now (it has come to {present} since):"),
            Some(_) | None => "What you can do now:".to_owned(),
        });
        for offer in &self.offers {
            lines.push(format!("  {}:", does(offer)));
            lines.push(format!("    {}", self.line(offer)));
        }
        lines.push("  see where it stands, and every vote:".to_owned());
        lines.push(format!("    {}", self.status_line()));
        lines.push(format!("    {}", Ask::Explain {}.command_line(&self.policy().application)));
        if self.is_told_in_a_report() {
            lines.push("  write the incident's report:".to_owned());
            lines.push(format!("    {}", export_line(&self.policy().application, &self.entry.id.incident)));
        }
    }

    /// Whether there is something to look back on.
    fn is_told_in_a_report(&self) -> bool {
        match self.phase() {
            Some(PhaseName::FailedOver | PhaseName::Stuck) => true,
            Some(PhaseName::Watching) => self.entry.epoch.0 > 0,
            Some(
                PhaseName::Suspected
                | PhaseName::AwaitingApproval
                | PhaseName::AwaitingVeto
                | PhaseName::Held
                | PhaseName::Fencing
                | PhaseName::Draining
                | PhaseName::Promoting
                | PhaseName::Verifying
                | PhaseName::Shifting
                | PhaseName::Rebuilding
                | PhaseName::Rebuilt
                | PhaseName::Aborting,
            )
            | None => false,
        }
    }

    fn json(&self) -> String {
        let whole = self.as_json(json!(self.entry), &[]).to_string();
        if whole.len() <= JSON_BYTES_MAX {
            return whole;
        }
        // What is left out stands in the incident's record.
        let entry = Entry { assessment: None, ..self.entry.clone() };
        self.as_json(json!(entry), &["entry.assessment"]).to_string()
    }

    fn as_json(&self, entry: Value, left_out: &[&str]) -> Value {
        let application = &self.policy().application;
        let can =
            |offer: &Offer| json!({"does": offer.does, "command": self.line(offer), "by_approver": offer.by_approver});
        json!({
            "schema": 1,
            "application": application,
            "mode": self.policy().mode,
            "urgency": self.entry.what.urgency(),
            "summary": self.entry.what.to_string(),
            "happened": self.happened(),
            "did": self.did(),
            "why": self.entry.why(),
            "repeated": story::is_repeated(self.record, self.entry),
            "deduplication": self.deduplication(),
            "phase_now": self.record.state.phase.name(),
            "can": self.offers.iter().map(can).collect::<Vec<_>>(),
            "left_out": left_out,
            "entry": entry,
        })
    }

    pub(super) fn attributes(&self) -> BTreeMap<&'static str, String> {
        let entry = self.entry;
        let mut attributes = BTreeMap::from([
            ("application", self.policy().application.to_string()),
            ("incident", entry.id.incident.to_string()),
            ("seq", entry.id.seq.0.to_string()),
            ("urgency", self.urgency().as_str().to_owned()),
            ("deduplication", self.deduplication()),
            ("repeated", story::is_repeated(self.record, entry).to_string()),
        ]);
        if let Some(phase) = moved_to(entry) {
            attributes.insert("phase", phase.to_string());
        }
        attributes
    }

    pub(super) fn urgency(&self) -> Urgency {
        self.entry.what.urgency()
    }

    /// Two applications that fail in one second may number their incidents alike.
    pub(super) fn thread(&self) -> String {
        format!("{}/{}", self.policy().application, self.entry.id.incident)
    }

    /// The same for a message that is sent twice, and for no other.
    pub(super) fn entry_key(&self) -> String {
        format!("{}/{}", self.thread(), self.entry.id.seq.0)
    }

    /// The same for all messages that tell of one thing: a reminder is no second page.
    fn deduplication(&self) -> String {
        format!("{}/{}", self.thread(), self.topic_of())
    }

    /// What a message is about: a phase, or a kind of entry, with the reason where a phase has several.
    pub(super) fn topic_of(&self) -> String {
        if let What::Moved { to: phase, needs, .. } | What::Reminded { phase, needs } = &self.entry.what {
            let reason = match needs {
                Some(Needs::Held(reason)) => name_of(reason),
                Some(Needs::Stuck(reason)) => name_of(reason),
                Some(Needs::Answer(_)) | None => None,
            };
            return reason.map_or_else(|| phase.to_string(), |reason| format!("{phase}.{reason}"));
        }
        match json!(self.entry.what) {
            Value::String(name) => name,
            Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => String::new(),
        }
    }

    /// The phase that the entry speaks of.
    fn phase(&self) -> Option<PhaseName> {
        let reminded = if let What::Reminded { phase, .. } = &self.entry.what { Some(*phase) } else { None };
        moved_to(self.entry).or(reminded)
    }
}

/// What an offer does, and who may have it.
pub(super) fn does(offer: &Offer) -> String {
    let who = if offer.by_approver { " (an approver)" } else { "" };
    format!("{}{who}", offer.does)
}

fn moved_to(entry: &Entry) -> Option<PhaseName> {
    if let What::Moved { to, .. } = &entry.what { Some(*to) } else { None }
}

/// A reason's name, as the record has it.
fn name_of(reason: &impl serde::Serialize) -> Option<String> {
    json!(reason).as_str().map(ToOwned::to_owned)
}

/// At most so many bytes, without control characters other than line breaks.
pub(super) fn cut(text: &str, bytes_max: usize) -> String {
    const MARK: &str = " [cut: the rest is in the incident's record]";
    let mut kept: String = text.chars().filter(|one| *one == '\n' || !one.is_control()).collect();
    if kept.len() > bytes_max {
        kept.truncate(kept.floor_char_boundary(bytes_max.saturating_sub(MARK.len())));
        kept.push_str(MARK);
    }
    kept
}
