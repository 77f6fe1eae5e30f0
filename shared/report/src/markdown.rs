//! The report as Markdown. Whatever others have written is escaped: it makes neither markup nor cells.

use crate::report::{Decided, Report};
use crate::words::{self, Clock};
use understudy_engine::Verdict;

pub(crate) fn write(report: &Report) -> String {
    let clock = Clock::of(report);
    let mut page = Page::default();
    head(&mut page, report, &clock);
    for decision in &report.decisions {
        decided(&mut page, decision, &clock);
    }
    refused(&mut page, report, &clock);
    people(&mut page, report, &clock);
    calls(&mut page, report, &clock);
    terraform(&mut page, report);
    phases(&mut page, report, &clock);
    readings(&mut page, report, &clock);
    timeline(&mut page, report, &clock);
    record(&mut page, report);
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn paragraph(&mut self, text: &str) {
        self.line(text);
        self.line("");
    }

    fn heading(&mut self, level: usize, text: &str) {
        self.paragraph(&format!("{} {}", "#".repeat(level), escaped(text)));
    }

    /// A table of cells that are escaped here.
    fn table<const N: usize>(&mut self, head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
        self.line(&format!("| {} |", head.join(" | ")));
        self.line(&format!("|{}", "---|".repeat(N)));
        for row in rows {
            self.line(&format!("| {} |", row.map(|cell| escaped(&cell)).join(" | ")));
        }
        self.line("");
    }
}

/// Text that stands for itself, on one line, in a table too.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                out.push('\\');
                out.push(character);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    out
}

fn head(page: &mut Page, report: &Report, clock: &Clock) {
    page.heading(1, &format!("Incident {} of {}", report.incident, report.application));
    if !report.chain.verifies {
        page.paragraph(&format!("> **Do not rely on this record.** {}.", escaped(&report.chain.says)));
    }
    page.paragraph(&format!("**{}**", escaped(&report.headline)));
    let mut rows = vec![
        ["First entry".to_owned(), report.began_at.map_or_else(|| words::NOT_KNOWN.to_owned(), words::whole)],
        ["Last entry".to_owned(), report.told_until.map_or_else(|| words::NOT_KNOWN.to_owned(), words::whole)],
        ["Phase".to_owned(), report.standing.map_or_else(|| words::NOT_KNOWN.to_owned(), |phase| phase.to_string())],
        ["Mode".to_owned(), report.mode.to_string()],
    ];
    for decision in &report.decisions {
        let kind = words::kind(decision);
        rows.push([format!("{kind}: RTO"), words::rto(decision)]);
        rows.push([format!("{kind}: RPO"), words::rpo(decision)]);
        rows.push([format!("{kind}: split risk"), words::split_risk(&decision.split_risk, clock)]);
    }
    rows.push(["Record".to_owned(), report.chain.says.clone()]);
    page.table(["", "as the record has it"], rows);
}

fn decided(page: &mut Page, decision: &Decided, clock: &Clock) {
    page.heading(2, &format!("{} of epoch {}", words::kind(decision), decision.epoch));
    let decided = format!("Decided at {}: {}.", clock.time(decision.decided_at), decision.why);
    page.paragraph(&escaped(&decided));
    page.line(&format!("- From: {}", escaped(&words::side(decision.from.as_ref()))));
    page.line(&format!("- To: {}", escaped(&words::side(decision.to.as_ref()))));
    if let Some(by) = decision.named_by {
        page.line(&format!("- Both {}", words::named_by(by)));
    }
    for person in &decision.approved_by {
        page.line(&format!("- Approved or ordered by {}", escaped(person.as_str())));
    }
    page.line("");
    page.heading(3, "Recovery time");
    page.table(["part", "took", "how it is known"], words::recovery(decision));
    page.heading(3, "Data loss and split risk");
    page.line(&format!("- RPO: {}", escaped(&words::rpo(decision))));
    if let Some(rpo) = &decision.rpo {
        page.line(&format!("- How it is known: {}.", escaped(&rpo.says)));
    }
    page.line(&format!("- Split risk: {}", escaped(&words::split_risk(&decision.split_risk, clock))));
    if let Some(trouble) = &decision.split_risk.trouble {
        page.line(&format!("- In the way of proof: {}", escaped(trouble)));
    }
    page.line("");
    page.heading(3, "Evidence behind it");
    let Some(evidence) = &decision.evidence else {
        page.paragraph("None is in its entry: a person decided, or the evidence was too large to be kept.");
        return;
    };
    let tally = &evidence.tally;
    page.paragraph(&format!(
        "{} of {} voters said Down, {} were needed.",
        tally.downs(),
        tally.electorate(),
        tally.needed
    ));
    let rows = tally.heard.iter().map(|heard| {
        [
            heard.voter.to_string(),
            words::watched(heard),
            words::age(heard),
            heard.counts.to_string(),
            heard.reason.clone(),
        ]
    });
    page.table(["voter", "evidence", "age", "counts as", "its own words"], rows);
}

