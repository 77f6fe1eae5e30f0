//! Application files: what is wrong with them, how they are stored, and what shape they have.

mod examine;
mod file;
mod report;
mod terraform;

use crate::args::{AppVerb, Output, Show, StoredForm, Validate};
use crate::failure::Failure;
use examine::{Examination, Schema, examine};
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use understudy_driver::application_items;
use understudy_engine::Policy;

pub(crate) fn run(verb: &AppVerb, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    match verb {
        AppVerb::Validate(args) => validate(args, out, err),
        AppVerb::Show(args) => show(args, out, err),
        AppVerb::Schema => schema(out),
        AppVerb::Apply(args) => crate::desk::begun::apply(args, out, err),
    }
}

fn validate(args: &Validate, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let examination = examine(&file::read(&args.file)?)?;
    let file = args.file.display().to_string();
    match args.output {
        Output::Text => {
            report::faults(&file, &examination, err)?;
            if let Some(policy) = &examination.policy {
                report::valid(&file, policy, out)?;
            }
        }
        Output::Json => report::json(&examination, out)?,
    }
    Ok(answer(&examination))
}

fn show(args: &Show, out: &mut dyn Write, err: &mut dyn Write) -> Result<ExitCode, Failure> {
    let text = file::read(&args.file)?;
    let examination = examine(&text)?;
    report::faults(&args.file.display().to_string(), &examination, err)?;
    if let Some(policy) = &examination.policy {
        match args.format {
            StoredForm::Policy => serde_json::to_writer_pretty(&mut *out, policy)?,
            StoredForm::Items => {
                serde_json::to_writer_pretty(&mut *out, &json!({ "items": application_items(policy)? }))?;
            }
            StoredForm::Terraform => serde_json::to_writer_pretty(&mut *out, &terraform::document(&text, policy)?)?,
        }
        writeln!(out)?;
    }
    Ok(answer(&examination))
}

/// The policy of an application file, or none and every fault of it told.
pub(crate) fn sound(path: &Path, err: &mut dyn Write) -> Result<Option<Policy>, Failure> {
    let examination = examine(&file::read(path)?)?;
    report::faults(&path.display().to_string(), &examination, err)?;
    Ok(examination.policy)
}

fn schema(out: &mut dyn Write) -> Result<ExitCode, Failure> {
    writeln!(out, "{}", Schema::of_application_file())?;
    Ok(ExitCode::SUCCESS)
}

fn answer(examination: &Examination) -> ExitCode {
    if examination.policy.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
