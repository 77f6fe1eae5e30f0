//! Whether the table can be reached at all, for whoever may act only where it cannot.

use crate::classify::Failure;
use crate::clients::Clients;
use crate::items;
use aws_sdk_dynamodb::error::SdkError;
use understudy_driver::Record;
use understudy_engine::{Application, Region};

/// What came of asking for one record.
#[derive(Debug)]
pub enum Reach {
    /// None where the table has none of the application.
    Answers(Option<Box<Record>>),
    /// Nobody answered, or only that it cannot.
    Silent { detail: String },
    /// Somebody answered, and it tells nothing of the record: denied, throttled, no such table, an unreadable item.
    Unsure { detail: String },
}

/// Asks for an application's record, and for nothing else.
pub async fn reach(clients: &Clients, table: &str, region: &Region, application: &Application) -> Reach {
    let (pk, sk) = items::record_key(application);
    let request = clients.dynamodb_in(Some(region)).get_item().table_name(table).consistent_read(true);
    match request.key("pk", pk).key("sk", sk).send().await {
        Ok(answer) => match answer.item.map(|item| items::record(application, item)) {
            None => Reach::Answers(None),
            Some(Ok(record)) => Reach::Answers(Some(Box::new(record))),
            Some(Err(fault)) => Reach::Unsure { detail: fault.to_string() },
        },
        // What is no answer of DynamoDB came from somebody else, who has no word on the table.
        Err(error @ (SdkError::ResponseError(_) | SdkError::ConstructionFailure(_))) => {
            Reach::Unsure { detail: Failure::of(&error).detail() }
        }
        Err(error) => match Failure::of(&error) {
            Failure::Ambiguous { detail } => Reach::Silent { detail },
            failure @ (Failure::Throttled | Failure::Denied { .. } | Failure::Answered { .. }) => {
                Reach::Unsure { detail: failure.detail() }
            }
        },
    }
}
