//! Exports of incidents: read, and written as a report.

use crate::args::IncidentExport;
use crate::desk::{Door, newest};
use crate::failure::Failure;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use understudy_driver::{Ask, IncidentItem, IncidentTold, verify};
use understudy_engine::Policy;

pub(crate) fn export(args: &IncidentExport, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let (items, policy) = match &args.items {
        Some(file) => of_file(file, args.policy.as_deref())?,
        None => of_record(args)?,
    };
    let report = understudy_report::export(&items, &policy, args.format.into()).map_err(|unusable| Failure {
        problem: format!("{}: {}", unusable.field, unusable.problem),
        mend: unusable.mend.to_owned(),
    })?;
    match &args.out {
        None => writeln!(out, "{}", report.trim_end())?,
        Some(file) => fs::write(file, report).map_err(|error| Failure {
            problem: format!("{} cannot be written: {error}", file.display()),
            mend: "name a file in a folder that can be written with --out".to_owned(),
        })?,
    }
    Ok(if verify(&items).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn of_file(file: &Path, beside: Option<&Path>) -> Result<(Vec<IncidentItem>, Policy), Failure> {
    let given = json(file)?;
    let items = items_in(file, &given)?;
    let policy = match beside {
        Some(file) => policy(file)?,
        None => policy_beside(file, &given)?,
    };
    Ok((items, policy))
}

/// As the record has it now, by whoever keeps it.
fn of_record(args: &IncidentExport) -> Result<(Vec<IncidentItem>, Policy), Failure> {
    let Some(application) = &args.application else {
        return Err(Failure {
            problem: "there is nothing to export".to_owned(),
            mend: "name an application with --application, or a file with --items".to_owned(),
        });
    };
    let door = Door::found(args.drill.as_deref(), None, args.url.as_deref())?;
    let told = match &args.incident {
        Some(incident) => door.ask(application, Ask::Incident { incident: incident.clone() }, false)?,
        None => newest(&door, application)?,
    };
    let Some(IncidentTold { items, policy }) = told.incident else {
        let mend = told.hint.unwrap_or_else(|| "see `understudy incident list`".to_owned());
        return Err(Failure { problem: told.says, mend });
    };
    let policy = match &args.policy {
        Some(file) => self::policy(file)?,
        None => policy,
    };
    Ok((items, policy))
}

const WANTED: &str = "name the report of `understudy drill run`, or {\"items\": […], \"policy\": {…}} of the incident";

fn text(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| Failure {
        problem: format!("{} cannot be read: {error}", file.display()),
        mend: "check the path, which starts from the current folder".to_owned(),
    })
}

fn json(file: &Path) -> Result<Value, Failure> {
    let problem = |error: serde_json::Error| format!("{} is no JSON: {error}", file.display());
    serde_json::from_str(&text(file)?).map_err(|error| Failure { problem: problem(error), mend: WANTED.to_owned() })
}

/// The items of an export: alone, beside a policy, or as `incident` of a drill's report.
pub(crate) fn items(file: &Path) -> Result<Vec<IncidentItem>, Failure> {
    items_in(file, &json(file)?)
}

fn items_in(file: &Path, given: &Value) -> Result<Vec<IncidentItem>, Failure> {
    let found = given.get("items").or_else(|| given.get("incident")).unwrap_or(given);
    serde_json::from_value(found.clone()).map_err(|error| Failure {
        problem: format!("{} holds no items of an incident: {error}", file.display()),
        mend: WANTED.to_owned(),
    })
}

fn policy_beside(file: &Path, given: &Value) -> Result<Policy, Failure> {
    let missing = || Failure {
        problem: format!("{} holds no policy beside the items", file.display()),
        mend: "name the application file with --policy".to_owned(),
    };
    let policy = given.get("policy").ok_or_else(missing)?;
    serde_json::from_value(policy.clone()).map_err(|error| Failure {
        problem: format!("the policy in {} cannot be used: {error}", file.display()),
        mend: "name the application file with --policy".to_owned(),
    })
}

/// An application file, or a policy as it is stored.
fn policy(file: &Path) -> Result<Policy, Failure> {
    let text = text(file)?;
    let read = if text.trim_start().starts_with('{') {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        toml::from_str(&text).map_err(|error| error.message().to_owned())
    };
    read.map_err(|problem| Failure {
        problem: format!("{} is no application file: {problem}", file.display()),
        mend: format!("understudy app validate {}", file.display()),
    })
}
