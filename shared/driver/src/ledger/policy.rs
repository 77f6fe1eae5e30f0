//! The policy as it is stored: one text and its hash, so that what decides is what was stored.

use super::RecordFault;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt;
use understudy_engine::{AlarmArn, Policy, Region, Severity, Source};

/// SHA-256 of the stored text of a policy, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyHash(pub String);

/// A policy's text and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    pub text: String,
    pub hash: PolicyHash,
}

pub(crate) fn sha256(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl StoredPolicy {
    /// # Errors
    /// When the policy cannot be written as JSON, which no policy that was read can cause.
    pub fn new(policy: &Policy) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(policy)?;
        let hash = PolicyHash(sha256(&[&text]));
        Ok(Self { text, hash })
    }

    /// The policy, if the text is what was hashed and may decide.
    ///
    /// # Errors
    /// When it was changed by hand, cannot be read, or contradicts itself.
    pub fn read(&self) -> Result<Policy, RecordFault> {
        if sha256(&[&self.text]) != self.hash.0 {
            return Err(RecordFault::PolicyTampered);
        }
        let policy: Policy = serde_json::from_str(&self.text)
            .map_err(|error| RecordFault::Unreadable { attribute: "policy".to_owned(), problem: error.to_string() })?;
        match policy.faults().into_iter().find(|fault| fault.severity == Severity::Error) {
            None => Ok(policy),
            Some(fault) => {
                Err(RecordFault::PolicyUnsound { field: fault.field, problem: fault.problem, mend: fault.mend })
            }
        }
    }
}

/// The partition of the items that say whose voter an alarm is.
#[must_use]
pub fn alarm_partition(alarm: &AlarmArn) -> String {
    format!("source#{alarm}")
}

/// The partition of the items that say for whom a Region's probe speaks.
#[must_use]
pub fn probe_partition(region: &Region) -> String {
    format!("source#probe#{region}")
}

/// The items that put an application into the table, as `aws dynamodb put-item --item` takes them:
/// its record, without a state, and one item per voter that is found by its source, where that is looked for.
///
/// # Errors
/// As [`StoredPolicy::new`].
pub fn application_items(policy: &Policy) -> Result<Vec<Value>, serde_json::Error> {
    let stored = StoredPolicy::new(policy)?;
    let application = &policy.application;
    let record = json!({
        "pk": {"S": format!("app#{application}")},
        "sk": {"S": "record"},
        "policy": {"S": stored.text},
        "policy_hash": {"S": stored.hash.0},
    });
    let routes = policy.voters.iter().filter_map(|voter| {
        let source = match &voter.source {
            Source::Alarm(arn) => alarm_partition(arn),
            Source::Probe(probe) => probe_partition(&probe.region),
            // Whoever speaks says for which voter.
            Source::Operator(_) => return None,
        };
        Some(json!({
            "pk": {"S": source},
            "sk": {"S": format!("{application}#{}", voter.name)},
            "application": {"S": application.as_str()},
            "voter": {"S": voter.name.as_str()},
        }))
    });
    Ok(std::iter::once(record).chain(routes).collect())
}

impl fmt::Display for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
