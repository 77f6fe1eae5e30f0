//! Time from left to right. Long stretches in which nothing happened are cut short, and the cuts are shown.

use super::{GAP, Part, px};
use crate::report::Report;
use crate::words;
use jiff::Timestamp;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Longer than this without anything, and the stretch is cut short.
const QUIET_SECONDS: f64 = 600.0;

/// What is drawn of it, as a part of everything else.
const CUT_SECONDS: f64 = 90.0;

/// How much of the time before the first entry is drawn: there is only the lag.
const BEFORE_SECONDS: i64 = 300;

/// Between ticks, whichever is the first with room for its labels.
const STEPS: [i64; 8] = [60, 120, 300, 600, 1200, 3600, 7200, 14400];
const TICK_LABEL: f64 = 46.0;

pub(super) struct Axis {
    pub(super) width: f64,
    pub(super) begin: Timestamp,
    /// Times at which something happened, with where they are.
    knots: Vec<(Timestamp, f64)>,
    /// Where a stretch was cut, and how long it was.
    cuts: Vec<(f64, f64)>,
}

impl Axis {
    pub(super) fn of(report: &Report, width: f64) -> Option<Self> {
        let first = report.began_at?;
        let earliest = first.checked_sub(jiff::SignedDuration::from_secs(BEFORE_SECONDS)).unwrap_or(first);
        let mut times: BTreeSet<Timestamp> = report.timeline.iter().map(|line| line.at).collect();
        times.extend(report.lag.iter().map(|point| point.at).filter(|at| *at >= earliest));
        let begin = *times.first()?;
        let mut drawn = 0.0;
        let mut knots = vec![(begin, 0.0)];
        let mut cuts = Vec::new();
        for at in times.into_iter().skip(1) {
            let elapsed = knots.last().map_or(0.0, |(last, _)| at.duration_since(*last).as_secs_f64());
            let shown = if elapsed > QUIET_SECONDS { CUT_SECONDS } else { elapsed };
            if shown < elapsed {
                cuts.push((drawn + shown / 2.0, elapsed));
            }
            drawn += shown;
            knots.push((at, drawn));
        }
        // What lasts at the end has to be seen to last.
        let scale = width / (drawn * 1.08).max(1.0);
        knots.iter_mut().for_each(|(_, x)| *x *= scale);
        cuts.iter_mut().for_each(|(x, _)| *x *= scale);
        Some(Self { width, begin, knots, cuts })
    }

    pub(super) fn x(&self, at: Timestamp) -> f64 {
        let after = self.knots.partition_point(|(knot, _)| *knot <= at);
        let (Some(left), right) = (after.checked_sub(1).and_then(|index| self.knots.get(index)), self.knots.get(after))
        else {
            return 0.0;
        };
        let Some(right) = right else { return left.1 };
        let (whole, part) = (right.0.duration_since(left.0), at.duration_since(left.0));
        left.1 + (right.1 - left.1) * part.as_secs_f64() / whole.as_secs_f64()
    }

    fn is_cut(&self, at: Timestamp) -> bool {
        let after = self.knots.partition_point(|(knot, _)| *knot <= at);
        let around = after.checked_sub(1).and_then(|index| self.knots.get(index)).zip(self.knots.get(after));
        around.is_some_and(|(left, right)| right.0.duration_since(left.0).as_secs_f64() > QUIET_SECONDS)
    }

    /// The cuts, through the whole drawing.
    pub(super) fn draw_breaks(&self, bottom: f64) -> Markup {
        html! {
            @for (x, _) in &self.cuts {
                line class="cut" x1=(px(*x)) x2=(px(*x)) y1="16" y2=(px(bottom)) {}
            }
        }
    }

    /// Ticks with their times, and below them what was cut.
    pub(super) fn draw(&self, top: f64) -> Part {
        let mut free_from = 0.0;
        let mut labels = Vec::new();
        for at in self.ticks() {
            let x = self.x(at);
            if x >= free_from && x + TICK_LABEL <= self.width {
                labels.push((x, at.strftime("%H:%M").to_string()));
                free_from = x + TICK_LABEL;
            }
        }
        let shapes = html! {
            line class="axis" x1="0" x2=(px(self.width)) y1=(px(top)) y2=(px(top)) {}
            @for (x, time) in &labels {
                line class="axis" x1=(px(*x)) x2=(px(*x)) y1=(px(top)) y2=(px(top + 5.0)) {}
                text class="tick" x=(px(x + 2.0)) y=(px(top + 16.0)) { (time) }
            }
            @if let Some(text) = self.cut_out() { text class="tick" x="0" y=(px(top + 34.0)) { (text) } }
        };
        Part { shapes, bottom: top + if self.cuts.is_empty() { GAP + 8.0 } else { 40.0 } }
    }

    fn cut_out(&self) -> Option<String> {
        let seconds = words::span(self.cuts.iter().map(|(_, seconds)| seconds).sum());
        match self.cuts.len() {
            0 => None,
            1 => Some(format!("Dotted line: {seconds} without an entry")),
            cuts => Some(format!("Dotted lines: {cuts} quiet stretches, {seconds}")),
        }
    }

    /// Round times, as many as have room, and none within a cut.
    fn ticks(&self) -> Vec<Timestamp> {
        let end = self.knots.last().map_or(self.begin, |(at, _)| *at);
        let room = (self.width / (TICK_LABEL * 1.3)).max(2.0);
        let gaps = self.knots.iter().zip(self.knots.iter().skip(1));
        let drawn = gaps.map(|(left, right)| right.0.duration_since(left.0).as_secs_f64());
        let drawn = drawn.filter(|gap| *gap <= QUIET_SECONDS);
        let seconds: f64 = drawn.sum();
        let step = STEPS.into_iter().find(|step| seconds / *step as f64 <= room).unwrap_or(STEPS[STEPS.len() - 1]);
        let first = (self.begin.as_second() + step - 1).div_euclid(step) * step;
        let stepped = (0..20_000).map_while(|index| Timestamp::from_second(first + index * step).ok());
        stepped.take_while(|at| *at <= end).filter(|at| !self.is_cut(*at)).collect()
    }
}
