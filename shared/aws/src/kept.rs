//! The newest look at an application's readiness, as text. What is in it is the business of whoever looked.

use crate::items;
use crate::ledger::DynamoLedger;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use understudy_driver::{LedgerError, RecordFault};
use understudy_engine::Application;

const NEWEST: &str = "newest";

/// A look, and when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub at: Timestamp,
    pub text: String,
}

impl DynamoLedger {
    /// The newest look; none where nobody has looked yet.
    ///
    /// # Errors
    /// When the table does not answer, or what stands there cannot be read.
    pub async fn kept(&self, application: &Application) -> Result<Option<Kept>, LedgerError> {
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let request = request.key("pk", partition(application)).key("sk", AttributeValue::S(NEWEST.to_owned()));
        let Some(item) = request.send().await.map_err(|error| self.failed(&error))?.item else { return Ok(None) };
        let unusable = |fault| LedgerError::UnusableRecord { application: application.to_string(), fault };
        let at = items::text(&item, "at").map_err(unusable)?;
        let at = at.parse().map_err(|error: jiff::Error| {
            unusable(RecordFault::Unreadable { attribute: "at".to_owned(), problem: error.to_string() })
        })?;
        Ok(Some(Kept { at, text: items::text(&item, "look").map_err(unusable)? }))
    }

    /// Keeps a look in the place of the one before it.
    ///
    /// # Errors
    /// When the table does not take it.
    pub async fn keep(&self, application: &Application, at: Timestamp, text: &str) -> Result<(), LedgerError> {
        let request = self.client.put_item().table_name(&self.table);
        let request = request.item("pk", partition(application)).item("sk", AttributeValue::S(NEWEST.to_owned()));
        let request = request.item("at", AttributeValue::S(at.to_string()));
        let put = request.item("look", AttributeValue::S(text.to_owned())).send().await;
        put.map(|_| ()).map_err(|error| self.failed(&error))
    }
}

fn partition(application: &Application) -> AttributeValue {
    AttributeValue::S(format!("readiness#{application}"))
}
