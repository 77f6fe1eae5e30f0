//! What intake receives, whatever envelope it comes in.

use crate::alarm::{self, AlarmChange};
use crate::rds::{self, DatabaseHint};
use crate::unusable::Unusable;
use serde_json::Value;

/// One usable event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    Alarm(AlarmChange),
    Database(DatabaseHint),
}

/// Reads an event. An SNS delivery may carry several; each stands or falls by itself.
#[must_use]
pub fn signals(event: &Value) -> Vec<Result<Signal, Unusable>> {
    match event.get("Records").and_then(Value::as_array) {
        Some(records) if records.is_empty() => vec![Err(Unusable::UnknownShape)],
        Some(records) => records.iter().map(from_sns).collect(),
        None => vec![signal(event)],
    }
}

fn from_sns(record: &Value) -> Result<Signal, Unusable> {
    let message = record.get("Sns").ok_or(Unusable::UnknownShape)?.get("Message").and_then(Value::as_str);
    let message = message.ok_or(Unusable::Missing("Records[].Sns.Message"))?;
    let message: Value =
        serde_json::from_str(message).map_err(|_| Unusable::NotJson { field: "Records[].Sns.Message" })?;
    signal(&message)
}

fn signal(event: &Value) -> Result<Signal, Unusable> {
    if event.get("AlarmArn").is_some() || event.get("NewStateValue").is_some() {
        return alarm::from_notification(event).map(Signal::Alarm);
    }
    if event.get("alarmData").is_some() {
        return alarm::from_action(event).map(Signal::Alarm);
    }
    match event.get("source").and_then(Value::as_str) {
        Some("aws.cloudwatch") => alarm::from_event_bridge(event).map(Signal::Alarm),
        Some("aws.rds") => rds::from_event_bridge(event).map(Signal::Database),
        Some(_) | None => Err(Unusable::UnknownShape),
    }
}
