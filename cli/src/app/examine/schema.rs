//! The application file's JSON Schema, asked about one field at a time.

use super::path::{FieldPath, Part};
use serde_json::Value;
use std::fmt;
use understudy_engine::Policy;

/// The application file that users start from; its values fit, and so they serve as examples.
pub(super) const EXAMPLE: &str = include_str!("../../../examples/orders.toml");

/// The example with what only some applications have, which it shows in comments.
fn whole_example() -> String {
    EXAMPLE.lines().map(|line| line.strip_prefix("#   ").unwrap_or(line)).flat_map(|line| [line, "\n"]).collect()
}

/// The schema that is generated from the types that decide.
pub(crate) struct Schema {
    generated: schemars::Schema,
    example: Value,
}

/// What the schema says of one field.
#[derive(Clone, Copy)]
pub(super) struct Field<'s> {
    schema: &'s Schema,
    /// The field as its table mentions it, with its own description and default.
    mention: &'s Value,
    /// What it may hold.
    body: &'s Value,
    /// The name of that, where it has one.
    pub(super) definition: Option<&'s str>,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holds<'s> {
    Choice(Vec<&'s str>),
    Text,
    Integer {
        min: i64,
        max: i64,
    },
    /// One of a few numbers.
    Numbers(Vec<i64>),
    List,
    Table,
    /// What this module has no words for.
    Other,
}

impl Schema {
    pub(crate) fn of_application_file() -> Self {
        Self { generated: schemars::schema_for!(Policy), example: toml::from_str(&whole_example()).unwrap_or_default() }
    }

    pub(super) fn as_json(&self) -> &Value {
        self.generated.as_value()
    }

    /// A value that fits at the path: the example file's, or the default.
    pub(super) fn fitting_value(&self, path: &FieldPath) -> Value {
        let written = example(&self.example, self.root(), path.parts());
        let default = || self.field(path).and_then(|field| field.default());
        written.or_else(default).cloned().unwrap_or_default()
    }

    pub(super) fn field(&self, path: &FieldPath) -> Option<Field<'_>> {
        path.parts().iter().try_fold(self.root(), |field, part| match part {
            Part::Key(key) => field.child(key),
            Part::Index(_) => field.item(),
        })
    }

    fn root(&self) -> Field<'_> {
        Field { schema: self, mention: self.as_json(), body: self.as_json(), definition: None }
    }

    /// Every field with its path, in which the first element stands for all of a list.
    pub(super) fn fields(&self) -> Vec<(FieldPath, Field<'_>)> {
        let mut found = Vec::new();
        self.root().collect(&FieldPath::default(), &mut found);
        found
    }

    fn mentioned<'s>(&'s self, mention: &'s Value) -> Field<'s> {
        let mut body = mention;
        let mut definition = None;
        // An optional field is "this or null", and TOML has no null.
        if let Some(some) = alternatives(body, "anyOf").iter().find(|branch| branch["type"] != "null") {
            body = some;
        }
        if let Some(name) = body["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
            body = &self.as_json()["$defs"][name];
            definition = Some(name);
        }
        Field { schema: self, mention, body, definition }
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written from the schema itself, which knows the customary order of the keywords.
        f.write_str(&serde_json::to_string_pretty(&self.generated).map_err(|_| fmt::Error)?)
    }
}

/// The example's value at the path. Of a list, the first element that has one: of several forms that an element may take,
/// each is shown by another.
fn example<'v>(value: &'v Value, field: Field<'_>, path: &[Part]) -> Option<&'v Value> {
    let [part, rest @ ..] = path else { return Some(value) };
    match part {
        // Of a table that is keyed by names, one entry is as good an example as another.
        Part::Key(key) if field.keys().is_some() => {
            example(value.as_object()?.values().next()?, field.child(key)?, rest)
        }
        Part::Key(key) => example(value.get(key)?, field.child(key)?, rest),
        Part::Index(_) => value.as_array()?.iter().find_map(|element| example(element, field.item()?, rest)),
    }
}

fn alternatives<'s>(body: &'s Value, keyword: &str) -> &'s [Value] {
    body[keyword].as_array().map_or(&[], Vec::as_slice)
}

