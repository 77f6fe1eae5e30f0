//! What can still be judged of a file whose shape is wrong: each broken value gives way to a fitting
//! one, so that the rest can be decided about.

use super::path::{FieldPath, Part};
use super::schema::Schema;
use super::shape::{Departure, Departures};
use serde_json::Value;
use std::collections::BTreeSet;
use understudy_engine::Policy;

/// A policy that stands for the file, and the places that do not come from it.
#[derive(Debug)]
pub(super) struct Salvaged {
    pub(super) policy: Result<Policy, serde_json::Error>,
    replaced: BTreeSet<FieldPath>,
}

impl Salvaged {
    /// Whether what is said of the path is said of something that does not come from the file.
    pub(super) fn is_replaced(&self, path: &FieldPath) -> bool {
        let below = || self.replaced.range(path..).next().is_some_and(|next| next.is_at_or_below(path));
        below() || path.ancestors().any(|above| self.replaced.contains(&above))
    }
}

pub(super) fn salvage(schema: &Schema, mut root: Value, departures: &Departures) -> Salvaged {
    let mut replaced = BTreeSet::new();
    for (path, departure) in departures {
        match departure {
            Departure::Unknown(meant) => {
                remove(&mut root, path);
                // The fields that were meant hold what the author did not write.
                replaced.extend(meant.fields().iter().cloned());
            }
            Departure::Missing | Departure::Unfit => {
                put(&mut root, path, schema.fitting_value(path));
                replaced.insert(path.clone());
            }
        }
    }
    Salvaged { policy: serde_json::from_value(root), replaced }
}

fn remove(root: &mut Value, path: &FieldPath) {
    if let Some(Value::Object(table)) = at(root, &path.parent()) {
        table.remove(path.name());
    }
}

fn put(root: &mut Value, path: &FieldPath, value: Value) {
    if let Some(place) = at(root, path) {
        *place = value;
    } else if let Some(Value::Object(table)) = at(root, &path.parent()) {
        table.insert(path.name().to_owned(), value);
    }
}

fn at<'v>(root: &'v mut Value, path: &FieldPath) -> Option<&'v mut Value> {
    path.parts().iter().try_fold(root, |value, part| match part {
        Part::Key(key) => value.get_mut(key),
        Part::Index(index) => value.get_mut(*index),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_field_touches_what_lies_above_and_below_it() {
        let touched = |replaced: &str, path: &str| {
            let replaced = BTreeSet::from([FieldPath::of_fault(replaced), FieldPath::of_fault("application")]);
            let salvaged = Salvaged { policy: serde_json::from_str(""), replaced };
            salvaged.is_replaced(&FieldPath::of_fault(path))
        };
        assert!(touched("voters", "voters[0].source"));
        assert!(touched("voters[0].source", "voters"));
        assert!(touched("voters[0].source", "voters[0].source"));
        assert!(!touched("voters[0]", "voters[1].source"));
        assert!(!touched("voters[1]", "voters[0].source"));
        assert!(!touched("regions.primary", "regions.standby"));
    }
}
