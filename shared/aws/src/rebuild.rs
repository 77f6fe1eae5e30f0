//! Creating a replica of the new writer in the Region that was left.

use crate::classify::Failure;
use crate::clients::Clients;
use aws_sdk_rds::error::DisplayErrorContext;
use jiff::Timestamp;
use understudy_engine::{CreateAnswer, CreateReplica};

/// Called in the replica's Region, with the source named by its ARN. RDS ignores a presigned URL outside
/// of GovCloud and China, and refuses without one there.
pub(crate) async fn create(clients: &Clients, create: &CreateReplica) -> CreateAnswer {
    if Timestamp::now() >= create.not_after {
        return CreateAnswer::LookAgain;
    }
    let call = clients
        .rds_once(&create.replica.region())
        .create_db_instance_read_replica()
        .db_instance_identifier(create.replica.instance())
        .source_db_instance_identifier(create.source.as_str());
    let error = match call.send().await {
        Ok(_) => return CreateAnswer::Accepted,
        Err(error) => error,
    };
    tracing::warn!(error = %DisplayErrorContext(&error), "the replica was not created");
    let exists = error.as_service_error().is_some_and(|error| error.is_db_instance_already_exists_fault());
    match Failure::of(&error) {
        Failure::Throttled | Failure::Ambiguous { .. } => CreateAnswer::LookAgain,
        Failure::Answered { .. } if exists => CreateAnswer::LookAgain,
        Failure::Denied { .. } => CreateAnswer::Denied,
        Failure::Answered { .. } => CreateAnswer::Refused,
    }
}