impl<'s> Field<'s> {
    pub(super) fn description(&self) -> &'s str {
        let own = self.mention["description"].as_str();
        own.or_else(|| self.body["description"].as_str()).unwrap_or_default()
    }

    pub(super) fn default(&self) -> Option<&'s Value> {
        self.mention.get("default")
    }

    pub(super) fn holds(&self) -> Holds<'s> {
        let branches = alternatives(self.body, "oneOf");
        let choices: Vec<&str> = branches.iter().filter_map(|branch| branch["const"].as_str()).collect();
        if !choices.is_empty() {
            return Holds::Choice(choices);
        }
        match self.body["type"].as_str() {
            Some("string") => Holds::Text,
            Some("integer") if !alternatives(self.body, "enum").is_empty() => {
                Holds::Numbers(alternatives(self.body, "enum").iter().filter_map(Value::as_i64).collect())
            }
            Some("integer") => Holds::Integer {
                min: self.body["minimum"].as_i64().unwrap_or(0),
                max: self.body["maximum"].as_i64().unwrap_or(i64::from(u32::MAX)),
            },
            Some("array") => Holds::List,
            Some("object") => Holds::Table,
            None if branches.iter().any(|branch| branch["type"] == "object") => Holds::Table,
            Some(_) | None => Holds::Other,
        }
    }

    /// The fields that may stand in this table, in the alphabet's order.
    pub(super) fn names(&self) -> Vec<&'s str> {
        self.tables()
            .filter_map(|table| table["properties"].as_object())
            .flat_map(|fields| fields.keys())
            .map(String::as_str)
            .collect()
    }

    /// The fields that must, in the order of their declaration.
    pub(super) fn required(&self) -> Vec<&'s str> {
        self.tables().flat_map(|table| alternatives(table, "required")).filter_map(Value::as_str).collect()
    }

    /// Whether a table takes one of several forms, so that none of its fields has to be there.
    #[cfg(test)]
    pub(super) fn has_forms(&self) -> bool {
        alternatives(self.body, "oneOf").len() > 1
    }

    /// The table's own form, or each of the forms that it may take.
    fn tables(&self) -> impl Iterator<Item = &'s Value> + use<'s> {
        std::iter::once(self.body).chain(alternatives(self.body, "oneOf"))
    }

    fn child(&self, name: &str) -> Option<Field<'s>> {
        let schema = self.schema;
        let named = self.tables().find_map(|table| table["properties"].get(name));
        named.or_else(|| self.entry().map(|(_, mention)| mention)).map(|mention| schema.mentioned(mention))
    }

    /// What a table that is keyed by names holds under each, and the pattern of those names.
    fn entry(&self) -> Option<(&'s str, &'s Value)> {
        let (pattern, mention) = self.body["patternProperties"].as_object()?.iter().next()?;
        Some((pattern, mention))
    }

    /// The definition that the keys of this table are names of, where it is keyed by names.
    pub(super) fn keys(&self) -> Option<&'s str> {
        let (pattern, _) = self.entry()?;
        let definitions = self.schema.as_json()["$defs"].as_object()?;
        definitions.iter().find(|(_, body)| body["pattern"] == pattern).map(|(name, _)| name.as_str())
    }

    fn item(&self) -> Option<Field<'s>> {
        self.body.get("items").map(|mention| self.schema.mentioned(mention))
    }

    fn collect(&self, path: &FieldPath, found: &mut Vec<(FieldPath, Field<'s>)>) {
        for name in self.names() {
            if let Some(child) = self.child(name) {
                let path = path.key(name);
                found.push((path.clone(), child));
                child.collect(&path, found);
                if let Some(item) = child.item() {
                    item.collect(&path.index(0), found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_fitting_value() {
        let schema = Schema::of_application_file();
        for (path, _) in schema.fields() {
            assert_ne!(schema.fitting_value(&path), Value::Null, "{path}");
        }
    }

    #[test]
    fn there_are_words_for_what_every_field_holds() {
        for (path, field) in Schema::of_application_file().fields() {
            assert_ne!(field.holds(), Holds::Other, "{path}");
        }
    }
}
