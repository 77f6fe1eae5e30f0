//! What is wrong with a scenario file: every fault at once, each with its field, its value and its mend.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;
use understudy_engine::{Fault, Severity};

/// More faults than this in one file, and reading them is no help.
const FAULTS_MAX: usize = 100;

/// Longer values are cut where they are shown.
const SHOWN_CHARACTERS_MAX: usize = 80;

#[derive(Debug, Default)]
pub(super) struct Faults(pub(super) Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, field: &str, value: impl ToString, problem: &str, mend: &str) {
        self.0.push(Fault {
            severity: Severity::Error,
            field: field.to_owned(),
            value: shown(&value.to_string()),
            problem: problem.to_owned(),
            mend: mend.to_owned(),
            involves: vec![field.to_owned()],
        });
    }

    /// Drops what was said, from `index` on, of fields that already were found not to fit.
    pub(super) fn drop_echoes(&mut self, index: usize, replaced: &[String]) {
        let said = self.0.split_off(index.min(self.0.len()));
        let echoes = |fault: &Fault| replaced.iter().any(|path| fault.field.starts_with(path.as_str()));
        self.0.extend(said.into_iter().filter(|fault| !echoes(fault)));
    }

    pub(super) fn is_refused(&self) -> bool {
        self.0.iter().any(|fault| fault.severity == Severity::Error)
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// One step into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Key(String),
    Index(usize),
}

/// A typed value of a document, and the paths in it that do not come from its author.
#[derive(Debug)]
pub(super) struct Read<T> {
    pub(super) value: Option<T>,
    pub(super) replaced: Vec<String>,
}

/// Reads a document and names everything that does not fit: each broken value gives way to the one that
/// `spare` has in its place, or goes, so that the rest can be read. The fields are named below `prefix`.
pub(super) fn read<T: DeserializeOwned>(
    mut document: Value,
    spare: &Value,
    prefix: &str,
    faults: &mut Faults,
) -> Read<T> {
    let mut replaced = Vec::new();
    for _ in 0..FAULTS_MAX {
        let error = match serde_path_to_error::deserialize::<_, T>(&document) {
            Ok(value) => return Read { value: Some(value), replaced },
            Err(error) => error,
        };
        let message = error.inner().to_string();
        let mut path = parts(error.path().iter());
        if let Some(missing) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            path.push(Part::Key(missing.to_owned()));
        }
        let field = written(&path);
        let value = at(&document, &path).map_or("nothing".to_owned(), Value::to_string);
        let (problem, mend) = words(&message, at(spare, &path));
        faults.add(&format!("{prefix}{field}"), value, &problem, &mend);
        if path.is_empty() || !repair(&mut document, spare, &mut path, &message) {
            break;
        }
        replaced.push(field);
    }
    Read { value: None, replaced }
}

fn parts<'a>(segments: impl Iterator<Item = &'a Segment>) -> Vec<Part> {
    segments
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Part::Index(*index)),
            Segment::Map { key } => Some(Part::Key(key.clone())),
            Segment::Enum { variant } => Some(Part::Key(variant.clone())),
            Segment::Unknown => None,
        })
        .collect()
}

fn written(path: &[Part]) -> String {
    let mut text = String::new();
    for part in path {
        match part {
            Part::Key(key) if text.is_empty() => text.push_str(key),
            Part::Key(key) => text.push_str(&format!(".{key}")),
            Part::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

fn at<'v>(root: &'v Value, path: &[Part]) -> Option<&'v Value> {
    path.iter().try_fold(root, |value, part| match part {
        Part::Key(key) => value.get(key),
        Part::Index(index) => value.get(*index).or_else(|| value.get(0)),
    })
}

/// Puts the spare value in place of the broken one, or takes it away. What has no spare and must be
/// there takes the table that it is missing in with it.
fn repair(document: &mut Value, spare: &Value, path: &mut Vec<Part>, message: &str) -> bool {
    let unknown = message.starts_with("unknown field");
    match at(spare, path).cloned().filter(|spare| !unknown && at(document, path) != Some(spare)) {
        Some(fitting) => put(document, path, fitting),
        None if message.starts_with("missing field") => {
            path.pop();
            !path.is_empty() && take(document, path)
        }
        None => take(document, path),
    }
}

fn put(document: &mut Value, path: &[Part], fitting: Value) -> bool {
    let Some((last, above)) = path.split_last() else { return false };
    match (at_mut(document, above), last) {
        (Some(Value::Object(table)), Part::Key(key)) => {
            table.insert(key.clone(), fitting);
            true
        }
        (Some(Value::Array(list)), Part::Index(index)) => list.get_mut(*index).map(|place| *place = fitting).is_some(),
        (Some(_) | None, _) => false,
    }
}

/// Takes away what stands at the path, or the nearest thing above it that can be taken away.
fn take(document: &mut Value, path: &[Part]) -> bool {
    let Some((last, above)) = path.split_last() else { return false };
    let taken = match (at_mut(document, above), last) {
        (Some(Value::Object(table)), Part::Key(key)) => table.remove(key).is_some(),
        (Some(Value::Array(list)), Part::Index(index)) if *index < list.len() => {
            list.remove(*index);
            true
        }
        (Some(_) | None, _) => false,
    };
    taken || take(document, above)
}

fn at_mut<'v>(root: &'v mut Value, path: &[Part]) -> Option<&'v mut Value> {
    path.iter().try_fold(root, |value, part| match part {
        Part::Key(key) => value.get_mut(key),
        Part::Index(index) => value.get_mut(*index),
    })
}

