//! The band of phases.

use super::axis::Axis;
use super::{Part, fits, label, px};
use crate::report::{Report, Span};
use maud::html;
use understudy_engine::PhaseName;

const HEIGHT: f64 = 24.0;

pub(super) fn draw(report: &Report, axis: &Axis, top: f64) -> Part {
    let y = top + 18.0;
    let mut free_from = 0.0;
    let mut boxes = Vec::new();
    for (number, span) in report.phases.iter().enumerate() {
        let number = (number + 1).to_string();
        let (left, right) = (axis.x(span.began_at), end(report, axis, number == report.phases.len().to_string(), span));
        let width = (right - left).max(1.0);
        let name = span.phase.as_str();
        let inside =
            if fits(name, width) { Some(name.to_owned()) } else { fits(&number, width).then(|| number.clone()) };
        // A number under the band, where even that has no room in it.
        let middle = left + width / 2.0;
        let below = inside.is_none() && middle - 6.0 >= free_from;
        if below {
            free_from = middle + 8.0;
        }
        boxes.push((left, width, class(span.phase), inside, below.then_some(number), span));
    }
    let shapes = html! {
        (label(0.0, top + 11.0, "Phases, numbered as in the table"))
        @for (left, width, class, inside, below, span) in &boxes {
            rect class={ "phase " (class) } x=(px(*left)) y=(px(y)) width=(px(*width)) height=(px(HEIGHT)) {
                title { (span.phase) }
            }
            @if let Some(inside) = inside {
                text class={ "in " (class) } x=(px(left + width / 2.0)) y=(px(y + 16.0)) text-anchor="middle" { (inside) }
            }
            @if let Some(below) = below {
                text class="tick" x=(px(left + width / 2.0)) y=(px(y + HEIGHT + 11.0)) text-anchor="middle" { (below) }
            }
        }
    };
    Part { shapes, bottom: y + HEIGHT + 12.0 }
}

/// One whose end is not known is drawn to the end if it is the last, and else as a line.
fn end(report: &Report, axis: &Axis, is_last: bool, span: &Span) -> f64 {
    match span.ended_at {
        Some(ended_at) => axis.x(ended_at),
        None if is_last && report.standing.is_some_and(|phase| phase != PhaseName::Watching) => axis.width,
        None => axis.x(span.began_at),
    }
}

fn class(phase: PhaseName) -> &'static str {
    match phase {
        PhaseName::Watching | PhaseName::Suspected => "weigh",
        PhaseName::AwaitingApproval | PhaseName::AwaitingVeto => "wait",
        PhaseName::Held | PhaseName::Aborting | PhaseName::Stuck => "stop",
        PhaseName::Fencing
        | PhaseName::Draining
        | PhaseName::Promoting
        | PhaseName::Verifying
        | PhaseName::Shifting
        | PhaseName::Rebuilding => "act",
        PhaseName::FailedOver | PhaseName::Rebuilt => "done",
    }
}
