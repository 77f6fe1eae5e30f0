//! The table, and the application's record in it.

use crate::Place;
use crate::account::{Account, Asked};
use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::{MultiRegionConsistency, StreamViewType};
use understudy_aws::{Clients, DynamoLedger, OpenError};
use understudy_driver::{Ledger, LedgerError, Record};
use understudy_engine::Policy;
use understudy_readiness::{Seen, Table, Why};

pub(crate) async fn describe(account: &Account, place: &Place) -> Seen<Table> {
    let asked = Asked { action: "dynamodb:DescribeTable", region: place.table_region.as_str() };
    let answer = account.dynamodb(&place.table_region).describe_table().table_name(&place.table).send().await;
    let description = match answer {
        Err(error) => return asked.failed(&error),
        Ok(answer) => answer.table,
    };
    description.map_or_else(
        || asked.absent(),
        |table| {
            let replicas = table.replicas().iter().filter_map(|replica| Some(replica.region_name()?.to_owned()));
            let stream = table.stream_specification().filter(|stream| stream.stream_enabled());
            let both = stream.and_then(|stream| stream.stream_view_type()) == Some(&StreamViewType::NewAndOldImages);
            Seen::Known(Table {
                region: place.table_region.clone(),
                replicas: replicas.collect(),
                strongly_consistent: table.multi_region_consistency() == Some(&MultiRegionConsistency::Strong),
                streams: both,
                deletion_protection: table.deletion_protection_enabled().unwrap_or_default(),
            })
        },
    )
}

pub(crate) async fn record(config: &SdkConfig, policy: &Policy, place: &Place) -> Seen<Record> {
    let asked = Asked { action: "dynamodb:GetItem", region: place.table_region.as_str() };
    let ledger = match DynamoLedger::open_in(&Clients::new(config), &place.table, Some(&place.table_region)).await {
        Ok(ledger) => ledger,
        Err(error) => {
            let why = match &error {
                OpenError::TableMissing { .. } => Why::Absent,
                OpenError::Denied { .. } => Why::Denied,
                OpenError::Unavailable { .. } | OpenError::NoRegion => Why::Unreachable,
                OpenError::EventuallyConsistent { .. } | OpenError::OtherKey { .. } => Why::Refused,
            };
            return asked.unseen(why, error.to_string());
        }
    };
    match ledger.load(&policy.application).await {
        Ok(record) => Seen::Known(record),
        Err(error) => {
            let why = match &error {
                LedgerError::UnknownApplication { .. } | LedgerError::TableMissing { .. } => Why::Absent,
                LedgerError::Denied { .. } => Why::Denied,
                LedgerError::Unavailable { .. } => Why::Unreachable,
                LedgerError::UnusableRecord { .. }
                | LedgerError::UnusableBreaker { .. }
                | LedgerError::Refused { .. } => Why::Refused,
            };
            asked.unseen(why, error.to_string())
        }
    }
}