/// What is wrong, and how to mend it, from what the types say of a value.
fn words(message: &str, spare: Option<&Value>) -> (String, String) {
    let such_as = spare.map(|value| format!(", such as {value}")).unwrap_or_default();
    if message.starts_with("missing field") {
        return ("is missing".to_owned(), format!("add it{such_as}"));
    }
    if let Some(unknown) = message.strip_prefix("unknown field `") {
        let (unknown, expected) = unknown.split_once('`').unwrap_or_default();
        let known = choices(expected);
        let mend = match nearest(unknown, &known) {
            Some(meant) => format!("did you mean {meant}?"),
            None if known.is_empty() => "remove it".to_owned(),
            None => format!("remove it, or write one of {}", known.join(", ")),
        };
        return ("is no field here".to_owned(), mend);
    }
    if let Some(unknown) = message.strip_prefix("unknown variant `") {
        let (unknown, expected) = unknown.split_once('`').unwrap_or_default();
        let known = choices(expected);
        let mend = match nearest(unknown, &known) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("write one of {}", known.join(", ")),
        };
        return ("is not one of the words that may stand here".to_owned(), mend);
    }
    if let Some((what, mend)) = message.split_once(" is not ").and_then(|(_, rest)| rest.split_once(": ")) {
        return (format!("is not {what}"), mend.to_owned());
    }
    match message.split_once(", expected ") {
        Some((_, expected)) => ("does not fit here".to_owned(), format!("write {}{such_as}", expected_words(expected))),
        None => (message.to_owned(), format!("write something that fits{such_as}")),
    }
}

/// The words in backticks, without those that only stand for others.
fn choices(expected: &str) -> Vec<&str> {
    let words = expected.split('`').skip(1).step_by(2);
    words.filter(|word| word.len() > 1 && !word.contains(char::is_uppercase)).collect()
}

/// The word that was likely meant.
fn nearest<'w>(text: &str, words: &[&'w str]) -> Option<&'w str> {
    let text = text.to_lowercase();
    let distances = words.iter().map(|word| (strsim::damerau_levenshtein(&text, word), *word));
    distances.filter(|(distance, word)| *distance <= word.len().div_ceil(3)).min().map(|(_, word)| word)
}

fn expected_words(expected: &str) -> &str {
    match expected {
        "u32" | "u64" => "a whole number that is not negative",
        "i64" => "a whole number",
        "f64" => "a number",
        "a string" => "a text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a table",
        "string or map" => "a text in quotes, or a table",
        other if other.starts_with("struct ") => "a table",
        other if other.starts_with("enum ") => "one of its words in quotes",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        #[expect(dead_code, reason = "only its reading is tested")]
        name: String,
        rows: Vec<Row>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Row {
        number: u32,
    }

    #[test]
    fn every_fault_of_a_document_is_named_with_its_path_and_its_value() {
        let document = json!({"rows": [{"number": "one"}, {"number": 2, "colour": 3}, {}, {"number": 4}], "rust": 1});
        let mut faults = Faults::default();
        let read = read::<Table>(document, &json!({"name": "spare"}), "", &mut faults);
        let found: Vec<String> =
            faults.0.iter().map(|fault| format!("{} = {}: {}", fault.field, fault.value, fault.problem)).collect();
        assert_eq!(read.value.unwrap().rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 4]);
        for expected in [
            "rows[0].number = \"one\": does not fit here",
            "colour = 3: is no field here",
            "rust = 1: is no field here",
            "name = nothing: is missing",
        ] {
            assert!(found.iter().any(|line| line.contains(expected)), "{expected}: {found:#?}");
        }
    }

    #[test]
    fn no_mend_speaks_of_the_types_behind_the_file() {
        for (expected, mend) in [
            ("struct VoterSpell", "write a table"),
            ("enum ControlWord", "write one of its words in quotes"),
            ("string or map", "write a text in quotes, or a table"),
            ("u32", "write a whole number that is not negative"),
        ] {
            assert_eq!(words(&format!("invalid type: boolean `true`, expected {expected}"), None).1, mend);
        }
    }
}
