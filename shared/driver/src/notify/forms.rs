//! What messages have in common, whatever they are about.

use understudy_engine::Urgency;

/// What SNS allows in a subject.
const SUBJECT_CHARACTERS_MAX: usize = 99;

/// A subject that SNS takes: ASCII, in one line.
#[must_use]
pub fn subject_line(urgency: Urgency, what: &str) -> String {
    let mark = match urgency {
        Urgency::Page => "PAGE",
        Urgency::Notice => "notice",
    };
    let subject = format!("[{mark}] {what}");
    subject.chars().filter(|one| matches!(one, ' '..='~')).take(SUBJECT_CHARACTERS_MAX).collect()
}

/// Without what a chat client takes for markup: `<!channel>` in a name or a reason would wake everybody.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
