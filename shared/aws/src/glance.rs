//! A look at one record for the gate: from the nearest copy of the table, and only as long as a health checker waits.

use crate::classify::Failure;
use crate::clients::Clients;
use crate::items::{self, GLANCED};
use aws_sdk_dynamodb::Client;
use understudy_driver::{Glance, LedgerError};
use understudy_engine::{Application, Posture, Region};

#[derive(Debug, Clone)]
pub struct DynamoGlance {
    client: Client,
    table: String,
}

impl DynamoGlance {
    /// A reader of the table in a Region; none is the one that we run in. Nothing is asked of the table yet: a gate
    /// starts also while the table is away.
    #[must_use]
    pub fn new(clients: &Clients, table: &str, region: Option<&Region>) -> Self {
        Self { client: clients.dynamodb_brief(region), table: table.to_owned() }
    }
}

impl Glance for DynamoGlance {
    async fn glance(&self, application: &Application) -> Result<Posture, LedgerError> {
        let (pk, sk) = items::record_key(application);
        // Not strongly consistent: the copy in this Region must answer also while no other Region does.
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .projection_expression("#state, #policy, #policy_hash")
            .expression_attribute_names("#state", GLANCED[0])
            .expression_attribute_names("#policy", GLANCED[1])
            .expression_attribute_names("#policy_hash", GLANCED[2])
            .send()
            .await
            .map_err(|error| Failure::of(&error))
            .map_err(|failure| match failure {
                Failure::Denied { detail } => LedgerError::Denied { detail },
                failure @ (Failure::Throttled | Failure::Answered { .. } | Failure::Ambiguous { .. }) => {
                    LedgerError::Unavailable { detail: failure.detail() }
                }
            })?;
        let unknown = || LedgerError::UnknownApplication { application: application.to_string() };
        let item = answer.item.filter(|item| !item.is_empty()).ok_or_else(unknown)?;
        items::posture(application, item)
            .map_err(|fault| LedgerError::UnusableRecord { application: application.to_string(), fault })
    }
}
