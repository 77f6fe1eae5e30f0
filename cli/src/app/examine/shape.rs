//! Where a file departs from the schema: all of it, and each departure once.

use super::document::{Document, Kind};
use super::names::name_error;
use super::nearest::nearest;
use super::path::FieldPath;
use super::schema::Schema;
use crate::failure::Failure;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How a field departs from the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Departure {
    /// It may not stand here.
    Unknown(Meant),
    /// It must stand here.
    Missing,
    /// It may, with another value.
    Unfit,
}

/// What the author of an unknown field likely meant: always fields that the file lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant {
    /// The field of the same name in another table. What is meant for the top of the file and stands
    /// after a table's header is in that table: TOML's commonest trap.
    Elsewhere(Vec<FieldPath>),
    /// A field of this table with a similar name.
    Misspelt(FieldPath),
    Nothing,
}

impl Meant {
    pub(super) fn fields(&self) -> &[FieldPath] {
        match self {
            Self::Elsewhere(fields) => fields,
            Self::Misspelt(field) => std::slice::from_ref(field),
            Self::Nothing => &[],
        }
    }
}

pub(super) type Departures = BTreeMap<FieldPath, Departure>;

pub(super) fn departures(schema: &Schema, document: &Document) -> Result<Departures, Failure> {
    let validator = jsonschema::validator_for(schema.as_json()).map_err(|error| Failure {
        problem: format!("the schema of this release cannot be used: {error}"),
        mend: "report this as a defect of understudy".to_owned(),
    })?;
    let mut found = Departures::new();
    for error in validator.iter_errors(&document.root) {
        collect(&error, &mut found);
    }
    for (path, written) in document.iter() {
        let unfit = match written.kind {
            Kind::Float | Kind::DateTime => true,
            Kind::Text => is_no_name(schema, path, &written.value),
            Kind::Integer | Kind::Boolean | Kind::List | Kind::Table => false,
        };
        if unfit {
            found.entry(path.clone()).or_insert(Departure::Unfit);
        }
    }
    keep_outermost(&mut found);
    guess_what_was_meant(schema, document, &mut found);
    Ok(found)
}

fn is_no_name(schema: &Schema, path: &FieldPath, value: &Value) -> bool {
    let definition = schema.field(path).and_then(|field| field.definition);
    definition.zip(value.as_str()).and_then(|(definition, text)| name_error(definition, text)).is_some()
}

fn collect(error: &ValidationError<'_>, found: &mut Departures) {
    let path = path_of(error);
    let kind = error.kind();
    if let ValidationErrorKind::AdditionalProperties { unexpected } = kind {
        for key in unexpected {
            found.insert(path.key(key), Departure::Unknown(Meant::Nothing));
        }
    } else if let ValidationErrorKind::Required { property } = kind {
        found.insert(path.key(property.as_str().unwrap_or_default()), Departure::Missing);
    } else if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } = kind
        && let Some(errors) = intended(&path, context)
    {
        errors.iter().for_each(|error| collect(error, found));
    } else {
        found.entry(path).or_insert(Departure::Unfit);
    }
}

/// Of several forms, the one that the value comes closest to; none where it has the form of none.
fn intended<'e>(
    path: &FieldPath,
    forms: &'e [Vec<ValidationError<'static>>],
) -> Option<&'e Vec<ValidationError<'static>>> {
    let about_itself = |error: &ValidationError<'_>| {
        let kind = error.kind();
        path_of(error) == *path
            && !matches!(kind, ValidationErrorKind::AdditionalProperties { .. } | ValidationErrorKind::Required { .. })
    };
    forms.iter().filter(|errors| !errors.iter().any(about_itself)).min_by_key(|errors| errors.len())
}

fn path_of(error: &ValidationError<'_>) -> FieldPath {
    error.instance_path().segments().fold(FieldPath::default(), |parent, segment| match segment {
        LocationSegment::Property(key) => parent.key(&key),
        LocationSegment::Index(index) => parent.index(index),
    })
}

/// What stands below an unknown or unfit field goes with it.
fn keep_outermost(found: &mut Departures) {
    let paths: BTreeSet<FieldPath> = found.keys().cloned().collect();
    found.retain(|path, _| !path.ancestors().any(|above| paths.contains(&above)));
}

fn guess_what_was_meant(schema: &Schema, document: &Document, found: &mut Departures) {
    let everywhere: Vec<FieldPath> = schema.fields().into_iter().map(|(path, _)| path).collect();
    let lacks = |path: &FieldPath| document.written(path).is_none();
    for (path, departure) in found.iter_mut() {
        let Departure::Unknown(meant) = departure else { continue };
        let table = path.parent();
        let namesakes: Vec<FieldPath> =
            everywhere.iter().filter(|other| other.name() == path.name() && lacks(other)).cloned().collect();
        let names = schema.field(&table).map(|field| field.names()).unwrap_or_default();
        let similar = || nearest(path.name(), names.into_iter().filter(|name| lacks(&table.key(name))));
        *meant = if namesakes.is_empty() {
            similar().map_or(Meant::Nothing, |name| Meant::Misspelt(table.key(name)))
        } else {
            Meant::Elsewhere(namesakes)
        };
    }
}
