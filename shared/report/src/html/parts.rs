//! The parts of the page that are about the incident as a whole.

use crate::report::Report;
use crate::words::{self, Clock};
use maud::{Markup, html};
use understudy_engine::Urgency;

/// A table whose rows stand below each other where the page is narrow. The roles say that it is one there too: what
/// is laid out otherwise is told as no table by some readers.
pub(super) fn table<const N: usize>(
    caption: &str,
    head: &[&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Markup {
    html! {
        table.two[N == 2] role="table" {
            caption { (caption) }
            thead role="rowgroup" { tr role="row" { @for name in head { th role="columnheader" scope="col" { (name) } } } }
            tbody role="rowgroup" {
                @for row in rows {
                    tr role="row" {
                        @for (index, (name, cell)) in head.iter().zip(&row).enumerate() {
                            @if index == 0 {
                                th role="rowheader" scope="row" { (cell) }
                            } @else {
                                td role="cell" data-label=(name) { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn refused(report: &Report, clock: &Clock) -> Markup {
    html! {
        section {
            h2 { "What was refused, and why" }
            @if report.refused.is_empty() { p { "Nothing." } }
            ol.plain role="list" {
                @for refused in &report.refused {
                    li {
                        p { span.time { (clock.time(refused.at)) } " " strong { (refused.what) } " " span.soft { "entry " (refused.seq.0) } }
                        ul { @for why in &refused.why { li { (why) } } }
                    }
                }
            }
        }
    }
}

pub(super) fn people(report: &Report, clock: &Clock) -> Markup {
    html! {
        section {
            h2 { "What people said and ordered" }
            @if report.people.is_empty() { p { "Nothing." } }
            ol.plain role="list" {
                @for deed in &report.people {
                    li {
                        p { span.time { (clock.time(deed.at)) } " " strong { (deed.what) } }
                        p { "by " bdi { (deed.who) } ": " (deed.why) }
                    }
                }
            }
        }
    }
}

pub(super) fn calls(report: &Report, clock: &Clock) -> Markup {
    html! {
        section {
            h2 { "AWS calls" }
            @if report.aws_calls.is_empty() {
                p { "No entry tells of any." }
            } @else {
                ol.numbered {
                    @for call in &report.aws_calls {
                        li { p { span.time { (clock.time(call.at)) } " " code { (call.call) } } p { (call.told) } }
                    }
                }
            }
        }
        @if !report.levers.is_empty() {
            section {
                h2 { "Levers of traffic" }
                ol.plain role="list" {
                    @for lever in &report.levers {
                        li { p { span.time { (clock.time(lever.at)) } " " (lever.told) } }
                    }
                }
            }
        }
    }
}

pub(super) fn terraform(report: &Report) -> Markup {
    html! {
        section {
            h2 { "What to change in Terraform now" }
            @if report.terraform.is_empty() { p { "Nothing: no role has changed." } }
            ol.plain role="list" {
                @for change in &report.terraform {
                    li { p { strong { (change.when) } } p { (coded(&change.what)) } p.soft { (change.why) } }
                }
            }
        }
    }
}

/// Text with code between backticks.
fn coded(text: &str) -> Markup {
    html! {
        @for (index, piece) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

pub(super) fn timeline(report: &Report, clock: &Clock) -> Markup {
    html! {
        section {
            h2 { "Every entry" }
            ol.plain role="list" {
                @for line in &report.timeline {
                    li {
                        p {
                            span.time { (clock.time(line.at)) } " " strong { (line.what) }
                            @if line.urgency == Urgency::Page { " " span.page { "paged" } }
                        }
                        p { (line.why) }
                        p.soft { "entry " (line.seq.0) ", revision " (line.revision) ", by " bdi { (line.who) } }
                        @if line.withheld > 0 {
                            p.soft { (line.withheld) " lesser entries before it were only counted." }
                        }
                    }
                }
            }
            @for sentence in words::left_out(report) { p { (sentence) } }
        }
    }
}

pub(super) fn record(report: &Report) -> Markup {
    html! {
        section {
            h2 { "The record" }
            p { (report.chain.says) "." }
            @if let Some(head) = &report.chain.head { p { "Hash of the last entry: " code { (head.0) } } }
            p.soft { "Report schema " (report.schema) "." }
        }
    }
}
