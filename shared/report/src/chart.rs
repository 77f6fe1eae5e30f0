//! The timeline as a drawing: phases as a band, votes as lanes, replication lag as a line, a mark for each AWS call.
//! It is drawn for a width in pixels, so that its letters are as large on a telephone as on a desk. Whatever it
//! shows is told by shape or letters too, never by colour alone.

mod axis;
mod lag;
mod lanes;
mod marks;
mod phases;

use crate::report::Report;
use crate::words;
use axis::Axis;
use maud::{Markup, html};

/// A drawing for narrow screens, and one for wide ones and paper.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) name: &'static str,
    pub(crate) width: f64,
}

pub(crate) const NARROW: Size = Size { name: "narrow", width: 336.0 };
pub(crate) const WIDE: Size = Size { name: "wide", width: 760.0 };

/// How wide a letter of a label is taken to be, at most. Those within a shape are bold, and a name may be of wide ones.
const LETTER: f64 = 6.6;
const BOLD_LETTER: f64 = 7.4;
const WIDE_LETTER: f64 = 10.0;

/// Between the parts of the drawing.
const GAP: f64 = 14.0;

/// One part: its shapes, and how far down it reaches.
struct Part {
    shapes: Markup,
    bottom: f64,
}

/// None where the record tells nothing that has a time.
pub(crate) fn draw(report: &Report, size: Size) -> Option<Markup> {
    let axis = Axis::of(report, size.width)?;
    let band = phases::draw(report, &axis, 0.0);
    let votes = lanes::draw(report, &axis, band.bottom + GAP);
    let lag = lag::draw(report, &axis, votes.bottom + GAP);
    let marks = marks::draw(report, &axis, lag.bottom + GAP);
    let ticks = axis.draw(marks.bottom + 4.0);
    let (width, height) = (size.width, ticks.bottom);
    let (title, desc) = (format!("chart-{}-title", size.name), format!("chart-{}-desc", size.name));
    Some(html! {
        svg class={ "chart " (size.name) } viewBox={ "0 0 " (px(width)) " " (px(height)) } width=(px(width)) height=(px(height))
            role="img" aria-labelledby=(title) aria-describedby=(desc) {
            title id=(title) { "Timeline of incident " (report.incident) }
            desc id=(desc) { (described(report)) }
            (axis.draw_breaks(marks.bottom))
            (band.shapes)
            (votes.shapes)
            (lag.shapes)
            (marks.shapes)
            (ticks.shapes)
        }
    })
}

/// The drawing in words. The tables beside it hold all of its numbers.
fn described(report: &Report) -> String {
    let phases: Vec<String> = report
        .phases
        .iter()
        .map(|span| match span.seconds() {
            Some(seconds) => format!("{} for {}", span.phase, words::span(seconds)),
            None => format!("{} from then on", span.phase),
        })
        .collect();
    let voters = report.readings.last().map_or(0, |reading| reading.heard.len());
    format!(
        "Phases: {}. Votes of {voters} voters in {} readings, {} measurements of replication lag, {} AWS calls: all of them are in the tables and lists of this page.",
        phases.join(", "),
        report.readings.len(),
        report.lag.len(),
        report.aws_calls.len()
    )
}

/// A length, to the tenth of a pixel.
fn px(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), ToOwned::to_owned)
}

/// Whether a label has room.
fn fits(label: &str, width: f64) -> bool {
    label.chars().count() as f64 * BOLD_LETTER + 6.0 <= width
}

/// A label that is cut where it has no room: the whole of it is in a table.
fn cut(label: &str, width: f64) -> String {
    let wide = |letter: char| if "mwMW@".contains(letter) { WIDE_LETTER } else { LETTER };
    if label.chars().map(wide).sum::<f64>() <= width {
        return label.to_owned();
    }
    let reach = label.chars().scan(WIDE_LETTER, |reach, letter| {
        *reach += wide(letter);
        Some((*reach, letter))
    });
    reach.take_while(|(reach, _)| *reach <= width).map(|(_, letter)| letter).chain(['…']).collect()
}

fn label(x: f64, y: f64, text: &str) -> Markup {
    html! { text class="label" x=(px(x)) y=(px(y)) { (text) } }
}
