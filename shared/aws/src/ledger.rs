//! The ledger on DynamoDB: conditions on the item itself, no locks, no transactions.

use crate::classify::Failure;
use crate::items::{self, Item, VOTE_PREFIX};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use std::error::Error;
use understudy_driver::{
    Cast, Commit, Enter, IncidentItem, Ledger, LedgerError, Nonce, PolicyHash, Record, RecordFault, Route,
    alarm_partition, probe_partition,
};
use understudy_engine::{AlarmArn, Application, Breaker, IncidentId, Region, Revision, State, Vote, VoterName};

/// How often a write that met another Region's write is tried again. DynamoDB asks for it.
const REPLICATED_CONFLICTS_MAX: u32 = 3;

#[derive(Debug, Clone)]
pub struct DynamoLedger {
    pub(crate) client: Client,
    pub(crate) table: String,
    pub(crate) region: String,
}

impl DynamoLedger {
    /// The name of its table, and the Region that it is read in.
    #[must_use]
    pub fn place(&self) -> (&str, &str) {
        (&self.table, &self.region)
    }
}

/// What a conditional write came to.
enum Written {
    Done,
    /// The condition failed, and this is what stands there; none where nothing does.
    Stood(Option<Item>),
    /// Another Region wrote at the same time.
    ReplicatedConflict,
}

impl Ledger for DynamoLedger {
    async fn load(&self, application: &Application) -> Result<Record, LedgerError> {
        let (pk, sk) = items::record_key(application);
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = request.key("pk", pk).key("sk", sk).send().await.map_err(|error| self.failed(&error))?;
        let item = answer.item.ok_or_else(|| unknown(application))?;
        items::record(application, item).map_err(|fault| unusable(application, fault))
    }

