//! Creating a replica of the new writer in the Region that was left, like the writer that stood there.

use crate::candidate::unseen;
use crate::classify::Failure;
use crate::clients::Clients;
use aws_sdk_rds::error::DisplayErrorContext;
use aws_sdk_rds::operation::create_db_instance_read_replica::builders::CreateDBInstanceReadReplicaFluentBuilder;
use aws_sdk_rds::types::DbInstance;
use jiff::Timestamp;
use understudy_engine::{CreateAnswer, CreateReplica, Unseen};

/// Called in the replica's Region, with the source named by its ARN. RDS ignores a presigned URL outside
/// of GovCloud and China, and refuses without one there.
pub(crate) async fn create(clients: &Clients, create: &CreateReplica) -> CreateAnswer {
    let like = match like(clients, create).await {
        Ok(like) => like,
        Err(Unseen::Denied) => return CreateAnswer::Denied,
        Err(Unseen::Unreachable | Unseen::Throttled | Unseen::Unreadable) => return CreateAnswer::LookAgain,
    };
    if Timestamp::now() >= create.not_after {
        return CreateAnswer::LookAgain;
    }
    let call = clients
        .rds_once(&create.replica.region())
        .create_db_instance_read_replica()
        .db_instance_identifier(create.replica.instance())
        .source_db_instance_identifier(create.source.as_str());
    let error = match made_like(call, create, like.as_ref()).send().await {
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

/// The writer that stood there; none where it does not exist any more.
async fn like(clients: &Clients, create: &CreateReplica) -> Result<Option<DbInstance>, Unseen> {
    let client = clients.rds(&create.like.region());
    match client.describe_db_instances().db_instance_identifier(create.like.instance()).send().await {
        Ok(answer) => Ok(answer.db_instances.unwrap_or_default().into_iter().next()),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_db_instance_not_found_fault()) => Ok(None),
        Err(error) => Err(unseen(&Failure::of(&error))),
    }
}

/// RDS takes the source's values where a request has none, but key, subnet group, security groups and
/// parameter group belong to a Region, and an encrypted source needs a key of the replica's.
fn made_like(
    call: CreateDBInstanceReadReplicaFluentBuilder,
    create: &CreateReplica,
    like: Option<&DbInstance>,
) -> CreateDBInstanceReadReplicaFluentBuilder {
    let known: Vec<String> = create.groups.iter().map(|group| group.as_str().to_owned()).collect();
    let Some(like) = like else {
        return call.set_vpc_security_group_ids(Some(known).filter(|groups| !groups.is_empty()));
    };
    let attached = like.vpc_security_groups().iter().filter_map(|one| one.vpc_security_group_id().map(str::to_owned));
    let groups = if known.is_empty() { attached.collect() } else { known };
    let key = like.kms_key_id().filter(|_| like.storage_encrypted() == Some(true));
    let subnets = like.db_subnet_group().and_then(|group| group.db_subnet_group_name());
    let parameters = like.db_parameter_groups().first().and_then(|group| group.db_parameter_group_name());
    let owned = |text: Option<&str>| text.map(str::to_owned);
    call.set_db_instance_class(owned(like.db_instance_class()))
        .set_kms_key_id(owned(key))
        .set_db_subnet_group_name(owned(subnets))
        .set_vpc_security_group_ids(Some(groups).filter(|groups| !groups.is_empty()))
        // A default group is named after an engine version, and RDS finds the right one by itself.
        .set_db_parameter_group_name(owned(parameters.filter(|name| !name.starts_with("default."))))
        .set_multi_az(like.multi_az())
        .set_publicly_accessible(like.publicly_accessible())
        .set_deletion_protection(like.deletion_protection())
        .set_copy_tags_to_snapshot(like.copy_tags_to_snapshot())
}
