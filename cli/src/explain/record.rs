//! Explaining from an incident's own record: what an entry carries is what was weighed then.

use crate::failure::Failure;
use crate::incident;
use std::path::Path;
use understudy_driver::verify;
use understudy_engine::{Application, EXPLANATION_SCHEMA, Entry, Explained, Explanation, PhaseName, Revision, What};

/// The last entry up to a revision that tells its evidence.
pub(super) fn explain(file: &Path, revision: Option<Revision>) -> Result<Explanation, Failure> {
    let items = incident::items(file)?;
    let name = file.display();
    verify(&items).map_err(|broken| Failure {
        problem: format!("the hash chain of {name} is broken: {broken}"),
        mend: "export the incident again, and keep the file as evidence".to_owned(),
    })?;
    let entries: Vec<Entry> = items.iter().filter_map(|item| serde_json::from_str(&item.entry).ok()).collect();
    if entries.len() < items.len() {
        return Err(unusable(file, "an entry was written by another release"));
    }
    let mut phase = PhaseName::Watching;
    let mut told = None;
    for entry in entries.iter().take_while(|entry| revision.is_none_or(|revision| entry.revision <= revision)) {
        if let What::Moved { to, .. } = &entry.what {
            phase = *to;
        }
        if entry.assessment.is_some() {
            told = Some((entry, phase));
        }
    }
    let application = items.first().map(|item| &item.application);
    let ((entry, phase), application) = told.zip(application).ok_or_else(|| Failure {
        problem: format!("no entry of {name} up to there tells its evidence"),
        mend: "name a later revision with --revision".to_owned(),
    })?;
    Ok(of_entry(application, entry, phase))
}

fn of_entry(application: &Application, entry: &Entry, phase: PhaseName) -> Explanation {
    Explanation {
        schema: EXPLANATION_SCHEMA,
        application: application.clone(),
        at: entry.at,
        revision: entry.revision,
        epoch: entry.epoch,
        mode: None,
        phase,
        incident: Some(entry.id.incident.clone()),
        answer: Explained::of_phase(phase),
        because: entry.why(),
        evidence: entry.assessment.clone(),
        weighed_at: entry.at,
        needs: entry.what.needs().cloned(),
        next_due: None,
    }
}

fn unusable(file: &Path, problem: &str) -> Failure {
    Failure {
        problem: format!("{} is not the record of an incident: {problem}", file.display()),
        mend: "name a file that `understudy drill run` or `understudy incident export` wrote".to_owned(),
    }
}
