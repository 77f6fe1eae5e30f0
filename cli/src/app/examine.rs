//! Everything that is wrong with an application file, at once.
//!
//! Three judges look at it: TOML at its syntax, the schema at its shape, and the engine at what it
//! means. The engine has its say even where the shape is wrong, on what is left of the file.

mod document;
mod names;
mod nearest;
mod path;
#[cfg(test)]
mod reference;
mod salvage;
mod schema;
mod shape;
mod syntax;
#[cfg(test)]
mod tests;
mod wording;

pub(crate) use document::Place;
pub(crate) use path::FieldPath;
pub(crate) use schema::Schema;

use crate::failure::Failure;
use document::Document;
use salvage::{Salvaged, salvage};
use serde_json::Value;
use shape::{Departure, Departures, departures};
use std::collections::BTreeSet;
use syntax::SyntaxError;
use understudy_engine::{Fault, Policy, Severity};

/// What was found, in the order of the file.
#[derive(Debug)]
pub(crate) struct Examination {
    pub(crate) findings: Vec<Finding>,
    /// The policy, if nothing but warnings was found.
    pub(crate) policy: Option<Policy>,
}

/// One thing wrong with the file.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    /// None where the text is no TOML, and so has no fields.
    pub(crate) field: Option<FieldPath>,
    pub(crate) value: Shown,
    pub(crate) place: Option<Place>,
    pub(crate) problem: String,
    pub(crate) mend: String,
}

/// What stands at the field.
#[derive(Debug)]
pub(crate) enum Shown {
    /// This, as the file has it.
    Written {
        text: String,
        value: Value,
    },
    /// This, because the file says nothing.
    Default(String),
    /// Something that is better told than shown.
    Told(String),
    Nothing,
}

pub(crate) fn examine(text: &str) -> Result<Examination, Failure> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(errors) => {
            let findings = errors.into_iter().map(Finding::from).collect();
            return Ok(Examination { findings, policy: None });
        }
    };
    let schema = Schema::of_application_file();
    let departures = departures(&schema, &document)?;
    let mut findings = shape_findings(&schema, &document, &departures);
    let salvaged = salvage(&schema, document.root.clone(), &departures);
    match &salvaged.policy {
        Ok(policy) => {
            let own = policy.faults().into_iter().filter(|fault| !is_about_replaced(fault, &salvaged));
            findings.extend(own.map(|fault| meaning_finding(&schema, &document, fault)));
        }
        Err(error) if departures.is_empty() => findings.push(unexplained(error)),
        Err(_) => {}
    }
    findings.sort_by(|a, b| in_file_order(a).cmp(&in_file_order(b)));
    let sound = findings.iter().all(|finding| finding.severity == Severity::Warning);
    // A policy with replaced values serves to find faults, and is nobody's.
    let policy = salvaged.policy.ok().filter(|_| sound && departures.is_empty());
    Ok(Examination { findings, policy })
}

/// What is missing at the top of the file has no place, and comes last.
fn in_file_order(finding: &Finding) -> (bool, Option<Place>, Option<&FieldPath>) {
    (finding.place.is_none(), finding.place, finding.field.as_ref())
}

fn shape_findings(schema: &Schema, document: &Document, departures: &Departures) -> Vec<Finding> {
    // What is written under another name or in another table is one slip, and said there.
    let slips: BTreeSet<&FieldPath> = departures
        .values()
        .filter_map(|departure| match departure {
            Departure::Unknown(meant) => match meant.fields() {
                [field] => Some(field),
                _ => None,
            },
            Departure::Missing | Departure::Unfit => None,
        })
        .collect();
    let said = departures.iter().filter_map(|(path, departure)| {
        let words = match departure {
            Departure::Unknown(meant) => wording::unknown(schema, path, meant),
            Departure::Missing if slips.contains(path) => return None,
            Departure::Missing => wording::missing(schema, path),
            Departure::Unfit => wording::unfit(schema, document, path),
        };
        Some((path, words))
    });
    said.map(|(path, words)| Finding {
        severity: Severity::Error,
        field: Some(path.clone()),
        value: written(document, path).unwrap_or(Shown::Nothing),
        place: document.nearest_place(path),
        problem: words.problem,
        mend: words.mend,
    })
    .collect()
}

fn meaning_finding(schema: &Schema, document: &Document, fault: Fault) -> Finding {
    let field = FieldPath::of_fault(&fault.field);
    let involved = fault.involves.iter().map(|path| FieldPath::of_fault(path));
    let place = involved.filter_map(|path| document.written(&path)).map(|written| written.place).next();
    let has_default = schema.field(&field).is_some_and(|field| field.default().is_some());
    let told = if has_default && document.written(&field).is_none() { Shown::Default } else { Shown::Told };
    Finding {
        severity: fault.severity,
        value: written(document, &field).unwrap_or_else(|| told(fault.value)),
        place: place.or_else(|| document.nearest_place(&field)),
        field: Some(field),
        problem: fault.problem,
        mend: fault.mend,
    }
}

fn written(document: &Document, path: &FieldPath) -> Option<Shown> {
    let written = document.written(path).filter(|written| written.is_scalar())?;
    Some(Shown::Written { text: written.text.clone(), value: written.value.clone() })
}

fn is_about_replaced(fault: &Fault, salvaged: &Salvaged) -> bool {
    fault.involves.iter().any(|path| salvaged.is_replaced(&FieldPath::of_fault(path)))
}

/// A file that fits the schema and is still refused: the schema and the types disagree.
fn unexplained(error: &serde_json::Error) -> Finding {
    Finding {
        severity: Severity::Error,
        field: None,
        value: Shown::Nothing,
        place: None,
        problem: format!("the file is refused: {error}"),
        mend: "change what it names, and report this as a defect of understudy".to_owned(),
    }
}

impl From<SyntaxError> for Finding {
    fn from(error: SyntaxError) -> Self {
        Self {
            severity: Severity::Error,
            field: None,
            value: Shown::Nothing,
            place: Some(error.place),
            problem: error.problem,
            mend: error.mend,
        }
    }
}
