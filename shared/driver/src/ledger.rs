//! The ledger: the table that is the only truth.

pub(crate) mod policy;

pub use policy::{PolicyHash, StoredPolicy, alarm_partition, application_items, probe_partition};

use crate::incident::IncidentItem;
use jiff::Timestamp;
use std::future::Future;
use understudy_engine::{
    AlarmArn, Application, Breaker, ChainHash, IncidentId, Policy, Region, Revision, State, Vote, VoterName, Votes,
};

/// One application's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub state: State,
    pub policy: Policy,
    pub policy_hash: PolicyHash,
    pub votes: Votes,
}

/// Names one write, so that a writer who lost the reply recognises its own success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(pub String);

/// What came of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    Committed,
    /// Somebody else wrote, or the policy changed: load again.
    Conflict,
}

/// What came of a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cast {
    Counted,
    /// An observation as late or later stands already.
    Superseded,
}

/// What came of entering an incident's item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enter {
    Entered,
    /// The very same item stands there since then.
    StoodAlready {
        since: Timestamp,
    },
    /// Another item stands there, with this hash.
    Forked {
        hash: ChainHash,
    },
}

/// Whose voter a source is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub application: Application,
    pub voter: VoterName,
}

/// Why the ledger could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    #[error("there is no application {application:?} in the table: apply its file")]
    UnknownApplication { application: String },
    #[error("the record of {application:?} cannot be used: {fault}")]
    UnusableRecord { application: String, fault: RecordFault },
    #[error("the storm breaker's item cannot be used: {fault}")]
    UnusableBreaker { fault: RecordFault },
    #[error("the table is not available: {detail}")]
    Unavailable { detail: String },
    #[error("access to the table was denied: {detail}: grant the function's role what infra/README.md lists")]
    Denied { detail: String },
    #[error("there is no table {table:?} in {region}: create it, or correct UNDERSTUDY_TABLE")]
    TableMissing { table: String, region: String },
    #[error("the table refused the request: {detail}")]
    Refused { detail: String },
}

/// What is wrong with a record. None of it is ever taken for an empty one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    #[error("attribute {attribute} cannot be read ({problem}): apply the application file again, or restore the item")]
    Unreadable { attribute: String, problem: String },
    #[error("policy_hash is not the hash of the policy: apply the application file again")]
    PolicyTampered,
    #[error("the policy contradicts itself at {field}: {problem}: {mend}, and apply the file again")]
    PolicyUnsound { field: String, problem: String, mend: String },
    #[error("state has schema {found}, and this release reads {supported}: deploy the release that wrote it")]
    OtherSchema { found: u32, supported: u32 },
}

/// The table, as the driver needs it.
pub trait Ledger: Sync {
    /// The record as of now: never a cached or an eventually consistent one.
    fn load(&self, application: &Application) -> impl Future<Output = Result<Record, LedgerError>> + Send;

    /// Writes `next` if the record still has the revision and the policy that it was made from.
    fn commit(
        &self,
        next: &State,
        expected: Revision,
        policy: &PolicyHash,
        nonce: &Nonce,
    ) -> impl Future<Output = Result<Commit, LedgerError>> + Send;

    /// Writes the vote if it supersedes the one that stands.
    fn cast(
        &self,
        application: &Application,
        voter: &VoterName,
        vote: &Vote,
    ) -> impl Future<Output = Result<Cast, LedgerError>> + Send;

    /// The storm breaker that all applications of the table share; a new one where none was written yet.
    fn breaker(&self) -> impl Future<Output = Result<Breaker, LedgerError>> + Send;

    /// Writes the breaker if it still has the revision that `next` was made from.
    fn commit_breaker(
        &self,
        next: &Breaker,
        expected: Revision,
        nonce: &Nonce,
    ) -> impl Future<Output = Result<Commit, LedgerError>> + Send;

    /// Whose voter the alarm is. Only alarms that an application names are known.
    fn routes(&self, alarm: &AlarmArn) -> impl Future<Output = Result<Vec<Route>, LedgerError>> + Send;

    /// The voters that a Region's probe speaks for.
    fn probed(&self, region: &Region) -> impl Future<Output = Result<Vec<Route>, LedgerError>> + Send;

    /// Adds an incident's item, if none stands in its place.
    fn enter(&self, item: &IncidentItem, now: Timestamp) -> impl Future<Output = Result<Enter, LedgerError>> + Send;

    /// An incident's items, in order.
    fn incident(
        &self,
        application: &Application,
        incident: &IncidentId,
    ) -> impl Future<Output = Result<Vec<IncidentItem>, LedgerError>> + Send;

    /// The newest incidents of an application, newest first, not more than `at_most`.
    fn incidents(
        &self,
        application: &Application,
        at_most: usize,
    ) -> impl Future<Output = Result<Vec<IncidentId>, LedgerError>> + Send;
}
