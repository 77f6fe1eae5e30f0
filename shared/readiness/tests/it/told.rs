//! What is written: the schema, and the table in the docs.

use crate::ground::{blind, now, policy, survey};
use std::fmt::Write as _;
use understudy_readiness::{Readiness, Why, checks};

const PAGE: &str = include_str!("../../../../docs/reference/readiness.md");

#[test]
fn every_answer_is_of_the_schema() {
    let schema = serde_json::from_str(include_str!("../../../../docs/reference/readiness.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let policy = policy();
    for survey in [survey(&policy), blind(&policy, Why::Denied), blind(&policy, Why::Absent)] {
        let written = serde_json::to_value(Readiness::of(&policy, &survey, now())).unwrap();
        let errors: Vec<String> = validator.iter_errors(&written).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{written:#}");
        let mut other = written.clone();
        other["findings"][0]["verdict"] = "fine".into();
        assert!(!validator.is_valid(&other));
    }
}

#[test]
fn the_page_lists_every_check_as_the_code_has_it() {
    let mut table = "| check | wants | at worst | why |\n|---|---|---|---|\n".to_owned();
    for check in checks() {
        writeln!(table, "| `{}` | {} | {} | {} |", check.name, check.wants, check.at_worst, check.why).unwrap();
    }
    assert!(PAGE.contains(&table), "docs/reference/readiness.md has to hold this table:\n\n{table}");
}
