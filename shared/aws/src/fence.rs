//! Cutting an old writer off: looking at it, and the calls that change it, each sent at most once.

use crate::candidate::unseen;
use crate::classify::Failure;
use crate::clients::Clients;
use aws_sdk_rds::config::http::HttpResponse;
use aws_sdk_rds::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_rds::types::{DbInstance, VpcSecurityGroupMembership};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::error::Error;
use understudy_engine::{
    DbInstanceArn, DbStatus, FenceAct, FenceAnswer, FenceCall, FenceTrouble, SecurityGroup, Unseen, WriterSeen,
};

pub(crate) async fn act(clients: &Clients, call: &FenceCall) -> FenceAnswer {
    let late = Timestamp::now() >= call.not_after;
    match &call.act {
        FenceAct::Describe => describe(clients, &call.writer).await,
        FenceAct::Isolate { .. } | FenceAct::Restart | FenceAct::Restore { .. } if late => {
            FenceAnswer::Trouble(FenceTrouble::Unanswered)
        }
        FenceAct::Isolate { group } => regroup(clients, &call.writer, &BTreeSet::from([group.clone()])).await,
        FenceAct::Restore { groups } => regroup(clients, &call.writer, groups).await,
        FenceAct::Restart => restart(clients, &call.writer).await,
    }
}

async fn describe(clients: &Clients, writer: &DbInstanceArn) -> FenceAnswer {
    let client = clients.rds(&writer.region());
    let answer = match client.describe_db_instances().db_instance_identifier(writer.instance()).send().await {
        Ok(answer) => answer,
        Err(error) if error.as_service_error().is_some_and(|error| error.is_db_instance_not_found_fault()) => {
            return FenceAnswer::Missing;
        }
        Err(error) => return FenceAnswer::Trouble(FenceTrouble::Unseen(unseen(&Failure::of(&error)))),
    };
    match answer.db_instances() {
        [] => FenceAnswer::Missing,
        [instance, ..] => {
            let unreadable = FenceAnswer::Trouble(FenceTrouble::Unseen(Unseen::Unreadable));
            seen(instance).map_or(unreadable, FenceAnswer::Seen)
        }
    }
}

/// A group that cannot be read makes the whole answer unreadable: what is left out here would later be
/// missing where the writer's own groups are put back.
fn seen(instance: &DbInstance) -> Option<WriterSeen> {
    let memberships = instance.vpc_security_groups();
    let group = |membership: &VpcSecurityGroupMembership| membership.vpc_security_group_id()?.parse().ok();
    let groups: Option<BTreeSet<SecurityGroup>> = memberships.iter().map(group).collect();
    let in_force = memberships.iter().all(|membership| membership.status() == Some("active"));
    Some(WriterSeen {
        status: DbStatus::parse(instance.db_instance_status()?),
        groups: groups?,
        settled: in_force && !moves(instance),
    })
}

/// Whether a change is pending that would give it another name or another network: a restart may carry
/// it out, and it then has other groups, or is not found any more and is alive all the same.
fn moves(instance: &DbInstance) -> bool {
    instance
        .pending_modified_values()
        .is_some_and(|pending| pending.db_instance_identifier().is_some() || pending.db_subnet_group_name().is_some())
}

async fn regroup(clients: &Clients, writer: &DbInstanceArn, groups: &BTreeSet<SecurityGroup>) -> FenceAnswer {
    let groups = groups.iter().map(|group| group.as_str().to_owned()).collect();
    let call = clients
        .rds_once(&writer.region())
        .modify_db_instance()
        .db_instance_identifier(writer.instance())
        .set_vpc_security_group_ids(Some(groups))
        .apply_immediately(true);
    match call.send().await {
        Ok(_) => FenceAnswer::Accepted,
        Err(error) if error.as_service_error().is_some_and(|error| error.is_db_instance_not_found_fault()) => {
            FenceAnswer::Missing
        }
        Err(error) => {
            let changing = error.as_service_error().is_some_and(|error| error.is_invalid_db_instance_state_fault());
            FenceAnswer::Trouble(trouble(&error, changing))
        }
    }
}

async fn restart(clients: &Clients, writer: &DbInstanceArn) -> FenceAnswer {
    let client = clients.rds_once(&writer.region());
    match client.reboot_db_instance().db_instance_identifier(writer.instance()).send().await {
        Ok(_) => FenceAnswer::Accepted,
        Err(error) if error.as_service_error().is_some_and(|error| error.is_db_instance_not_found_fault()) => {
            FenceAnswer::Missing
        }
        Err(error) => {
            let changing = error.as_service_error().is_some_and(|error| error.is_invalid_db_instance_state_fault());
            FenceAnswer::Trouble(trouble(&error, changing))
        }
    }
}

/// A writer that is changing may be so by an earlier call of ours, and one that was throttled can be
/// called again: both are looked at first.
fn trouble<E>(error: &SdkError<E, HttpResponse>, changing: bool) -> FenceTrouble
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    tracing::warn!(error = %DisplayErrorContext(error), "the old writer could not be cut off");
    match Failure::of(error) {
        Failure::Throttled | Failure::Ambiguous { .. } => FenceTrouble::Unanswered,
        Failure::Answered { .. } if changing => FenceTrouble::Unanswered,
        Failure::Denied { .. } => FenceTrouble::Denied,
        Failure::Answered { .. } => FenceTrouble::Refused,
    }
}
