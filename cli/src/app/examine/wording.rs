//! What to say of a departure from the schema, and how to mend it.

use super::document::{Document, Kind, Written};
use super::names::name_error;
use super::nearest::nearest;
use super::path::{FieldPath, Part};
use super::schema::{Field, Holds, Schema};
use super::shape::Meant;
use serde_json::Value;

/// What is wrong with a field, and what to write instead.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) problem: String,
    pub(super) mend: String,
}

pub(super) fn unknown(schema: &Schema, path: &FieldPath, meant: &Meant) -> Words {
    let table = path.parent();
    let keys = schema.field(&table).and_then(|field| field.keys());
    if let Some(error) = keys.and_then(|definition| name_error(definition, path.name())) {
        return Words { problem: format!("is not {}", error.what), mend: error.mend.to_owned() };
    }
    let mend = match meant {
        Meant::Elsewhere(fields) => {
            let homes: Vec<String> = fields.iter().map(|field| home(&field.parent())).collect();
            format!("move it: it belongs {}", homes.join(" or "))
        }
        Meant::Misspelt(field) => format!("did you mean {}?", field.name()),
        Meant::Nothing => {
            let names = schema.field(&table).map(|field| field.names()).unwrap_or_default();
            format!("remove it, or write one of {}", names.join(", "))
        }
    };
    Words { problem: format!("is not a field of {}", table.as_table()), mend }
}

fn home(table: &FieldPath) -> String {
    match table.parts() {
        [] => "at the top of the file, above the first [table]".to_owned(),
        [Part::Key(list), Part::Index(_)] => format!("under [[{list}]]"),
        _ => format!("under {}", table.as_table()),
    }
}

pub(super) fn missing(schema: &Schema, path: &FieldPath) -> Words {
    let description = schema.field(path).map(|field| field.description()).unwrap_or_default();
    let example = example(schema, path);
    let table = path.parent();
    let mend = if has_header(path, &schema.fitting_value(path)) {
        format!("add {example}  # {description}")
    } else if table.is_root() {
        format!("add at the top: {example}  # {description}")
    } else {
        format!("add under {}: {example}  # {description}", table.as_table())
    };
    Words { problem: "is missing".to_owned(), mend }
}

pub(super) fn unfit(schema: &Schema, document: &Document, path: &FieldPath) -> Words {
    let example = example(schema, path);
    let generic = || Words { problem: "does not fit here".to_owned(), mend: format!("write {example}") };
    let (Some(field), Some(written)) = (schema.field(path), document.written(path)) else { return generic() };
    match field.holds() {
        Holds::Choice(choices) if written.kind == Kind::Text => no_choice(&choices, written),
        Holds::Choice(choices) => other_kind(written, "a text", &format!("write {}", quoted(&choices))),
        Holds::Integer { min, max } if written.kind == Kind::Integer => out_of_range(path, min, max, &example),
        Holds::Numbers(numbers) if written.kind == Kind::Integer => no_number(&numbers, &example),
        Holds::Numbers(_) => other_kind(written, "a whole number", &format!("write {example}")),
        Holds::Integer { .. } => other_kind(written, "a whole number", &format!("write {example}")),
        Holds::Text if written.kind == Kind::Text => no_name(&field, written).unwrap_or_else(generic),
        Holds::Text => other_kind(written, "a text in quotes", &format!("write {example}")),
        Holds::List => other_kind(written, "a list", &format!("write {example}")),
        Holds::Table => other_kind(written, "a table", &format!("write {example}")),
        Holds::Other => generic(),
    }
}

fn other_kind(written: &Written, wanted: &str, mend: &str) -> Words {
    Words { problem: format!("is {}, and must be {wanted}", written.kind), mend: mend.to_owned() }
}

fn no_choice(choices: &[&str], written: &Written) -> Words {
    let text = written.value.as_str().unwrap_or_default();
    let mend = match nearest(text, choices.iter().copied()) {
        Some(choice) => format!("did you mean {choice:?}?"),
        None => format!("write {}", quoted(choices)),
    };
    Words { problem: format!("is not one of {}", choices.join(", ")), mend }
}

fn no_number(numbers: &[i64], example: &str) -> Words {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let numbers = numbers.join(", ");
    Words { problem: format!("is not one of {numbers}"), mend: format!("write one of them, such as {example}") }
}

fn out_of_range(path: &FieldPath, min: i64, max: i64, example: &str) -> Words {
    let unit = if path.name().ends_with("_seconds") { " seconds" } else { "" };
    if min == max {
        return Words { problem: format!("is not {min}"), mend: format!("write {example}") };
    }
    let mend = format!("write {min} to {max}, such as {example}");
    Words { problem: format!("is not between {min} and {max}{unit}"), mend }
}

/// The schema's pattern is narrower than the name's own check in places; what the check lets pass
/// is described by what it says of no text at all.
fn no_name(field: &Field<'_>, written: &Written) -> Option<Words> {
    let definition = field.definition?;
    let error = name_error(definition, written.value.as_str()?).or_else(|| name_error(definition, ""))?;
    Some(Words { problem: format!("is not {}", error.what), mend: error.mend.to_owned() })
}

fn quoted(choices: &[&str]) -> String {
    let quoted: Vec<String> = choices.iter().map(|choice| format!("{choice:?}")).collect();
    match quoted.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        all => all.concat(),
    }
}

/// Whether the field is written below a header of its own.
fn has_header(path: &FieldPath, value: &Value) -> bool {
    path.parts().len() == 1 && (value.is_object() || value.get(0).is_some_and(Value::is_object))
}

/// What to write at the path, with the example file's value.
fn example(schema: &Schema, path: &FieldPath) -> String {
    let value = schema.fitting_value(path);
    let name = path.name();
    if !has_header(path, &value) {
        return if name.is_empty() { toml(&value) } else { format!("{name} = {}", toml(&value)) };
    }
    let (header, table, path) = match value.as_array() {
        Some(tables) => (format!("[[{name}]]"), tables.first(), path.index(0)),
        None => (format!("[{name}]"), Some(&value), path.clone()),
    };
    let required = schema.field(&path).map(|field| field.required()).unwrap_or_default();
    let fields = required.iter().filter_map(|name| Some((name, table?.get(name)?)));
    let lines: Vec<String> = fields.map(|(name, value)| format!("{name} = {}", toml(value))).collect();
    if lines.is_empty() { header } else { format!("{header} with {}", lines.join(", ")) }
}

/// A value on one line of TOML, whose scalars are written as JSON's are.
fn toml(value: &Value) -> String {
    let list = |items: Vec<String>| items.join(", ");
    if let Some(items) = value.as_array() {
        format!("[{}]", list(items.iter().map(toml).collect()))
    } else if let Some(table) = value.as_object() {
        let fields = table.iter().map(|(name, value)| format!("{name} = {}", toml(value)));
        format!("{{ {} }}", list(fields.collect()))
    } else {
        value.to_string()
    }
}
