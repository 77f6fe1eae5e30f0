//! Replication lag as a line, where the entries have it.

use super::axis::Axis;
use super::{Part, label, px};
use crate::report::{How, LagPoint, Report};
use crate::words;
use jiff::Timestamp;
use maud::html;

const HEIGHT: f64 = 64.0;

pub(super) fn draw(report: &Report, axis: &Axis, top: f64) -> Part {
    let points: Vec<&LagPoint> = report.lag.iter().filter(|point| point.at >= axis.begin).collect();
    let Some(most) = points.iter().map(|point| point.seconds.0).max() else {
        let text = "Replication lag: no entry tells it";
        return Part { shapes: label(0.0, top + 11.0, text), bottom: top + 14.0 };
    };
    let (above, below) = (top + 20.0, top + 20.0 + HEIGHT);
    let y = |point: &LagPoint| below - HEIGHT * f64::from(point.seconds.0) / f64::from(most.max(1));
    let line: Vec<String> = points.iter().map(|point| format!("{},{}", px(axis.x(point.at)), px(y(point)))).collect();
    let contact = contact(report).and_then(|at| points.iter().find(|point| point.at == at));
    let title =
        format!("Replication lag, up to {most} s{}", if contact.is_some() { "; ring: last contact" } else { "" });
    let shapes = html! {
        (label(0.0, top + 11.0, &title))
        line class="axis" x1="0" x2=(px(axis.width)) y1=(px(below)) y2=(px(below)) {}
        line class="grid" x1="0" x2=(px(axis.width)) y1=(px(above)) y2=(px(above)) {}
        polyline class="lag" points=(line.join(" ")) {}
        @for point in &points { circle class="lag-point" cx=(px(axis.x(point.at))) cy=(px(y(point))) r="2" {} }
        @if let Some(point) = contact {
            circle class="contact" cx=(px(axis.x(point.at))) cy=(px(y(point))) r="5" {
                title { "Last contact at " (words::whole(point.at)) ": " (point.seconds) }
            }
        }
    };
    Part { shapes, bottom: below + 4.0 }
}

/// When the lag that bounds the loss was measured.
fn contact(report: &Report) -> Option<Timestamp> {
    let losses = report.decisions.iter().filter_map(|decision| decision.rpo.as_ref());
    losses.filter(|rpo| rpo.how == How::Bound).find_map(|rpo| rpo.measured_at)
}
