//! The pages in docs/reference are what the schema says.

use super::names::name_error;
use super::path::FieldPath;
use super::schema::{EXAMPLE, Field, Holds, Schema};
use serde_json::Value;

const SCHEMA: &str = include_str!("../../../../docs/reference/application.schema.json");
const PAGE: &str = include_str!("../../../../docs/reference/application-file.md");

#[test]
fn the_committed_schema_is_the_generated_one() {
    let generated = format!("{}\n", Schema::of_application_file());
    assert!(
        generated == SCHEMA,
        "run: cargo run -p understudy-cli -- app schema > docs/reference/application.schema.json"
    );
}

#[test]
fn the_page_has_a_row_for_every_field_as_the_schema_has_it() {
    let schema = Schema::of_application_file();
    let rows: Vec<String> = schema.fields().iter().map(|(path, field)| row(&schema, path, field)).collect();
    let absent: Vec<&String> = rows.iter().filter(|row| !PAGE.lines().any(|line| line == *row)).collect();
    assert!(absent.is_empty(), "write into docs/reference/application-file.md:\n{absent:#?}");
    let written = PAGE.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(written, rows.len(), "docs/reference/application-file.md has rows of fields that are gone");
}

#[test]
fn the_page_shows_the_example_file() {
    assert!(PAGE.contains(&format!("```toml\n{EXAMPLE}```\n")), "copy cli/examples/orders.toml into the page");
}

fn row(schema: &Schema, path: &FieldPath, field: &Field<'_>) -> String {
    let name = path.to_string().replace("[0]", "[]");
    let holds = match field.holds() {
        Holds::Choice(choices) => choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", "),
        Holds::Text => {
            let definition = field.definition.unwrap_or_default();
            name_error(definition, "").map_or("a text", |error| error.what).to_owned()
        }
        Holds::Integer { min, max } if min == max => min.to_string(),
        Holds::Integer { min, max } => {
            let unit = if path.name().ends_with("_seconds") { " s" } else { "" };
            format!("{min} to {max}{unit}")
        }
        Holds::Numbers(numbers) => numbers.iter().map(|number| format!("`{number}`")).collect::<Vec<_>>().join(", "),
        Holds::List => "a list".to_owned(),
        Holds::Table => "a table".to_owned(),
        Holds::Other => panic!("{path} has no words"),
    };
    let table = schema.field(&path.parent());
    let required = table.is_some_and(|table| table.required().contains(&path.name()));
    let default = match field.default() {
        _ if table.is_some_and(|table| table.has_forms()) => "one of these".to_owned(),
        _ if required => "required".to_owned(),
        None | Some(Value::Object(_)) => "none".to_owned(),
        Some(default) => default.to_string().replace('"', "`"),
    };
    format!("| `{name}` | {holds} | {default} | {} |", field.description())
}
