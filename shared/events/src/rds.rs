//! RDS events: best effort and out of order, so they are hints. Describe decides.

use crate::unusable::Unusable;
use serde_json::Value;
use understudy_engine::shortened;

/// Something happened to a database. Its id says what; the category text is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseHint {
    pub source_arn: String,
    pub event_id: String,
}

pub(crate) fn from_event_bridge(event: &Value) -> Result<DatabaseHint, Unusable> {
    match event.get("detail-type").and_then(Value::as_str) {
        Some("RDS DB Instance Event" | "RDS DB Cluster Event") => {}
        Some(_) | None => return Err(Unusable::UnknownShape),
    }
    let source_arn = event.pointer("/detail/SourceArn").and_then(Value::as_str);
    let event_id = event.pointer("/detail/EventID").and_then(Value::as_str);
    Ok(DatabaseHint {
        source_arn: shortened(source_arn.ok_or(Unusable::Missing("detail.SourceArn"))?),
        event_id: shortened(event_id.ok_or(Unusable::Missing("detail.EventID"))?),
    })
}
