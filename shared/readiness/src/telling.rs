//! What people and programs are told of a change. Bounded, so that SNS takes it: whole findings are in the table.

use crate::change::Change;
use crate::check::{CHECKS_SCHEMA, Finding, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use understudy_driver::{Announcement, escaped, subject_line};
use understudy_engine::Policy;

/// Findings that are told in words; of more, the number.
const FINDINGS_MAX: usize = 8;

/// Of one thing that was seen, or of one mend.
const WORDS_BYTES_MAX: usize = 400;

impl Change<'_> {
    /// One message in every form, for the topic of the application.
    #[must_use]
    pub fn announcement(&self, policy: &Policy) -> Announcement {
        let subject = self.subject();
        Announcement {
            topic: policy.notification.topic.clone(),
            text: self.text(policy),
            short: format!("{subject}. {}", last_line(policy)),
            json: self.json(policy).to_string(),
            chat: self.chat(policy, &subject).to_string(),
            attributes: BTreeMap::from([
                ("application", policy.application.to_string()),
                ("about", "readiness".to_owned()),
                ("urgency", self.urgency().as_str().to_owned()),
                ("deduplication", self.deduplication()),
            ]),
            subject,
        }
    }

    fn subject(&self) -> String {
        subject_line(self.urgency(), &format!("{}: {}", self.now.application, self.now.answer.sentence()))
    }

    fn thread(&self) -> String {
        format!("{}/readiness", self.now.application)
    }

    /// Another one for each thing that somebody is woken for: an open page must not swallow the next.
    fn deduplication(&self) -> String {
        let pages: Vec<&str> = self.pages.iter().map(String::as_str).take(FINDINGS_MAX).collect();
        if pages.is_empty() { self.thread() } else { format!("{}/{}", self.thread(), pages.join(",")) }
    }

    fn counted(&self) -> String {
        let [blocks, unseen, warns, ok] =
            [Verdict::Blocks, Verdict::CannotTell, Verdict::Warns, Verdict::Ok].map(|verdict| self.now.count(verdict));
        format!("{blocks} checks block, {unseen} could not be told, {warns} warn, {ok} are ok")
    }

    fn compared(&self) -> String {
        let since = self.before.map_or_else(|| "no check before".to_owned(), |before| before.at.to_string());
        format!(
            "{} are told as worse and {} as better than at the last check ({since})",
            self.worse.len(),
            self.better.len()
        )
    }

    fn text(&self, policy: &Policy) -> String {
        let mut lines = vec![
            format!("{}: {}", self.now.application, self.now.answer.sentence()),
            String::new(),
            format!("What happened: at {} {}; {}.", self.now.at, self.counted(), self.compared()),
            "What Understudy did: nothing. It looked, and changed nothing.".to_owned(),
        ];
        for (title, findings) in [("Worse", &self.worse), ("Better", &self.better)] {
            if findings.is_empty() {
                continue;
            }
            lines.extend([String::new(), format!("{title}:")]);
            for finding in findings.iter().take(FINDINGS_MAX) {
                let Finding { name, verdict, seen, why, mend } = finding;
                let mark = if self.pages.contains(name.as_ref()) { ", in two looks running" } else { "" };
                lines.push(format!("  {name} {verdict}{mark}: {}", words(seen)));
                if *verdict != Verdict::Ok {
                    lines.push(format!("    why: {why}"));
                    lines.extend(mend.iter().map(|mend| format!("    mend: {}", words(mend))));
                }
            }
            if findings.len() > FINDINGS_MAX {
                lines.push(format!("  and {} more", findings.len() - FINDINGS_MAX));
            }
        }
        lines.extend([
            String::new(),
            "What you can do now:".to_owned(),
            "  see what was found, with its mends:".to_owned(),
            format!("    {}", last_line(policy)),
            "  look again, after a mend:".to_owned(),
            format!("    understudy readiness check {}.toml", policy.application),
            String::new(),
        ]);
        lines.join("\n")
    }

    fn json(&self, policy: &Policy) -> Value {
        let told = |findings: &[&Finding]| -> Vec<Value> {
            let told = findings.iter().take(FINDINGS_MAX).map(|finding| {
                let Finding { name, verdict, seen, mend, .. } = finding;
                json!({"name": name, "verdict": verdict, "seen": words(seen), "mend": mend.as_deref().map(words)})
            });
            told.collect()
        };
        let left_out = [&self.worse, &self.better].map(|findings| findings.len().saturating_sub(FINDINGS_MAX));
        json!({
            "schema": CHECKS_SCHEMA,
            "about": "readiness",
            "application": policy.application,
            "at": self.now.at,
            "urgency": self.urgency().as_str(),
            "answer": self.now.answer,
            "answer_before": self.before.map(|before| before.answer),
            "summary": self.now.answer.sentence(),
            "worse": told(&self.worse),
            "better": told(&self.better),
            "left_out": left_out.iter().sum::<usize>(),
            "deduplication": self.deduplication(),
        })
    }

    /// A custom notification of Amazon Q Developer in chat applications, in one thread for each application.
    /// <https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html>
    fn chat(&self, policy: &Policy, subject: &str) -> Value {
        let worst = self.worse.first().or(self.better.first());
        let worst =
            worst.map(|one| format!("\n{} {}: {}", one.name, one.verdict, words(&one.seen))).unwrap_or_default();
        json!({
            "version": "1.0",
            "source": "custom",
            "id": format!("{}/{}", self.thread(), self.now.at),
            "content": {
                "textType": "client-markdown",
                "title": escaped(subject),
                "description": escaped(&format!("{}; {}.{worst}", self.counted(), self.compared())),
                "nextSteps": [format!("see what was found: `{}`", last_line(policy))],
                "keywords": [policy.application.as_str(), self.urgency().as_str(), "readiness"],
            },
            "metadata": {
                "threadId": self.thread(),
                "summary": escaped(subject),
                "eventType": "understudy.readiness",
                "relatedResources": [policy.database.writer.as_str(), policy.database.replica.as_str()],
            },
        })
    }
}

fn last_line(policy: &Policy) -> String {
    format!("understudy readiness last {}.toml", policy.application)
}

/// Without control characters, and cut where it is long.
fn words(text: &str) -> String {
    let mut kept: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    if kept.len() > WORDS_BYTES_MAX {
        kept.truncate(kept.floor_char_boundary(WORDS_BYTES_MAX));
        kept.push_str(" [cut]");
    }
    kept
}
