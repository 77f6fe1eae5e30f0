//! Whoever wakes it, the conductor does the same thing. A schedule's tick also stays awake for what is
//! due soon; a stream's batch does not, because its shard waits for it.

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};
use std::time::Duration;
use understudy_driver::{Cloud, Ledger, Run, attend, turn};
use understudy_engine::{Application, StepVerdict};
use understudy_events::{StreamRecord, Wake, wake};
use understudy_lambda::{ErrorType, Fault, Shell, count};

/// What is left of an invocation's time for the work that a sleep ends with.
const RESERVE: SignedDuration = SignedDuration::from_secs(15);

pub(crate) async fn handle(shell: &Shell, event: LambdaEvent<Value>) -> Result<Value, Fault> {
    let ledger = shell.ledger().await?;
    match wake(&event.payload) {
        Err(unusable) => {
            count("conductor", unusable.code());
            Err(Fault::new(ErrorType::UnusableEvent, unusable))
        }
        Ok(Wake::Tick(application)) => {
            let until = awake_until(&event.context);
            let mut run = shell.run();
            let verdicts = attend(ledger, shell.cloud(), &application, &mut run, Timestamp::now, until, sleep).await?;
            tell(&application, &verdicts);
            Ok(json!({ "steps": verdicts.len() }))
        }
        Ok(Wake::Stream(records)) => {
            let until = awake_until(&event.context);
            let mut failed = Vec::new();
            for record in newest_of_each(records) {
                let Some(application) = &record.application else { continue };
                // In a storm every look waits for a lost Region: what is not begun in time is left to the next batch.
                if Timestamp::now() >= until {
                    failed.push(json!({ "itemIdentifier": record.sequence_number }));
                    continue;
                }
                let mut run = shell.run();
                if let Err(fault) = conduct(ledger, shell.cloud(), application, &mut run).await {
                    tracing::error!(%application, error_type = ?fault.error_type, "{}", fault.message);
                    count("conductor", "failed");
                    if fault.may_pass() {
                        failed.push(json!({ "itemIdentifier": record.sequence_number }));
                    }
                }
            }
            Ok(json!({ "batchItemFailures": failed }))
        }
    }
}

async fn conduct(
    ledger: &impl Ledger,
    cloud: &impl Cloud,
    application: &Application,
    run: &mut Run,
) -> Result<(), Fault> {
    let taken = turn(ledger, cloud, application, run, &Timestamp::now).await?;
    tell(application, &taken.verdicts);
    Ok(())
}

/// One record an application is enough: what it is about is read from the table.
fn newest_of_each(records: Vec<StreamRecord>) -> Vec<StreamRecord> {
    let mut newest: Vec<StreamRecord> = Vec::new();
    for record in records {
        newest.retain(|earlier| earlier.application != record.application);
        newest.push(record);
    }
    newest
}

async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

fn awake_until(context: &Context) -> Timestamp {
    let deadline = i64::try_from(context.deadline).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    deadline.and_then(|deadline| deadline.checked_sub(RESERVE).ok()).unwrap_or(Timestamp::MIN)
}

fn tell(application: &Application, verdicts: &[StepVerdict]) {
    for verdict in verdicts {
        match verdict {
            StepVerdict::Advanced(why) => tracing::info!(%application, ?why, "advanced: {}", why.sentence()),
            StepVerdict::Refused(blockers) => tracing::info!(%application, ?blockers, "refused"),
            StepVerdict::Anomaly(anomaly) => {
                count("conductor", "anomaly");
                tracing::error!(%application, ?anomaly, "anomaly");
            }
            StepVerdict::Noted | StepVerdict::Ignored(_) => {}
        }
    }
}
