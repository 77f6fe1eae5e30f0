//! The outbox to people and to the incident's record.

use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use understudy_driver::deliver;
use understudy_engine::Application;
use understudy_events::{Wake, wake};
use understudy_lambda::{ErrorType, Fault, Shell, count};

pub(crate) async fn handle(shell: &Shell, event: LambdaEvent<Value>) -> Result<Value, Fault> {
    match wake(&event.payload) {
        Err(unusable) => {
            count("notify", unusable.code());
            Err(Fault::new(ErrorType::UnusableEvent, unusable))
        }
        Ok(Wake::Tick(application)) => {
            let announced = notify(shell, &application).await?;
            Ok(json!({ "announced": announced }))
        }
        Ok(Wake::Stream(records)) => {
            // The oldest record of an application is where its shard would have to go on from.
            let mut oldest: BTreeMap<Application, String> = BTreeMap::new();
            for record in records {
                if let Some(application) = record.application {
                    oldest.entry(application).or_insert(record.sequence_number);
                }
            }
            let mut failed = Vec::new();
            for (application, sequence_number) in oldest {
                if let Err(fault) = notify(shell, &application).await {
                    tracing::error!(%application, error_type = ?fault.error_type, "{}", fault.message);
                    count("notify", "failed");
                    if fault.may_pass() {
                        failed.push(json!({ "itemIdentifier": sequence_number }));
                    }
                }
            }
            Ok(json!({ "batchItemFailures": failed }))
        }
    }
}

async fn notify(shell: &Shell, application: &Application) -> Result<usize, Fault> {
    let mut run = shell.run();
    let ledger = shell.ledger().await?;
    let delivery = deliver(ledger, shell.cloud(), application, &mut run, Timestamp::now()).await?;
    for entry in &delivery.announced {
        tracing::info!(%application, incident = %entry.incident, seq = entry.seq.0, "announced");
        count("notify", "announced");
    }
    for entry in &delivery.forked {
        tracing::error!(%application, incident = %entry.incident, seq = entry.seq.0, "the record has another entry");
        count("notify", "forked");
    }
    Ok(delivery.announced.len())
}
