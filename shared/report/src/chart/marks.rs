//! A numbered mark for each AWS call.

use super::axis::Axis;
use super::{Part, label, px};
use crate::report::Report;
use maud::html;

const RADIUS: f64 = 9.0;
const ROW: f64 = 22.0;

pub(super) fn draw(report: &Report, axis: &Axis, top: f64) -> Part {
    if report.aws_calls.is_empty() {
        return Part { shapes: label(0.0, top + 11.0, "AWS calls: no entry tells of any"), bottom: top + 14.0 };
    }
    let mut row_ends: Vec<f64> = Vec::new();
    let mut marks = Vec::new();
    for (number, call) in report.aws_calls.iter().enumerate() {
        let x = axis.x(call.at).clamp(RADIUS, axis.width - RADIUS);
        // The first row with room; calls of one moment stand below each other.
        let row = row_ends.iter().position(|end| x - RADIUS >= *end).unwrap_or(row_ends.len());
        let end = x + RADIUS + 2.0;
        match row_ends.get_mut(row) {
            Some(last) => *last = end,
            None => row_ends.push(end),
        }
        marks.push((x, axis.x(call.at), top + 30.0 + row as f64 * ROW, number + 1, call));
    }
    let bottom = marks.iter().map(|(_, _, y, ..)| y + RADIUS).fold(top, f64::max);
    let shapes = html! {
        (label(0.0, top + 11.0, "AWS calls, numbered as in their list"))
        @for (_, exact, y, ..) in &marks {
            line class="call" x1=(px(*exact)) x2=(px(*exact)) y1=(px(top + 16.0)) y2=(px(*y)) {}
        }
        @for (x, _, y, number, call) in &marks {
            circle class="call" cx=(px(*x)) cy=(px(*y)) r=(px(RADIUS)) { title { (call.call) } }
            text class="in call" x=(px(*x)) y=(px(y + 4.0)) text-anchor="middle" { (number) }
        }
    };
    Part { shapes, bottom: bottom + 4.0 }
}
