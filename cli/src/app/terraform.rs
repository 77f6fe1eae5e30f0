//! What the Terraform modules need of an application file, so that they never read TOML by themselves.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use understudy_driver::application_items;
use understudy_engine::{Policy, Source};

/// The document of a policy that stands in a file of this text. Its hash is the file's: who changes the file and does
/// not validate it again is found out by the modules.
pub(super) fn document(text: &str, policy: &Policy) -> Result<Value, serde_json::Error> {
    let (mut alarms, mut probes) = (Map::new(), Map::new());
    for voter in &policy.voters {
        match &voter.source {
            Source::Alarm(arn) => alarms.insert(voter.name.to_string(), json!(arn)),
            Source::Probe(probe) => probes.insert(voter.name.to_string(), json!(probe.region)),
            // It needs nothing that could be deployed beside the runbook.
            Source::Operator(_) => None,
        };
    }
    Ok(json!({
        "source_sha256": hexadecimal(&Sha256::digest(text.as_bytes())),
        "application": policy.application,
        "account": policy.database.writer.account(),
        "regions": policy.regions,
        "mode": policy.mode,
        "items": application_items(policy)?,
        "alarms": alarms,
        "probes": probes,
        "database": policy.database,
        "fence": policy.fence,
        "topic": policy.notification.topic,
        "traffic": policy.traffic,
        "dependencies": policy.dependencies,
    }))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
