//! Parse, cast, acknowledge. An error is answered only where the ledger did not take a good event.

use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};
use understudy_driver::{Ledger, receive};
use understudy_events::signals;
use understudy_lambda::{Fault, Shell, count};

pub(crate) async fn handle(shell: &Shell, event: LambdaEvent<Value>) -> Result<Value, Fault> {
    let results = take_in(shell.ledger().await?, &event.payload, Timestamp::now()).await?;
    for result in &results {
        count("intake", result);
    }
    Ok(json!({ "results": results }))
}

/// What became of each signal in the event.
async fn take_in(ledger: &impl Ledger, event: &Value, now: Timestamp) -> Result<Vec<&'static str>, Fault> {
    let mut results = Vec::new();
    for signal in signals(event) {
        match signal {
            Err(unusable) => {
                tracing::warn!(reason = unusable.code(), "acknowledged and not used: {unusable}");
                results.push(unusable.code());
            }
            Ok(signal) => {
                for receipt in receive(ledger, signal, now).await? {
                    tracing::info!(?receipt, "{}", receipt.code());
                    results.push(receipt.code());
                }
            }
        }
    }
    Ok(results)
}
