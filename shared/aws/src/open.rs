//! Opening the table: refused at start where its conditions could not be trusted.

use crate::classify::Failure;
use crate::clients::Clients;
use crate::ledger::DynamoLedger;
use aws_sdk_dynamodb::types::{KeyType, MultiRegionConsistency, TableDescription};
use understudy_engine::Region;

/// Why a table cannot be the ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("no Region is configured: set AWS_REGION")]
    NoRegion,
    #[error("there is no table {table:?} in {region}: create it, or correct UNDERSTUDY_TABLE")]
    TableMissing { table: String, region: String },
    #[error(
        "table {table:?} is an eventually consistent global table (replicas: {replicas}): two Regions could both win a \
         conditional write; use a multi-Region strongly consistent table, or one in the standby Region alone"
    )]
    EventuallyConsistent { table: String, replicas: String },
    #[error(
        "table {table:?} has the key {found}, and needs pk (HASH) and sk (RANGE): create it as infra/README.md says"
    )]
    OtherKey { table: String, found: String },
    #[error("describing table {table:?} was denied ({detail}): allow dynamodb:DescribeTable on it")]
    Denied { table: String, detail: String },
    #[error("table {table:?} could not be described: {detail}")]
    Unavailable { table: String, detail: String },
}

impl DynamoLedger {
    /// Opens the table, in the Region that we run in.
    ///
    /// # Errors
    /// When it is not there, not to be described, or not to be trusted with conditions.
    pub async fn open(clients: &Clients, table: &str) -> Result<Self, OpenError> {
        Self::open_in(clients, table, None).await
    }

    /// Opens the table in a Region; none is the one that we run in.
    ///
    /// # Errors
    /// As [`DynamoLedger::open`].
    pub async fn open_in(clients: &Clients, table: &str, region: Option<&Region>) -> Result<Self, OpenError> {
        let client = clients.dynamodb_in(region);
        let region = region.map(ToString::to_string).or_else(|| clients.home()).ok_or(OpenError::NoRegion)?;
        let table = table.to_owned();
        let described = client.describe_table().table_name(&table).send().await;
        let description = match described {
            Ok(answer) => answer.table.unwrap_or_else(|| TableDescription::builder().build()),
            Err(error) => {
                return Err(match Failure::of(&error) {
                    Failure::Answered { code, .. } if code == "ResourceNotFoundException" => {
                        OpenError::TableMissing { table, region }
                    }
                    Failure::Denied { detail } => OpenError::Denied { table, detail },
                    failure @ (Failure::Throttled | Failure::Answered { .. } | Failure::Ambiguous { .. }) => {
                        OpenError::Unavailable { table, detail: failure.detail() }
                    }
                });
            }
        };
        strongly_consistent(&table, &description)?;
        keyed(&table, &description)?;
        Ok(Self { client, table, region })
    }
}

fn strongly_consistent(table: &str, description: &TableDescription) -> Result<(), OpenError> {
    let replicas: Vec<&str> = description.replicas().iter().filter_map(|replica| replica.region_name()).collect();
    // The first version of global tables has no replicas to describe, only its name in the field below.
    let old_version = description.global_table_version() == Some("2017.11.29");
    let strong = description.multi_region_consistency() == Some(&MultiRegionConsistency::Strong);
    if (replicas.is_empty() && !old_version) || strong {
        return Ok(());
    }
    Err(OpenError::EventuallyConsistent { table: table.to_owned(), replicas: replicas.join(", ") })
}

fn keyed(table: &str, description: &TableDescription) -> Result<(), OpenError> {
    let key: Vec<(&str, &KeyType)> =
        description.key_schema().iter().map(|key| (key.attribute_name(), key.key_type())).collect();
    if key == [("pk", &KeyType::Hash), ("sk", &KeyType::Range)] {
        return Ok(());
    }
    let found = key.iter().map(|(name, kind)| format!("{name} ({kind})")).collect::<Vec<_>>().join(", ");
    Err(OpenError::OtherKey { table: table.to_owned(), found })
}
