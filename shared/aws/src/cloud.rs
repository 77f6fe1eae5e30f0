//! The cloud on the AWS SDK.

use crate::classify::Failure;
use crate::clients::Clients;
use crate::{alarms, candidate, fence, levers, rebuild, topic};
use jiff::Timestamp;
use understudy_driver::{Announcement, Cloud, Gauge, Looked, Performed, Undelivered};
use understudy_engine::{
    CreateAnswer, CreateReplica, DbInstanceArn, FenceAnswer, FenceCall, Lag, LeverAnswer, LeverCall, Look, Promote,
    PromoteAnswer, Sight, Unseen,
};

#[derive(Debug)]
pub struct AwsCloud {
    clients: Clients,
}

impl AwsCloud {
    #[must_use]
    pub fn new(clients: Clients) -> Self {
        Self { clients }
    }

    #[must_use]
    pub fn clients(&self) -> &Clients {
        &self.clients
    }
}

impl Cloud for AwsCloud {
    async fn look(&self, look: &Look) -> Performed<Looked> {
        let observed_at = Timestamp::now();
        let (readings, candidate) =
            tokio::join!(alarms::read(&self.clients, &look.alarms), candidate::see(&self.clients, look));
        performed(Looked { observed_at, readings, candidate })
    }

    async fn promote(&self, promote: &Promote) -> Performed<PromoteAnswer> {
        if Timestamp::now() >= promote.not_after {
            return performed(PromoteAnswer::NotArrived);
        }
        let client = self.clients.rds_once(&promote.replica.region());
        let call = client.promote_read_replica().db_instance_identifier(promote.replica.instance());
        let answer = match call.send().await {
            Ok(_) => PromoteAnswer::Accepted,
            Err(error) => {
                tracing::warn!(error = %aws_sdk_rds::error::DisplayErrorContext(&error), "promote was not accepted");
                if error.as_service_error().is_some_and(|error| error.is_db_instance_not_found_fault()) {
                    PromoteAnswer::NoSuchInstance
                } else if error.as_service_error().is_some_and(|error| error.is_invalid_db_instance_state_fault()) {
                    PromoteAnswer::Ambiguous
                } else {
                    answer(&Failure::of(&error))
                }
            }
        };
        performed(answer)
    }

    async fn fence(&self, call: &FenceCall) -> Performed<FenceAnswer> {
        performed(fence::act(&self.clients, call).await)
    }

    async fn create_replica(&self, create: &CreateReplica) -> Performed<CreateAnswer> {
        performed(rebuild::create(&self.clients, create).await)
    }

    async fn lever(&self, call: &LeverCall) -> Performed<LeverAnswer> {
        performed(levers::pull(&self.clients, call).await)
    }

    async fn read_back(&self, replica: &DbInstanceArn) -> Performed<Sight> {
        performed(candidate::describe(&self.clients, replica).await)
    }

    async fn announce(&self, announcement: &Announcement) -> Result<(), Undelivered> {
        topic::publish(&self.clients, announcement).await
    }
}

impl Gauge for AwsCloud {
    async fn newest_lag(&self, replica: &DbInstanceArn, now: Timestamp) -> Result<Option<Lag>, Unseen> {
        candidate::newest_lag(&self.clients, replica, now).await
    }
}

fn answer(failure: &Failure) -> PromoteAnswer {
    match failure {
        Failure::Throttled => PromoteAnswer::NotArrived,
        Failure::Denied { .. } => PromoteAnswer::Denied,
        Failure::Answered { .. } => PromoteAnswer::Invalid,
        Failure::Ambiguous { .. } => PromoteAnswer::Ambiguous,
    }
}

fn performed<T>(outcome: T) -> Performed<T> {
    Performed { at: Timestamp::now(), outcome }
}
