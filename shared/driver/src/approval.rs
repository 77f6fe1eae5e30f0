//! Codes for answers: a person gives back the hash of exactly what was asked, so that a yes can not be
//! moved to another incident, epoch or action, nor to the same question asked again.

use crate::conduct::{ConductError, Run, command};
use crate::ledger::Ledger;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use understudy_engine::{Application, Event, Ignored, IncidentId, Order, Person, Question, State, StepVerdict};

/// How many hexadecimal digits of the hash a person has to give back.
const DIGITS: usize = 16;

/// What a person gives back to say what the answer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalCode(pub String);

/// A person's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
}

/// The code of a question that one application asks.
#[must_use]
pub fn code_of_question(application: &Application, question: &Question) -> ApprovalCode {
    code(&serde_json::json!(["question", application, question]))
}

/// The code of all that wait at the storm breaker.
#[must_use]
pub fn code_of_batch(batch: &BTreeMap<Application, IncidentId>) -> ApprovalCode {
    code(&serde_json::json!(["batch", batch]))
}

fn code(what: &serde_json::Value) -> ApprovalCode {
    let mut text = String::new();
    for byte in Sha256::digest(what.to_string()).iter().take(DIGITS / 2) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    ApprovalCode(text)
}

/// The question that is asked now, if the code stands for it.
pub(crate) fn question_of_code<'a>(state: &'a State, code: &ApprovalCode) -> Option<&'a Question> {
    state.phase.question().filter(|asked| code_of_question(&state.application, asked) == *code)
}

/// Enters a person's answer to the question that the code stands for.
///
/// # Errors
/// When the ledger does not answer.
pub async fn answer(
    ledger: &impl Ledger,
    application: &Application,
    run: &mut Run,
    by: &Person,
    (answer, code): (Answer, &ApprovalCode),
    now: Timestamp,
) -> Result<StepVerdict, ConductError> {
    let record = ledger.load(application).await?;
    let Some(question) = question_of_code(&record.state, code) else {
        return Ok(StepVerdict::Ignored(Ignored::Stale));
    };
    let order = match answer {
        Answer::Yes => Order::Approve(question.clone()),
        Answer::No => Order::Veto(question.clone()),
    };
    command(ledger, application, run, &Event::Ordered { by: by.clone(), order }, now).await
}

impl fmt::Display for ApprovalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
