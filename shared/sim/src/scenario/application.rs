//! The application of a scenario: the default one, with what the file says otherwise, as often as asked.

use super::faults::{Faults, read};
use super::file::File;
use serde_json::{Map, Value};
use understudy_engine::{AlarmArn, Application, DbInstanceArn, Mode, Policy, Severity, Source, VoterName};

/// What a scenario is about where it does not say otherwise.
pub(super) const DEFAULT: &str = include_str!("application.toml");

/// The letters of the outage table, and the default application's voters that they stand for.
pub(super) const LETTERS: [(&str, &str); 7] = [
    ("A", "primary-health"),
    ("H", "outside-checks"),
    ("B", "standby-probe"),
    ("W", "witness-probe"),
    ("R", "replica-heartbeat"),
    ("S", "standby-checks"),
    ("N", "canary"),
];

/// The most applications of one scenario.
const APPLICATIONS_MAX: u32 = 50;

pub(super) fn default_document() -> Value {
    toml::from_str(DEFAULT).unwrap_or_default()
}

/// The policy that the file asks for. Every fault that it has is named, warnings among them.
pub(super) fn policy(
    file: &File,
    load: &dyn Fn(&str) -> Result<String, String>,
    faults: &mut Faults,
) -> Option<Policy> {
    let (mut document, prefix) = document(file, load, faults)?;
    if let Some(mode) = file.mode {
        mode_agrees(file, mode, faults);
        if let Value::Object(table) = &mut document {
            table.insert("mode".to_owned(), Value::String(mode.to_string()));
        }
    }
    let read = read::<Policy>(document, &default_document(), &prefix, faults);
    let policy = read.value?;
    let own = policy.faults().into_iter().filter(|fault| {
        let touches = |path: &String, replaced: &String| path.starts_with(replaced) || replaced.starts_with(path);
        !fault.involves.iter().any(|path| read.replaced.iter().any(|replaced| touches(path, replaced)))
    });
    for mut fault in own {
        fault.field = format!("{prefix}{}", fault.field);
        faults.0.push(fault);
    }
    if policy.database.writer == policy.database.replica {
        let field = format!("{prefix}database.replica");
        faults.add(&field, &policy.database.replica, "the replica is the writer itself", "name the writer's replica");
    }
    for (index, voter) in policy.voters.iter().enumerate().filter(|(_, voter)| voter.source.alarm().is_none()) {
        let field = format!("{prefix}voters[{index}].source");
        let problem = "a scenario plays alarms, and nothing here answers a probe";
        faults.add(&field, &voter.source, problem, "give this voter an alarm in the scenario's application");
    }
    Some(policy)
}

/// The application file as it is to be read, and how its fields are named.
fn document(
    file: &File,
    load: &dyn Fn(&str) -> Result<String, String>,
    faults: &mut Faults,
) -> Option<(Value, String)> {
    match (&file.policy, &file.application) {
        (Some(_), Some(_)) => {
            let mend = "keep [application] for a whole one, or [policy] for what differs from the default one";
            faults.add("policy", "and application", "both say what the application is", mend);
            None
        }
        (None, None) => Some((default_document(), "policy.".to_owned())),
        (None, Some(whole)) => Some((whole.clone(), "application.".to_owned())),
        (Some(Value::String(path)), None) => match load(path) {
            Ok(text) => match toml::from_str::<Value>(&text) {
                Ok(document) => Some((document, format!("{path}: "))),
                Err(error) => {
                    faults.add("policy", path, &format!("is no TOML: {}", error.message()), "correct that file");
                    None
                }
            },
            Err(problem) => {
                let mend = "name an application file, from the folder of the scenario file";
                faults.add("policy", path, &problem, mend);
                None
            }
        },
        (Some(Value::Object(overrides)), None) => {
            let mut document = default_document();
            overlay(&mut document, overrides);
            Some((document, "policy.".to_owned()))
        }
        (Some(other), None) => {
            let mend = "write [policy] with what differs from the default application, or a path in quotes";
            faults.add("policy", other, "is neither a table nor a path", mend);
            None
        }
    }
}

