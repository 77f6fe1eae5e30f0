//! The report as one page of HTML: no script, and nothing that is fetched. Every text goes in escaped.

mod decided;
mod parts;
mod tables;

use crate::chart;
use crate::report::Report;
use crate::words::{self, Clock};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("html/style.css");

/// Whatever came in between the lines, the page fetches and runs nothing.
const NOTHING_FETCHED: &str = "default-src 'none'; style-src 'unsafe-inline'";

pub(crate) fn write(report: &Report) -> String {
    let clock = Clock::of(report);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(NOTHING_FETCHED);
                title { "Incident " (report.incident) " of " (report.application) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (head(report, &clock))
                    (figure(report))
                    @for decision in &report.decisions { (decided::write(decision, &clock)) }
                    (parts::refused(report, &clock))
                    (parts::people(report, &clock))
                    (parts::calls(report, &clock))
                    (parts::terraform(report))
                    (tables::write(report, &clock))
                    (parts::timeline(report, &clock))
                    (parts::record(report))
                }
            }
        }
    };
    page.into_string()
}

fn head(report: &Report, clock: &Clock) -> Markup {
    let when = |at: Option<jiff::Timestamp>| at.map_or_else(|| words::NOT_KNOWN.to_owned(), words::whole);
    html! {
        header {
            p.over { "Understudy incident report" }
            h1 { (report.application) ": incident " span.id { (report.incident) } }
            @if !report.chain.verifies {
                p.alert role="alert" { strong { "Do not rely on this record." } " " (report.chain.says) "." }
            }
            p.headline { (report.headline) }
        }
        dl.facts {
            @for decision in &report.decisions {
                (fact(&format!("{}: RTO", words::kind(decision)), &words::rto(decision)))
                (fact(&format!("{}: RPO", words::kind(decision)), &words::rpo(decision)))
                (fact(&format!("{}: split risk", words::kind(decision)), &words::split_risk(&decision.split_risk, clock)))
            }
            (fact("Phase", &report.standing.map_or_else(|| words::NOT_KNOWN.to_owned(), |phase| phase.to_string())))
            (fact("First entry", &when(report.began_at)))
            (fact("Last entry", &when(report.told_until)))
            (fact("Mode", &report.mode.to_string()))
            (fact("Record", if report.chain.verifies { "hash chain verifies" } else { "HASH CHAIN BROKEN" }))
        }
    }
}

fn fact(name: &str, value: &str) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn figure(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Timeline" }
            @match (chart::draw(report, chart::NARROW), chart::draw(report, chart::WIDE)) {
                (Some(narrow), Some(wide)) => figure {
                    (narrow)
                    (wide)
                    figcaption {
                        "Times are UTC. The record tells votes only where an entry tells its evidence: between two readings a vote is drawn as the earlier one had it, up to when its source says that it changed, and after the last reading not at all. "
                        a href="#numbers" { "The same as tables" }
                        "."
                    }
                },
                (None, _) | (_, None) => p { "No readable entry has a time." },
            }
        }
    }
}
