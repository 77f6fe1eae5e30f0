//! What wakes a conductor or a notifier: the table's stream, or a schedule.

use crate::unusable::Unusable;
use serde_json::Value;
use understudy_engine::{Application, shortened};

/// Who is to be looked after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// The schedule of one application, or a person's invoke.
    Tick(Application),
    /// Changes of records, oldest first.
    Stream(Vec<StreamRecord>),
}

/// A change of one record. Its images are of the past, so only its key is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRecord {
    pub sequence_number: String,
    /// None for items that are no application's record.
    pub application: Option<Application>,
}

/// Reads what woke the function.
///
/// # Errors
/// When the event is neither a stream batch nor a tick.
pub fn wake(event: &Value) -> Result<Wake, Unusable> {
    if let Some(records) = event.get("Records").and_then(Value::as_array) {
        return records.iter().map(stream_record).collect::<Result<_, _>>().map(Wake::Stream);
    }
    let name = event.get("application").ok_or(Unusable::UnknownShape)?;
    let name = name.as_str().ok_or(Unusable::Missing("application"))?;
    application(name).map(Wake::Tick)
}

fn stream_record(record: &Value) -> Result<StreamRecord, Unusable> {
    let sequence = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str);
    let key = record.pointer("/dynamodb/Keys/pk/S").and_then(Value::as_str);
    let key = key.ok_or(Unusable::Missing("Records[].dynamodb.Keys.pk.S"))?;
    Ok(StreamRecord {
        sequence_number: sequence.ok_or(Unusable::Missing("Records[].dynamodb.SequenceNumber"))?.to_owned(),
        // One key that nobody can be called by must not hold up the records of everybody else.
        application: key.strip_prefix("app#").and_then(|name| application(name).ok()),
    })
}

fn application(name: &str) -> Result<Application, Unusable> {
    name.parse().map_err(|_| Unusable::NotAnApplication(shortened(name)))
}