fn refused(page: &mut Page, report: &Report, clock: &Clock) {
    page.heading(2, "What was refused, and why");
    if report.refused.is_empty() {
        page.paragraph("Nothing.");
        return;
    }
    for refused in &report.refused {
        let (time, what) = (clock.time(refused.at), escaped(&refused.what));
        page.line(&format!("- {time}, entry {}: {what}", refused.seq.0));
        for why in &refused.why {
            page.line(&format!("  - {}", escaped(why)));
        }
    }
    page.line("");
}

fn people(page: &mut Page, report: &Report, clock: &Clock) {
    page.heading(2, "What people said and ordered");
    if report.people.is_empty() {
        page.paragraph("Nothing.");
        return;
    }
    let rows = report
        .people
        .iter()
        .map(|deed| [clock.time(deed.at), deed.who.to_string(), deed.what.clone(), deed.why.clone()]);
    page.table(["at", "who", "what", "why"], rows);
}

fn calls(page: &mut Page, report: &Report, clock: &Clock) {
    page.heading(2, "AWS calls");
    if report.aws_calls.is_empty() {
        page.paragraph("No entry tells of any.");
    } else {
        let rows = report.aws_calls.iter().map(|call| [clock.time(call.at), call.call.to_owned(), call.told.clone()]);
        page.table(["at", "call", "what came of it"], rows);
    }
    if !report.levers.is_empty() {
        page.heading(2, "Levers of traffic");
        let rows = report.levers.iter().map(|lever| [clock.time(lever.at), lever.told.to_string()]);
        page.table(["at", "news"], rows);
    }
}

fn terraform(page: &mut Page, report: &Report) {
    page.heading(2, "What to change in Terraform now");
    if report.terraform.is_empty() {
        page.paragraph("Nothing: no role has changed.");
        return;
    }
    for change in &report.terraform {
        // Written here, with its code in backticks; what it names was checked when it was read.
        page.line(&format!("- **{}:** {} {}", change.when, change.what, change.why));
    }
    page.line("");
}

fn phases(page: &mut Page, report: &Report, clock: &Clock) {
    page.heading(2, "Phases");
    let rows = report.phases.iter().map(|span| {
        let ended = span.ended_at.map_or_else(|| "–".to_owned(), |at| clock.time(at));
        let took = words::span_or(span.seconds(), "–");
        [span.phase.to_string(), clock.time(span.began_at), ended, took, span.why.to_owned()]
    });
    page.table(["phase", "began", "ended", "took", "why"], rows);
}

fn readings(page: &mut Page, report: &Report, clock: &Clock) {
    page.heading(2, "Votes and replication lag");
    let rows = report.readings.iter().map(|reading| {
        let said = |verdict| words::said(&reading.heard, verdict);
        [clock.time(reading.at), said(Verdict::Down), said(Verdict::Up), said(Verdict::Abstain)]
    });
    page.table(["at", "Down", "Up", "Abstain"], rows);
    if report.lag.is_empty() {
        page.paragraph("No entry tells the replication lag.");
        return;
    }
    page.table(["measured at", "replication lag"], words::lag(report, clock));
}

fn timeline(page: &mut Page, report: &Report, clock: &Clock) {
    page.heading(2, "Every entry");
    let rows = report.timeline.iter().map(|line| {
        let what = if line.withheld > 0 {
            format!("{} ({} lesser entries before it were only counted)", line.what, line.withheld)
        } else {
            line.what.clone()
        };
        [line.seq.0.to_string(), clock.time(line.at), line.who.clone(), what, line.why.clone()]
    });
    page.table(["entry", "at", "who", "what", "why"], rows);
    for sentence in words::left_out(report) {
        page.paragraph(&escaped(&sentence));
    }
}

fn record(page: &mut Page, report: &Report) {
    page.heading(2, "The record");
    page.paragraph(&format!("{}.", escaped(&report.chain.says)));
    if let Some(head) = &report.chain.head {
        page.paragraph(&format!("Hash of the last entry: `{}`", escaped(&head.0)));
    }
    page.line(&format!("Report schema {}.", report.schema));
}