fn mode_agrees(file: &File, mode: Mode, faults: &mut Faults) {
    let said = file.policy.as_ref().or(file.application.as_ref()).and_then(|table| table.get("mode"));
    if let Some(said) = said.and_then(Value::as_str).filter(|said| *said != mode.to_string()) {
        faults.add("mode", mode, &format!("the application's own mode is {said}"), "keep one of the two");
    }
}

/// Tables are laid over tables; whatever else stands in the way is replaced, lists as a whole.
fn overlay(document: &mut Value, overrides: &Map<String, Value>) {
    let Value::Object(table) = document else { return };
    for (key, value) in overrides {
        match (table.get_mut(key), value) {
            (Some(below @ Value::Object(_)), Value::Object(above)) => overlay(below, above),
            (Some(_) | None, _) => {
                table.insert(key.clone(), value.clone());
            }
        }
    }
}

/// As many applications as the storm takes: the first is the policy's own, the others are copies of it
/// with names of their own.
pub(super) fn copies(file: &File, policy: &Policy, faults: &mut Faults) -> Vec<Policy> {
    let storm = &file.storm;
    if storm.applications == 0 || storm.applications > APPLICATIONS_MAX {
        let mend = format!("write 1 to {APPLICATIONS_MAX}");
        faults.add("storm.applications", storm.applications, "is out of its range", &mend);
        return Vec::new();
    }
    if storm.priorities.len() > storm.applications as usize {
        let mend = "write at most one priority an application";
        faults.add("storm.priorities", storm.priorities.len(), "are more than there are applications", mend);
    }
    let copies: Option<Vec<Policy>> = (1..=storm.applications).map(|number| copy(policy, number)).collect();
    let Some(mut copies) = copies else {
        faults.add("application", &policy.application, "is too long a name to be numbered", "shorten it");
        return Vec::new();
    };
    for (copy, priority) in copies.iter_mut().zip(&storm.priorities) {
        copy.storm.priority = *priority;
    }
    copies
}

fn copy(policy: &Policy, number: u32) -> Option<Policy> {
    let mut copy = policy.clone();
    if number > 1 {
        copy.application = format!("{}-{number}", policy.application).parse::<Application>().ok()?;
        copy.database.writer = format!("{}-{number}", policy.database.writer).parse::<DbInstanceArn>().ok()?;
        copy.database.replica = format!("{}-{number}", policy.database.replica).parse::<DbInstanceArn>().ok()?;
        for voter in &mut copy.voters {
            let Some(arn) = voter.source.alarm() else { continue };
            voter.source = Source::Alarm(format!("{arn}-{number}").parse::<AlarmArn>().ok()?);
        }
    }
    Some(copy)
}

/// The voters that a key of `[voters]` stands for: names or letters, several with commas or blanks
/// between them, or `all` that watch the primary Region.
pub(super) fn voters(policy: &Policy, key: &str) -> Result<Vec<VoterName>, String> {
    let mut names = Vec::new();
    for word in key.split([' ', ',', '+', '/']).filter(|word| !word.is_empty()) {
        if word.eq_ignore_ascii_case("all") {
            names.extend(policy.electorate().map(|voter| voter.name.clone()));
        } else {
            names.push(voter(policy, word)?);
        }
    }
    if names.is_empty() { Err(key.to_owned()) } else { Ok(names) }
}

fn voter(policy: &Policy, word: &str) -> Result<VoterName, String> {
    let named = |name: &str| policy.voters.iter().find(|voter| voter.name.as_str() == name);
    let letter = || LETTERS.iter().find(|(letter, _)| *letter == word).and_then(|(_, name)| named(name));
    let found = named(word).or_else(letter).or_else(|| named(&word.to_lowercase()));
    found.map(|voter| voter.name.clone()).ok_or_else(|| word.to_owned())
}

pub(super) fn is_warning(severity: Severity) -> bool {
    severity == Severity::Warning
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_application_is_sound_and_has_a_voter_for_every_letter() {
        let policy: Policy = serde_json::from_value(default_document()).unwrap();
        assert!(policy.is_sound(), "{:?}", policy.faults());
        for (letter, name) in LETTERS {
            assert_eq!(voter(&policy, letter).unwrap().as_str(), name);
        }
        assert_eq!(voters(&policy, "all").unwrap().len(), 5);
    }
}
