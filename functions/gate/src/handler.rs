//! A Function URL's request in, its answer out. Whatever comes in, something is answered: an invocation that
//! fails would be a 502, which says nothing.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use understudy_aws::{Clients, DynamoGlance};
use understudy_driver::{Gate, Reply, Request};
use understudy_engine::Region;

pub(crate) struct Door {
    gate: Gate,
    /// None where the environment does not say which.
    table: Option<DynamoGlance>,
}

impl Door {
    pub(crate) async fn from_env() -> Self {
        lambda_runtime::tracing::init_default_subscriber();
        let table = table(&Clients::from_env().await);
        if let Err(problem) = &table {
            tracing::error!("{problem}");
        }
        Self { gate: Gate::default(), table: table.ok() }
    }

    pub(crate) async fn answer(&self, event: &Value) -> Value {
        let Ok(event) = Event::deserialize(event) else { return answered(&Reply::not_http()) };
        let request = Request {
            method: &event.request_context.http.method,
            path: &event.raw_path,
            query: &event.raw_query_string,
            has_body: event.body.as_ref().is_some_and(|body| !body.is_empty()),
        };
        let reply = match &self.table {
            Some(table) => self.gate.answer(table, &request, &Timestamp::now).await,
            None => Reply::misconfigured(),
        };
        if reply.status >= 500 {
            tracing::warn!(status = reply.status, path = event.raw_path, "{}", reply.body);
        }
        answered(&reply)
    }
}

/// The table that the environment names: in this Region, unless it names the one where the only copy is.
fn table(clients: &Clients) -> Result<DynamoGlance, String> {
    let named = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let table = named("UNDERSTUDY_TABLE").ok_or("UNDERSTUDY_TABLE is not set: set it to the name of the table")?;
    let region = named("UNDERSTUDY_TABLE_REGION").map(Region::try_from).transpose();
    let region = region.map_err(|error| format!("UNDERSTUDY_TABLE_REGION: {error}"))?;
    Ok(DynamoGlance::new(clients, &table, region.as_ref()))
}

/// What the gate looks at of a Function URL's event, payload format 2.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    raw_path: String,
    #[serde(default)]
    raw_query_string: String,
    request_context: RequestContext,
    body: Option<String>,
}

#[derive(Deserialize)]
struct RequestContext {
    http: Http,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}

fn answered(reply: &Reply) -> Value {
    let headers: BTreeMap<_, _> = reply.headers.iter().map(|(name, value)| (*name, value)).collect();
    json!({ "statusCode": reply.status, "headers": headers, "body": reply.body })
}