    async fn commit(
        &self,
        next: &State,
        expected: Revision,
        policy: &PolicyHash,
        nonce: &Nonce,
    ) -> Result<Commit, LedgerError> {
        let state = serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(next).map_err(unwritable)?;
        let (pk, sk) = items::record_key(&next.application);
        let unmoved = if expected == Revision::default() {
            "attribute_not_exists(#state)"
        } else {
            "#state.#revision = :expected"
        };
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .update_expression("SET #state = :state, #nonce = :nonce")
            .condition_expression(format!("#policy_hash = :policy_hash AND {unmoved}"))
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#nonce", "nonce")
            .expression_attribute_names("#policy_hash", "policy_hash")
            .expression_attribute_values(":state", state)
            .expression_attribute_values(":nonce", AttributeValue::S(nonce.0.clone()))
            .expression_attribute_values(":policy_hash", AttributeValue::S(policy.0.clone()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if expected != Revision::default() {
            request = request
                .expression_attribute_names("#revision", "revision")
                .expression_attribute_values(":expected", AttributeValue::N(expected.to_string()));
        }
        match self.updated(request.send().await)? {
            Written::Done => Ok(Commit::Committed),
            // The SDK repeats a write whose reply was lost: the nonce tells its own success from a conflict.
            Written::Stood(Some(item)) if items::text(&item, "nonce").as_ref() == Ok(&nonce.0) => Ok(Commit::Committed),
            Written::Stood(Some(_)) | Written::ReplicatedConflict => Ok(Commit::Conflict),
            Written::Stood(None) => Err(unknown(&next.application)),
        }
    }

    async fn cast(&self, application: &Application, voter: &VoterName, vote: &Vote) -> Result<Cast, LedgerError> {
        let attribute = items::vote(vote).map_err(unwritable)?;
        for _ in 0..REPLICATED_CONFLICTS_MAX {
            let (pk, sk) = items::record_key(application);
            let request = self
                .client
                .update_item()
                .table_name(&self.table)
                .key("pk", pk)
                .key("sk", sk)
                .update_expression("SET #vote = :vote")
                .condition_expression(
                    "attribute_exists(policy) AND (attribute_not_exists(#vote) OR #vote.observed_at_ns < :at \
                     OR (#vote.observed_at_ns = :at AND #vote.rashness > :rashness))",
                )
                .expression_attribute_names("#vote", format!("{VOTE_PREFIX}{voter}"))
                .expression_attribute_values(":vote", attribute.clone())
                .expression_attribute_values(":at", items::observed_at_ns(vote))
                .expression_attribute_values(":rashness", items::rashness(vote))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            match self.updated(request.send().await)? {
                Written::Done => return Ok(Cast::Counted),
                Written::Stood(Some(item)) if item.contains_key("policy") => return Ok(Cast::Superseded),
                Written::Stood(_) => return Err(unknown(application)),
                Written::ReplicatedConflict => {}
            }
        }
        Err(LedgerError::Unavailable { detail: "other Regions kept writing the same record".to_owned() })
    }

    async fn breaker(&self) -> Result<Breaker, LedgerError> {
        let (pk, sk) = items::breaker_key();
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = request.key("pk", pk).key("sk", sk).send().await.map_err(|error| self.failed(&error))?;
        let Some(item) = answer.item else { return Ok(Breaker::default()) };
        items::breaker(item).map_err(|fault| LedgerError::UnusableBreaker { fault })
    }

    async fn commit_breaker(&self, next: &Breaker, expected: Revision, nonce: &Nonce) -> Result<Commit, LedgerError> {
        let breaker = serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(next).map_err(unwritable)?;
        let (pk, sk) = items::breaker_key();
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .update_expression("SET #breaker = :breaker, #revision = :revision, #nonce = :nonce")
            .expression_attribute_names("#breaker", "breaker")
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_names("#nonce", "nonce")
            .expression_attribute_values(":breaker", breaker)
            .expression_attribute_values(":revision", AttributeValue::N(next.revision.to_string()))
            .expression_attribute_values(":nonce", AttributeValue::S(nonce.0.clone()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        request = if expected == Revision::default() {
            request.condition_expression("attribute_not_exists(#breaker)")
        } else {
            request
                .condition_expression("#revision = :expected")
                .expression_attribute_values(":expected", AttributeValue::N(expected.to_string()))
        };
        match self.updated(request.send().await)? {
            Written::Done => Ok(Commit::Committed),
            Written::Stood(Some(item)) if items::text(&item, "nonce").as_ref() == Ok(&nonce.0) => Ok(Commit::Committed),
            Written::Stood(_) | Written::ReplicatedConflict => Ok(Commit::Conflict),
        }
    }

    async fn routes(&self, alarm: &AlarmArn) -> Result<Vec<Route>, LedgerError> {
        self.routes_in(alarm_partition(alarm)).await
    }

    async fn probed(&self, region: &Region) -> Result<Vec<Route>, LedgerError> {
        self.routes_in(probe_partition(region)).await
    }

    async fn enter(&self, item: &IncidentItem, now: Timestamp) -> Result<Enter, LedgerError> {
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(items::incident(item, now)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match self.put(request.send().await)? {
            Written::Done => Ok(Enter::Entered),
            Written::Stood(Some(stored)) => {
                let since = items::entered_at(&stored).unwrap_or(Timestamp::MIN);
                let stored = items::read_incident(&item.application, stored);
                Ok(match stored {
                    Ok(stored) if stored == *item => Enter::StoodAlready { since },
                    Ok(stored) => Enter::Forked { hash: stored.hash },
                    Err(_) => Enter::Forked { hash: item.hash.clone() },
                })
            }
            Written::Stood(None) | Written::ReplicatedConflict => {
                Err(LedgerError::Unavailable { detail: "other Regions wrote the same entry".to_owned() })
            }
        }
    }

    async fn incident(
        &self,
        application: &Application,
        incident: &IncidentId,
    ) -> Result<Vec<IncidentItem>, LedgerError> {
        let prefix = IncidentItem::sort_prefix(incident);
        let items = self.query(items::incident_partition(application), Some(prefix)).await?;
        let read = |item| items::read_incident(application, item).map_err(|fault| unusable(application, fault));
        items.into_iter().map(read).collect()
    }

    async fn incidents(&self, application: &Application, at_most: usize) -> Result<Vec<IncidentId>, LedgerError> {
        let mut found: Vec<IncidentId> = Vec::new();
        while found.len() < at_most {
            let Some(item) = self.last_before(application, found.last()).await? else { break };
            let item = items::read_incident(application, item).map_err(|fault| unusable(application, fault))?;
            found.push(item.id.incident);
        }
        Ok(found)
    }
}

impl DynamoLedger {
    /// The last item of the newest incident that is older than this one: one item a query, however long incidents are.
    async fn last_before(
        &self,
        application: &Application,
        newer: Option<&IncidentId>,
    ) -> Result<Option<Item>, LedgerError> {
        let mut request = self.client.query().table_name(&self.table).consistent_read(true);
        request = match newer {
            None => request.key_condition_expression("pk = :pk"),
            Some(newer) => request
                .key_condition_expression("pk = :pk AND sk < :newer")
                .expression_attribute_values(":newer", AttributeValue::S(IncidentItem::sort_prefix(newer))),
        };
        let request = request.expression_attribute_values(":pk", items::incident_partition(application));
        let page = request.scan_index_forward(false).limit(1).send().await.map_err(|error| self.failed(&error))?;
        Ok(page.items.unwrap_or_default().pop())
    }

    async fn routes_in(&self, partition: String) -> Result<Vec<Route>, LedgerError> {
        let items = self.query(AttributeValue::S(partition.clone()), None).await?;
        let routes = items.iter().map(|item| {
            items::route(item).map_err(|fault| LedgerError::UnusableRecord { application: partition.clone(), fault })
        });
        routes.collect()
    }

    async fn query(&self, pk: AttributeValue, prefix: Option<String>) -> Result<Vec<Item>, LedgerError> {
        let mut request = self.client.query().table_name(&self.table).consistent_read(true);
        request = match prefix {
            None => request.key_condition_expression("pk = :pk"),
            Some(prefix) => request
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":prefix", AttributeValue::S(prefix)),
        };
        let mut pages = request.expression_attribute_values(":pk", pk).into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            items.push(item.map_err(|error| self.failed(&error))?);
        }
        Ok(items)
    }

    fn updated<T>(&self, result: Result<T, SdkError<UpdateItemError, HttpResponse>>) -> Result<Written, LedgerError> {
        let error = match result {
            Ok(_) => return Ok(Written::Done),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Ok(Written::Stood(failed.item.clone())),
            Some(UpdateItemError::ReplicatedWriteConflictException(_)) => Ok(Written::ReplicatedConflict),
            Some(_) | None => Err(self.failed(&error)),
        }
    }

    fn put<T>(&self, result: Result<T, SdkError<PutItemError, HttpResponse>>) -> Result<Written, LedgerError> {
        let error = match result {
            Ok(_) => return Ok(Written::Done),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => Ok(Written::Stood(failed.item.clone())),
            Some(PutItemError::ReplicatedWriteConflictException(_)) => Ok(Written::ReplicatedConflict),
            Some(_) | None => Err(self.failed(&error)),
        }
    }

    pub(crate) fn failed<E>(&self, error: &SdkError<E, HttpResponse>) -> LedgerError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        match Failure::of(error) {
            Failure::Denied { detail } => LedgerError::Denied { detail },
            Failure::Answered { code, .. } if code == "ResourceNotFoundException" => {
                LedgerError::TableMissing { table: self.table.clone(), region: self.region.clone() }
            }
            Failure::Answered { detail, .. } => LedgerError::Refused { detail },
            failure @ (Failure::Throttled | Failure::Ambiguous { .. }) => {
                LedgerError::Unavailable { detail: failure.detail() }
            }
        }
    }
}

fn unknown(application: &Application) -> LedgerError {
    LedgerError::UnknownApplication { application: application.to_string() }
}

fn unusable(application: &Application, fault: RecordFault) -> LedgerError {
    LedgerError::UnusableRecord { application: application.to_string(), fault }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn unwritable(error: serde_dynamo::Error) -> LedgerError {
    LedgerError::Refused { detail: error.to_string() }
}
