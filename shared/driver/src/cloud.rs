//! The cloud: everything that is done and seen outside the table.

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::future::Future;
use understudy_engine::{
    CreateAnswer, CreateReplica, DbInstanceArn, FenceAnswer, FenceCall, LeverAnswer, LeverCall, Look, Promote,
    PromoteAnswer, Sight, TopicArn, Verdict, VoterName,
};

/// What an effect came to, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Performed<T> {
    pub at: Timestamp,
    pub outcome: T,
}

/// What a look showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// When the reading began: what was read is at least as young.
    pub observed_at: Timestamp,
    /// The voters that could be read. One that could not is left to grow stale, and so abstains.
    pub readings: BTreeMap<VoterName, Reading>,
    pub candidate: Sight,
}

/// What a voter's source says when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub verdict: Verdict,
    pub since: Option<Timestamp>,
    pub reason: String,
}

/// One message to people and to programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub topic: TopicArn,
    /// ASCII, in one line of less than 100 characters: what SNS takes.
    pub subject: String,
    pub text: String,
    /// One line, for a telephone.
    pub short: String,
    pub json: String,
    /// As Amazon Q Developer in chat applications takes it.
    pub chat: String,
    /// For subscription filters.
    pub attributes: BTreeMap<&'static str, String>,
}

/// A message that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    #[error(
        "publishing to {topic} was denied: allow sns:Publish on it, and kms:GenerateDataKey* and kms:Decrypt on its key"
    )]
    Denied { topic: TopicArn },
    #[error("there is no topic {topic}: create it, or correct notification.topic")]
    TopicMissing { topic: TopicArn },
    #[error("publishing to {topic} was refused: {detail}: correct the topic or its key's policy")]
    Refused { topic: TopicArn, detail: String },
    #[error("publishing to {topic} failed: {detail}")]
    Unavailable { topic: TopicArn, detail: String },
}

/// The cloud, as the driver needs it: one method an effect, so that an effect can have no outcome but
/// its own. Performing never fails: what went wrong is an outcome.
pub trait Cloud: Sync {
    fn look(&self, look: &Look) -> impl Future<Output = Performed<Looked>> + Send;

    /// Calls once, and never again by itself.
    fn promote(&self, promote: &Promote) -> impl Future<Output = Performed<PromoteAnswer>> + Send;

    /// Describes the old writer, or calls once and never again by itself.
    fn fence(&self, call: &FenceCall) -> impl Future<Output = Performed<FenceAnswer>> + Send;

    /// Calls once. The replica has its name beforehand, so that a second call changes nothing.
    fn create_replica(&self, create: &CreateReplica) -> impl Future<Output = Performed<CreateAnswer>> + Send;

    /// Reads a lever, or sets it: by the first of the call's endpoints that takes the request, each asked once. A
    /// request of unknown fate ends it, because only the engine may decide to call again.
    fn lever(&self, call: &LeverCall) -> impl Future<Output = Performed<LeverAnswer>> + Send;

    fn read_back(&self, replica: &DbInstanceArn) -> impl Future<Output = Performed<Sight>> + Send;

    fn announce(&self, announcement: &Announcement) -> impl Future<Output = Result<(), Undelivered>> + Send;
}
