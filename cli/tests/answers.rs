//! Every answer is of the schema, and the schema knows every field of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;
use jsonschema::Validator;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const SCHEMA: &str = include_str!("../../docs/reference/answer.schema.json");

/// The same schema, to which no field is unknown: what is published lets fields be added.
fn closed(schema: &mut Value) {
    if let Value::Object(fields) = schema {
        if fields.contains_key("properties") {
            fields.insert("additionalProperties".to_owned(), false.into());
        }
        fields.values_mut().for_each(closed);
    } else if let Value::Array(all) = schema {
        all.iter_mut().for_each(closed);
    }
}

struct Drill {
    file: String,
    schema: Validator,
    seen: BTreeSet<String>,
}

impl Drill {
    fn begin() -> Self {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("answers.json");
        let mut schema = serde_json::from_str(SCHEMA).unwrap();
        closed(&mut schema);
        let schema = jsonschema::validator_for(&schema).unwrap();
        let drill = Self { file: file.to_str().unwrap().to_owned(), schema, seen: BTreeSet::new() };
        drill.run(&["drill", "begin", "old-primary-returns", "--again"]);
        drill
    }

    fn run(&self, words: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_understudy"));
        command.env("UNDERSTUDY_DRILL", &self.file).env("UNDERSTUDY_APPLICATION", "orders");
        String::from_utf8(command.args(words).output().unwrap().stdout).unwrap()
    }

    fn answers(&mut self, words: &[&str]) -> Value {
        let printed = self.run(&[words, &["--output", "json"]].concat());
        let answer: Value = serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{words:?}: {error}"));
        let faults: Vec<String> = self.schema.iter_errors(&answer).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{words:?}: {faults:#?}\n{printed}");
        self.seen.extend(answer.as_object().unwrap().keys().cloned());
        self.seen.insert(answer["outcome"].as_str().unwrap().to_owned());
        answer
    }
}

#[test]
fn every_answer_of_a_failover_and_the_way_home_is_of_the_schema() {
    let mut drill = Drill::begin();
    drill.answers(&["status"]);
    drill.answers(&["pause"]);
    drill.answers(&["pause", "--yes"]);
    drill.answers(&["pause", "--yes"]);
    drill.answers(&["unpause", "--yes"]);
    drill.run(&["drill", "forward", "--until", "AwaitingApproval"]);
    let code = drill.answers(&["status"])["status"]["question"]["code"].as_str().unwrap().to_owned();
    drill.answers(&["failover", "approve", "--code", "0123456789abcdef", "--yes"]);
    drill.answers(&["failover", "approve", "--code", &code]);
    drill.answers(&["failover", "approve", "--code", &code, "--yes"]);
    drill.run(&["drill", "forward", "--until", "FailedOver"]);
    drill.run(&["drill", "forward", "--seconds", "700"]);
    let incident = drill.answers(&["incident", "list"])["incidents"][0].as_str().unwrap().to_owned();
    drill.answers(&["incident", "show"]);
    let home = "arn:aws:rds:us-east-1:111122223333:db:orders-home";
    drill.answers(&["failback", "plan", "--incident", &incident, "--replica", home]);
    drill.answers(&["failback", "start", "--incident", &incident, "--replica", home, "--yes"]);
    for seen in ["plan", "incidents", "incident", "shown", "would", "entered", "refused"] {
        assert!(drill.seen.contains(seen), "no answer had {seen}: {:?}", drill.seen);
    }
}
