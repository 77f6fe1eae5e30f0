//! What the gate answers. Only a latch that is set is a 200, so that whatever else happens to a gate reads as
//! "not latched" to an inverted health check, and moves nothing.

use jiff::Timestamp;
use serde_json::{Value, json};
use understudy_engine::Posture;

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// Where an answer is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The table, within the last second.
    Table,
    /// What was seen before the table stopped answering.
    Memory,
}

impl Reply {
    fn new(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned()), ("cache-control", "no-store".to_owned())];
        Self { status, headers, body: body.to_string() }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Tells how old the answer is: that of a table that is away may be very old.
    fn seen(self, at: Timestamp, source: Source) -> Self {
        let source = match source {
            Source::Table => "table",
            Source::Memory => "last-known",
        };
        self.with("understudy-source", source).with("understudy-as-of", format!("{at:.3}"))
    }

    pub(super) fn latch(latched: bool, at: Timestamp, source: Source) -> Self {
        let status = if latched { 200 } else { 404 };
        Self::new(status, &json!({ "latched": latched })).seen(at, source)
    }

    pub(super) fn writer(posture: &Posture, at: Timestamp) -> Self {
        let body = json!({ "region": posture.writer, "epoch": posture.epoch });
        Self::new(200, &body).seen(at, Source::Table)
    }

    pub(super) fn unknown_application() -> Self {
        Self::refused(404, "application", "no application of this name is in the table")
    }

    pub(super) fn unknown_region() -> Self {
        Self::refused(404, "region", "the application has no such Region")
    }

    pub(super) fn cannot_tell() -> Self {
        Self::refused(503, "table", "it does not answer, and what was last known is no answer to this")
            .with("retry-after", "1")
    }

    /// Whatever woke the function was no HTTP request.
    #[must_use]
    pub fn not_http() -> Self {
        Self::refused(400, "event", "call the function by its URL")
    }

    /// Nobody said which table to read.
    #[must_use]
    pub fn misconfigured() -> Self {
        Self::refused(503, "table", "the function's environment does not name one: its log says what is wrong")
    }

    pub(super) fn refused(status: u16, field: &str, mend: &str) -> Self {
        let reply = Self::new(status, &json!({ "field": field, "error": mend }));
        if status == 405 { reply.with("allow", "GET, HEAD") } else { reply }
    }

    pub(super) fn without_body(self) -> Self {
        Self { body: String::new(), ..self }
    }
}
