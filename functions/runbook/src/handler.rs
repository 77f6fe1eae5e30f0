//! One request of a person, one answer. By a Function URL everything is answered; a direct invocation that cannot be
//! served fails, so that whoever invoked sees it. An automation sees nothing else: what it is refused fails as well.

use crate::door::{Automated, Knock, Refusal, open};
use jiff::Timestamp;
use serde_json::{Value, json};
use understudy_driver::{Caller, DeskRequest, Outcome, Told, serve};
use understudy_lambda::{ErrorType, Fault, Shell, count};

pub(crate) async fn handle(shell: &Shell, payload: Value) -> Result<Value, Fault> {
    match open(payload) {
        Knock::Url(Ok(knock)) => Ok(match asked(shell, knock).await {
            Ok(told) => http(status_of(&told), &serde_json::to_value(&told).unwrap_or_default()),
            Err(fault) => http(status_of_fault(fault.error_type), &json!({ "error": fault.message })),
        }),
        Knock::Url(Err(Refusal { status, error })) => {
            count("runbook", "unreadable");
            Ok(http(status, &json!({ "error": error })))
        }
        Knock::Direct(Ok(knock)) => {
            let told = asked(shell, knock).await?;
            serde_json::to_value(&told).map_err(|error| Fault::new(ErrorType::UnusableRecord, error))
        }
        Knock::Automation(Ok(Automated { request, caller, expects })) => {
            let told = asked(shell, (request, caller)).await?;
            let hint = told.hint.as_deref().map(|hint| format!(": {hint}")).unwrap_or_default();
            if told.outcome == Outcome::Refused {
                return Err(Fault::new(ErrorType::Refused, format!("{}{hint}", told.says)));
            }
            if let Some(expected) = expects.filter(|expected| *expected != told.status.phase) {
                let problem = format!("expect: the phase is {}, and {expected} is waited for", told.status.phase);
                return Err(Fault::new(ErrorType::Refused, problem));
            }
            serde_json::to_value(&told).map_err(|error| Fault::new(ErrorType::UnusableRecord, error))
        }
        Knock::Direct(Err(Refusal { error, .. })) | Knock::Automation(Err(Refusal { error, .. })) => {
            count("runbook", "unreadable");
            Err(Fault::new(ErrorType::UnusableEvent, error))
        }
    }
}

async fn asked(shell: &Shell, (request, caller): (DeskRequest, Caller)) -> Result<Told, Fault> {
    let by = caller.person();
    let mut run = shell.run();
    let ledger = shell.ledger().await?;
    let told = serve(ledger, &mut run, &by, &request, Timestamp::now()).await;
    let action = request.ask.name();
    match &told {
        Ok(told) => {
            tracing::info!(application = %request.application, action, %by, outcome = ?told.outcome, "{}", told.says);
            count("runbook", outcome(told.outcome));
        }
        Err(error) => {
            tracing::error!(application = %request.application, action, %by, "{error}");
            count("runbook", "failed");
        }
    }
    Ok(told?)
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Shown => "shown",
        Outcome::Would => "would",
        Outcome::Entered => "entered",
        Outcome::Refused => "refused",
    }
}

fn status_of(told: &Told) -> u16 {
    match told.outcome {
        Outcome::Shown | Outcome::Would | Outcome::Entered => 200,
        Outcome::Refused => 409,
    }
}

fn status_of_fault(error_type: ErrorType) -> u16 {
    match error_type {
        ErrorType::UnknownApplication => 404,
        ErrorType::UnusableEvent => 400,
        ErrorType::Unavailable | ErrorType::Contended => 503,
        ErrorType::Misconfigured
        | ErrorType::TableMissing
        | ErrorType::TableNotStronglyConsistent
        | ErrorType::TableKeyMismatch
        | ErrorType::Denied
        | ErrorType::UnusableRecord
        | ErrorType::Refused
        | ErrorType::Restless
        | ErrorType::TopicMissing => 500,
    }
}

fn http(status: u16, body: &Value) -> Value {
    json!({ "statusCode": status, "headers": {"content-type": "application/json"}, "body": body.to_string() })
}
