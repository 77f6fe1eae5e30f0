//! What the chart draws, as tables.

use super::parts::table;
use crate::report::Report;
use crate::words::{self, Clock};
use maud::{Markup, html};
use understudy_engine::Verdict;

pub(super) fn write(report: &Report, clock: &Clock) -> Markup {
    html! {
        section id="numbers" {
            h2 { "The timeline as tables" }
            (phases(report, clock))
            (votes(report, clock))
            (lag(report, clock))
        }
    }
}

fn phases(report: &Report, clock: &Clock) -> Markup {
    let rows = report.phases.iter().zip(1..).map(|(span, number)| {
        let took = words::span_or(span.seconds(), "–");
        [format!("{number} {}", span.phase), clock.time(span.began_at), took, span.why.to_owned()]
    });
    html! {
        h3 { "Phases" }
        (table("Phases", &["Phase", "Began", "Took", "Why"], rows))
    }
}

fn votes(report: &Report, clock: &Clock) -> Markup {
    let rows = report.readings.iter().map(|reading| {
        let said = |verdict| words::said(&reading.heard, verdict);
        [clock.time(reading.at), said(Verdict::Down), said(Verdict::Up), said(Verdict::Abstain)]
    });
    html! {
        h3 { "Votes" }
        @if report.readings.is_empty() { p { "No entry tells any." } } @else {
            (table("Votes by reading", &["At", "Down", "Up", "Abstain"], rows))
        }
    }
}

fn lag(report: &Report, clock: &Clock) -> Markup {
    html! {
        h3 { "Replication lag" }
        @if report.lag.is_empty() { p { "No entry tells it." } } @else {
            (table("Replication lag", &["Measured at", "Lag"], words::lag(report, clock)))
        }
    }
}
