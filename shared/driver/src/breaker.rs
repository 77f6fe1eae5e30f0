//! Asking the storm breaker, and releasing those that wait at it.

use crate::approval::{ApprovalCode, code_of_batch};
use crate::conduct::{ConductError, Run};
use crate::ledger::{Commit, Ledger, LedgerError};
use jiff::Timestamp;
use std::collections::BTreeMap;
use understudy_engine::{Admission, Admit, Application, IncidentId, Person};

/// How often the breaker is written again after somebody else wrote first.
const CONFLICTS_MAX: u32 = 10;

/// What became of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Release {
    Released {
        batch: BTreeMap<Application, IncidentId>,
    },
    /// Others wait by now than those that the code stands for.
    Stale,
    /// These applications name approvers, and the person is none of them.
    NotAnApprover {
        of: Vec<Application>,
    },
}

/// Asks for a turn. The breaker's own trouble is an answer, and the next look asks again.
pub(crate) async fn admit(
    ledger: &impl Ledger,
    run: &mut Run,
    ask: &Admit,
    clock: &(impl Fn() -> Timestamp + Send + Sync),
) -> Admission {
    for _ in 0..CONFLICTS_MAX {
        let Ok(breaker) = ledger.breaker().await else { return Admission::Unanswered };
        let (next, answer) = breaker.admit(ask, clock());
        if next == breaker {
            return answer;
        }
        match ledger.commit_breaker(&next, breaker.revision, &run.nonce()).await {
            Ok(Commit::Committed) => return answer,
            Ok(Commit::Conflict) => {}
            Err(_) => return Admission::Unanswered,
        }
    }
    Admission::Unanswered
}

/// Releases all that wait, on one person's word for exactly these.
///
/// # Errors
/// When the ledger does not answer.
pub async fn release(
    ledger: &impl Ledger,
    run: &mut Run,
    by: &Person,
    code: &ApprovalCode,
    now: Timestamp,
) -> Result<Release, ConductError> {
    for _ in 0..CONFLICTS_MAX {
        let breaker = ledger.breaker().await?;
        let batch = breaker.batch();
        if code_of_batch(&batch) != *code {
            return Ok(Release::Stale);
        }
        let strangers = where_no_approver(ledger, &batch, by).await?;
        if !strangers.is_empty() {
            return Ok(Release::NotAnApprover { of: strangers });
        }
        let Some(next) = breaker.release(by, &batch, now) else { return Ok(Release::Stale) };
        match ledger.commit_breaker(&next, breaker.revision, &run.nonce()).await? {
            Commit::Committed => return Ok(Release::Released { batch }),
            Commit::Conflict => {}
        }
    }
    Err(LedgerError::Unavailable { detail: "the storm breaker is written by others all the time".to_owned() }.into())
}

async fn where_no_approver(
    ledger: &impl Ledger,
    batch: &BTreeMap<Application, IncidentId>,
    by: &Person,
) -> Result<Vec<Application>, LedgerError> {
    let mut strangers = Vec::new();
    for application in batch.keys() {
        let approval = ledger.load(application).await?.policy.approval;
        if approval.is_some_and(|rule| rule.speaks_as(by).is_none()) {
            strangers.push(application.clone());
        }
    }
    Ok(strangers)
}
