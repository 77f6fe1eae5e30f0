//! One look at one application: told where it differs from the look before, and kept.

use jiff::Timestamp;
use serde_json::{Value, json};
use understudy_driver::{Cloud, Ledger};
use understudy_engine::{Application, Region};
use understudy_events::{Wake, wake};
use understudy_lambda::{ErrorType, Fault, Shell, count};
use understudy_readiness::{Answer, Look, Readiness};
use understudy_survey::{Place, survey};

pub(crate) async fn handle(shell: &Shell, functions: &str, event: Value) -> Result<Value, Fault> {
    match wake(&event) {
        Ok(Wake::Tick(application)) => look(shell, functions, &application).await,
        Ok(Wake::Stream(_)) => {
            count("readiness", "unreadable");
            Err(Fault::new(ErrorType::UnusableEvent, "a stream wakes nobody here: send {\"application\": NAME}"))
        }
        Err(unusable) => {
            count("readiness", unusable.code());
            Err(Fault::new(ErrorType::UnusableEvent, unusable))
        }
    }
}

async fn look(shell: &Shell, functions: &str, application: &Application) -> Result<Value, Fault> {
    let ledger = shell.ledger().await?;
    let policy = ledger.load(application).await?.policy;
    let (table, region) = ledger.place();
    let table_region: Region = region.parse().map_err(|error| Fault::new(ErrorType::Misconfigured, error))?;
    let place = Place { table: table.to_owned(), table_region, functions: functions.to_owned(), gates: Vec::new() };
    let seen = survey(shell.cloud().clients().config(), &policy, &place, Timestamp::now()).await;
    let now = Readiness::of(&policy, &seen, Timestamp::now());

    let before = ledger.kept(application).await?.and_then(|kept| read(application, kept.at, &kept.text));
    let (look, change) = Look::after(before.as_ref(), &now);
    // Told before it is kept: whoever is cut off between the two tells it once more.
    if let Some(change) = &change {
        shell.cloud().announce(&change.announcement(&policy)).await?;
        count("readiness", "told");
    }
    let text = serde_json::to_string(&look).map_err(|error| Fault::new(ErrorType::UnusableRecord, error))?;
    ledger.keep(application, now.at, &text).await?;
    count("readiness", answered(now.answer));
    tracing::info!(%application, answer = answered(now.answer), told = change.is_some(), "looked");
    Ok(json!({ "answer": now.answer, "told": change.is_some() }))
}

/// The look before. One that another release has kept in another shape counts for none, so that all is told anew.
fn read(application: &Application, at: Timestamp, text: &str) -> Option<Look> {
    match serde_json::from_str(text) {
        Ok(look) => Some(look),
        Err(error) => {
            tracing::warn!(%application, %at, "the look before cannot be read: {error}");
            None
        }
    }
}

fn answered(answer: Answer) -> &'static str {
    match answer {
        Answer::Ready => "ready",
        Answer::NotReady => "not_ready",
        Answer::CannotTell => "cannot_tell",
    }
}
