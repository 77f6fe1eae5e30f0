//! What is no TOML, in words that say how to make it TOML.

use super::document::{Lines, Place, shown};
use std::collections::BTreeMap;
use toml::de::Error;

#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) place: Place,
    pub(super) problem: String,
    pub(super) mend: String,
}

impl SyntaxError {
    /// The parser recovers and goes on, so later lines have a say; but what follows on the same line
    /// is mostly an echo.
    pub(super) fn first_of_each_line(text: &str, errors: &[Error], lines: &Lines<'_>) -> Vec<Self> {
        let mut first = BTreeMap::new();
        for error in errors {
            let span = error.span().unwrap_or_default();
            let place = lines.place(span.start);
            // What is no TOML may hold characters that no terminal should see.
            let token = shown(text, span).escape_debug().to_string();
            first.entry(place.line).or_insert_with(|| Self::of(place, error.message(), &token));
        }
        first.into_values().collect()
    }

    fn of(place: Place, message: &str, token: &str) -> Self {
        let bare_text = message.starts_with("string values must be quoted") || message.starts_with("invalid boolean");
        let (problem, mend) = if bare_text && token.is_empty() {
            ("the value is missing".to_owned(), "write a value after the equals sign".to_owned())
        } else if bare_text {
            (format!("{token} is no TOML value"), format!("put a text in quotes: \"{token}\""))
        } else if message.starts_with("duplicate key") {
            (format!("{token} is written twice in this table"), "remove one of the two".to_owned())
        } else if message.starts_with("recursion limit") {
            ("tables and lists are nested too deeply".to_owned(), "write them one below the other".to_owned())
        } else {
            (format!("this is no TOML: {message}"), mend(message).to_owned())
        };
        Self { place, problem, mend }
    }
}

fn mend(message: &str) -> &'static str {
    const MENDS: [(&str, &str); 6] = [
        ("unclosed table", "close the table's name with ]"),
        ("unclosed array", "close the list with ]"),
        ("unclosed inline table", "close the table with }"),
        ("invalid basic string", "close the text with a quote on the same line"),
        ("invalid literal string", "close the text with a quote on the same line"),
        ("key with no value", "write name = value"),
    ];
    let fitting = MENDS.iter().find(|(start, _)| message.starts_with(start));
    fitting.map_or("write each field as name = value on a line of its own", |(_, mend)| mend)
}
