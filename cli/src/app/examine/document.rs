//! The file as it is written: its values, and where each of them stands.

use super::path::FieldPath;
use super::syntax::SyntaxError;
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

/// Longer values are cut where they are shown.
const SHOWN_CHARACTERS_MAX: usize = 80;

/// A place in the text, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// What TOML takes a value for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Float,
    Boolean,
    DateTime,
    List,
    Table,
}

/// One value of the file.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) place: Place,
    pub(super) kind: Kind,
    /// The text of a scalar.
    pub(super) text: String,
    /// A scalar as JSON; what JSON has no form for is its text.
    pub(super) value: Value,
}

/// The values of a file and where they stand. Floats and dates, which no field takes, are null in
/// `root`: any JSON form of them could pass for something else.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) root: Value,
    written: BTreeMap<FieldPath, Written>,
}

impl Document {
    pub(super) fn parse(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let lines = Lines::of(text);
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(SyntaxError::first_of_each_line(text, &errors, &lines));
        }
        let mut reader = Reader { text, lines, written: BTreeMap::new() };
        let root = reader.table(table.get_ref(), &FieldPath::default());
        Ok(Self { root, written: reader.written })
    }

    pub(super) fn written(&self, path: &FieldPath) -> Option<&Written> {
        self.written.get(path)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&FieldPath, &Written)> {
        self.written.iter()
    }

    /// Where the field stands, or else the table that it would stand in.
    pub(super) fn nearest_place(&self, path: &FieldPath) -> Option<Place> {
        let exact = self.written(path).map(|written| written.place);
        exact.or_else(|| path.ancestors().find_map(|above| self.written(&above)).map(|written| written.place))
    }
}

impl Written {
    pub(super) fn is_scalar(&self) -> bool {
        !matches!(self.kind, Kind::List | Kind::Table)
    }
}

/// Where each line of a text starts.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    pub(super) fn place(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let before = self.text.get(start..offset).unwrap_or_default();
        Place { line, column: before.chars().count() + 1 }
    }
}

struct Reader<'t> {
    text: &'t str,
    lines: Lines<'t>,
    written: BTreeMap<FieldPath, Written>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, path: &FieldPath) -> Value {
        let fields = table.iter().map(|(key, value)| {
            let name = key.get_ref().to_string();
            let value = self.value(value, &path.key(&name), key.span().start);
            (name, value)
        });
        Value::Object(fields.collect::<Map<_, _>>())
    }

    fn value(&mut self, spanned: &Spanned<DeValue<'_>>, path: &FieldPath, starts: usize) -> Value {
        let text = shown(self.text, spanned.span());
        let (kind, value) = match spanned.get_ref() {
            DeValue::String(text) => (Kind::Text, Value::String(text.to_string())),
            DeValue::Integer(integer) => (Kind::Integer, number(integer)),
            DeValue::Float(_) => (Kind::Float, Value::Null),
            DeValue::Boolean(boolean) => (Kind::Boolean, Value::Bool(*boolean)),
            DeValue::Datetime(_) => (Kind::DateTime, Value::Null),
            DeValue::Array(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(index, item)| self.value(item, &path.index(index), item.span().start));
                (Kind::List, Value::Array(items.collect()))
            }
            DeValue::Table(table) => (Kind::Table, self.table(table, path)),
        };
        let scalar = match kind {
            Kind::Float | Kind::DateTime => Value::String(text.clone()),
            Kind::List | Kind::Table => Value::Null,
            Kind::Text | Kind::Integer | Kind::Boolean => value.clone(),
        };
        let place = self.lines.place(starts);
        self.written.insert(path.clone(), Written { place, kind, text, value: scalar });
        value
    }
}

/// An integer past 64 bits becomes a float: too large for every field, and so out of its range.
fn number(integer: &DeInteger<'_>) -> Value {
    let exact = i64::from_str_radix(integer.as_str(), integer.radix()).map(Number::from).ok();
    let approximate = || integer.as_str().parse().ok().and_then(Number::from_f64);
    exact.or_else(approximate).map_or(Value::Null, Value::Number)
}

/// The start of what is written at the span.
pub(super) fn shown(text: &str, span: Range<usize>) -> String {
    let line = text.get(span).unwrap_or_default().lines().next().unwrap_or_default();
    let mut characters = line.chars();
    let mut start: String = characters.by_ref().take(SHOWN_CHARACTERS_MAX).collect();
    if characters.next().is_some() {
        start.push_str("...");
    }
    start
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::Float => "a number with a fraction",
            Self::Boolean => "true or false",
            Self::DateTime => "a date or time",
            Self::List => "a list",
            Self::Table => "a table",
        })
    }
}
