//! What an examination found, for people and for programs.

use super::examine::{Examination, Finding, Shown};
use crate::failure::Failure;
use serde_json::{Value, json};
use std::io::{self, Write};
use understudy_engine::{Policy, Severity};

pub(super) fn valid(file: &str, policy: &Policy, out: &mut dyn Write) -> io::Result<()> {
    let Policy { application, mode, voters, quorum, .. } = policy;
    let voters = counted(voters.len(), "voter");
    writeln!(out, "{file}: valid (application {application}, mode {mode}, {voters}, quorum {})", quorum.needed)
}

pub(super) fn faults(file: &str, examination: &Examination, err: &mut dyn Write) -> io::Result<()> {
    for finding in &examination.findings {
        writeln!(err, "{}: {}", severity(finding.severity), line(file, finding))?;
        writeln!(err, "  hint: {}", finding.mend)?;
    }
    let errors = examination.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors > 0 {
        let warnings = match examination.findings.len() - errors {
            0 => String::new(),
            count => format!(", {}", counted(count, "warning")),
        };
        writeln!(err, "{file}: not valid ({}{warnings})", counted(errors, "error"))?;
    }
    Ok(())
}

pub(super) fn json(examination: &Examination, out: &mut dyn Write) -> Result<(), Failure> {
    let faults: Vec<Value> = examination.findings.iter().map(as_json).collect();
    let report = json!({ "valid": examination.policy.is_some(), "faults": faults });
    serde_json::to_writer_pretty(&mut *out, &report)?;
    Ok(writeln!(out)?)
}

fn as_json(finding: &Finding) -> Value {
    let value = match &finding.value {
        Shown::Written { value, .. } => value.clone(),
        Shown::Default(text) | Shown::Told(text) => Value::String(text.clone()),
        Shown::Nothing => Value::Null,
    };
    json!({
        "severity": severity(finding.severity),
        "field": finding.field.as_ref().map(ToString::to_string),
        "value": value,
        "line": finding.place.map(|place| place.line),
        "problem": finding.problem,
        "mend": finding.mend,
    })
}

fn line(file: &str, finding: &Finding) -> String {
    let place = match finding.place {
        Some(place) if finding.field.is_none() => format!("{file}:{}:{}", place.line, place.column),
        Some(place) => format!("{file}:{}", place.line),
        None => file.to_owned(),
    };
    let field = finding.field.as_ref().map(ToString::to_string).unwrap_or_default();
    let subject = match &finding.value {
        Shown::Written { text, .. } => format!("{field} = {text}: "),
        Shown::Default(text) => format!("{field} = {text} (the default): "),
        Shown::Told(text) => format!("{field} ({text}): "),
        Shown::Nothing if finding.field.is_some() => format!("{field}: "),
        Shown::Nothing => String::new(),
    };
    format!("{place}: {subject}{}", finding.problem)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
