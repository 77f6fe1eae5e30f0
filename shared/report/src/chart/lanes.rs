//! A lane for each voter. The record tells votes only where an entry tells its evidence; between two readings a vote is
//! drawn as the earlier one had it, up to when its source says that it changed.

use super::axis::Axis;
use super::{Part, cut, fits, label, px};
use crate::report::{Reading, Report};
use crate::words;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use understudy_engine::{Heard, Verdict, VoterName};

const LANE: f64 = 13.0;
const ROW: f64 = 35.0;

/// One verdict of a voter, from when to when.
struct Bar {
    from: Timestamp,
    to: Timestamp,
    verdict: Verdict,
}

pub(super) fn draw(report: &Report, axis: &Axis, top: f64) -> Part {
    let Some(last) = report.readings.last() else {
        return Part { shapes: label(0.0, top + 11.0, "Votes: no entry tells any"), bottom: top + 14.0 };
    };
    let rows: Vec<(f64, &Heard, Vec<Bar>)> = last
        .heard
        .iter()
        .zip(0_u32..)
        .map(|(heard, row)| {
            (top + 18.0 + f64::from(row) * ROW, heard, bars(&report.readings, &heard.voter, axis.begin))
        })
        .collect();
    let bottom = rows.last().map_or(top, |(y, ..)| y + ROW);
    let shapes = html! {
        (label(0.0, top + 11.0, "Votes: full bar Down, half bar Up, dots Abstain"))
        @for (y, heard, bars) in &rows {
            text class="lane" x="0" y=(px(y + 12.0)) { (cut(&format!("{} · {}", heard.voter, heard.class), axis.width)) }
            @for bar in bars { (drawn(bar, axis, y + 18.0)) }
        }
    };
    Part { shapes, bottom }
}

fn bars(readings: &[Reading], voter: &VoterName, begin: Timestamp) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for reading in readings {
        let Some(heard) = reading.heard.iter().find(|heard| heard.voter == *voter) else { continue };
        let verdict = words::counted(heard);
        let changed_at = since(heard, reading.at);
        let from = match bars.last_mut() {
            // A gap, if any, is the earlier reading's up to the change.
            Some(last) if last.verdict == verdict => {
                last.to = reading.at;
                continue;
            }
            Some(last) => {
                last.to = changed_at.clamp(last.to, reading.at);
                last.to
            }
            None => changed_at.clamp(begin.min(reading.at), reading.at),
        };
        bars.push(Bar { from, to: reading.at, verdict });
    }
    bars
}

/// Since when a vote counts as it does, as far as the reading tells.
fn since(heard: &Heard, read_at: Timestamp) -> Timestamp {
    let age = SignedDuration::from_secs(heard.age_seconds.unwrap_or(0).max(0));
    let observed_at = read_at.checked_sub(age).unwrap_or(read_at);
    match words::counted(heard) {
        // It counted as something else before it was too old; since when it is, the reading does not tell.
        Verdict::Abstain => read_at,
        Verdict::Up | Verdict::Down => heard.since.map_or(observed_at, |since| since.min(observed_at)),
    }
}

fn drawn(bar: &Bar, axis: &Axis, y: f64) -> Markup {
    let (left, right) = (axis.x(bar.from), axis.x(bar.to));
    let width = (right - left).max(3.0);
    let name = bar.verdict.to_string();
    let (middle, text_y) = (left + width / 2.0, y + 10.0);
    html! {
        @match bar.verdict {
            Verdict::Down => {
                rect class="down" x=(px(left)) y=(px(y)) width=(px(width)) height=(px(LANE)) { title { (name) } }
                @if fits(&name, width) { text class="in down" x=(px(middle)) y=(px(text_y)) text-anchor="middle" { (name) } }
            }
            Verdict::Up => {
                rect class="up" x=(px(left)) y=(px(y + LANE / 2.0)) width=(px(width)) height=(px(LANE / 2.0)) { title { (name) } }
            }
            Verdict::Abstain => {
                line class="abstain" x1=(px(left)) x2=(px(left + width)) y1=(px(y + LANE - 3.0)) y2=(px(y + LANE - 3.0)) { title { (name) } }
            }
        }
    }
}
