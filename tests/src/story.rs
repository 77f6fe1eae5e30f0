//! The application of the end-to-end tests, and what became of it.

use crate::{LocalCloud, Options, await_until, aws};
use serde_json::{Value, json};
use understudy_driver::{IncidentItem, verify};
use understudy_engine::{ChainHash, Entry, EntryId, IncidentId, Policy, Seq};

/// One voter in each of three Regions, two needed, and windows short enough for a test, yet so long that
/// votes that a busy machine reads late do not grow stale, nor look like flapping.
///
/// # Panics
/// Never: the policy is sound.
#[must_use]
pub fn policy() -> Policy {
    let alarm = |region: &str, name: &str| format!("arn:aws:cloudwatch:{region}:123456789012:alarm:{name}");
    serde_json::from_value(json!({
        "schema": 1,
        "application": "orders",
        "mode": "auto",
        "regions": {"primary": "us-east-1", "standby": "us-west-2", "witness": "us-east-2"},
        "database": {
            "writer": "arn:aws:rds:us-east-1:123456789012:db:orders",
            "replica": "arn:aws:rds:us-west-2:123456789012:db:orders-replica",
            "lag_max_seconds": 60,
        },
        "quorum": {"needed": 2, "flaps_max": 20},
        "voters": [
            {"name": "primary-health", "class": "infrastructure", "source": {"alarm": alarm("us-east-1", "primary-health")}},
            {"name": "replica-heartbeat", "class": "replication", "source": {"alarm": alarm("us-west-2", "replica-heartbeat")}},
            {"name": "outside-probe", "class": "data_path", "source": {"alarm": alarm("us-east-2", "outside-probe")}},
        ],
        "windows": {
            "sustain_seconds": 12, "vote_max_age_seconds": 10, "skew_seconds": 2, "look_seconds": 2, "patrol_seconds": 2,
            "undecided_seconds": 120, "call_seconds": 3, "settle_seconds": 3, "poll_seconds": 1,
            "promote_seconds": 120, "verify_seconds": 120, "shift_seconds": 1,
        },
        "notification": {"topic": "arn:aws:sns:us-west-2:123456789012:orders-failover"},
    }))
    .expect("the policy of the tests is one")
}

/// A cloud with the application on stage, and ways to look at it.
pub struct Story {
    pub cloud: LocalCloud,
}

impl Story {
    #[must_use]
    pub fn begin(options: Options) -> Self {
        Self::of(&policy(), options)
    }

    /// With another policy for the application.
    #[must_use]
    pub fn of(policy: &Policy, options: Options) -> Self {
        Self { cloud: LocalCloud::start(policy, options) }
    }

    /// Sets alarms by the real AWS CLI, as a person would.
    pub fn set_alarms(&self, value: &str, alarms: &[(&str, &str)]) {
        for (region, name) in alarms {
            let words =
                format!("cloudwatch set-alarm-state --alarm-name {name} --state-value {value} --state-reason drill");
            let _ = aws(&self.cloud, region, &words);
        }
    }

    /// All three alarms.
    pub fn raise_all(&self) {
        let all = [("us-east-1", "primary-health"), ("us-west-2", "replica-heartbeat"), ("us-east-2", "outside-probe")];
        self.set_alarms("ALARM", &all);
    }

    /// The record, as stored.
    #[must_use]
    pub fn record(&self) -> Value {
        let key = json!({"pk": {"S": "app#orders"}, "sk": {"S": "record"}});
        let request = json!({"TableName": "understudy", "ConsistentRead": true, "Key": key});
        self.cloud.dynamodb("GetItem", "us-west-2", &request)["Item"].clone()
    }

    /// Its state.
    #[must_use]
    pub fn state(&self) -> Value {
        self.record()["state"]["M"].clone()
    }

    /// The name of the phase, as stored.
    #[must_use]
    pub fn phase(&self) -> String {
        let phase = &self.state()["phase"];
        let name = phase["S"].as_str().map(str::to_owned);
        name.or_else(|| phase["M"].as_object()?.keys().next().cloned()).unwrap_or_default()
    }

    pub fn await_phase(&self, phase: &str) {
        await_until(&format!("the phase is {phase}"), || self.phase() == phase);
    }

    /// Waits until everything in the journal has been delivered.
    pub fn await_told(&self) {
        await_until("the outbox is empty", || {
            self.state()["journal"]["M"]["outbox"]["L"].as_array().is_some_and(Vec::is_empty)
        });
    }

    /// The replica, as the AWS CLI describes it.
    #[must_use]
    pub fn replica(&self) -> Value {
        let words = "rds describe-db-instances --db-instance-identifier orders-replica";
        aws(&self.cloud, "us-west-2", words)["DBInstances"][0].clone()
    }

    /// The items of every incident, in order.
    #[must_use]
    pub fn incident_items(&self) -> Vec<IncidentItem> {
        let values = r#"{":pk":{"S":"incident#orders"}}"#;
        let words = format!(
            "dynamodb query --table-name understudy --key-condition-expression pk=:pk --expression-attribute-values {values}"
        );
        let answer = aws(&self.cloud, "us-west-2", &words);
        answer["Items"].as_array().into_iter().flatten().map(item).collect()
    }

    /// The entries of the one incident, after its chain has been verified.
    ///
    /// # Panics
    /// When the chain does not verify.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let items = self.incident_items();
        verify(&items).expect("the chain verifies");
        items.iter().map(|item| serde_json::from_str(&item.entry).expect("an entry is one")).collect()
    }

    /// What is in the queue that the topic feeds, by the AWS CLI.
    #[must_use]
    pub fn messages(&self) -> Vec<Value> {
        let url = aws(&self.cloud, "us-west-2", "sqs get-queue-url --queue-name orders-pages");
        let url = url["QueueUrl"].as_str().unwrap_or_default().to_owned();
        let words = format!(
            "sqs receive-message --queue-url {url} --max-number-of-messages 10 --visibility-timeout 600 --message-attribute-names All"
        );
        let mut messages = Vec::new();
        loop {
            let answer = aws(&self.cloud, "us-west-2", &words);
            match answer["Messages"].as_array() {
                Some(page) if !page.is_empty() => messages.extend(page.clone()),
                Some(_) | None => return messages,
            }
        }
    }
}

fn item(item: &Value) -> IncidentItem {
    let text = |field: &str| item[field]["S"].as_str().unwrap_or_default().to_owned();
    let incident: IncidentId = serde_json::from_value(text("incident").into()).expect("an incident's id is text");
    let seq = item["seq"]["N"].as_str().and_then(|seq| seq.parse().ok()).unwrap_or_default();
    IncidentItem {
        application: "orders".parse().expect("a name"),
        id: EntryId { incident, seq: Seq(seq) },
        entry: text("entry"),
        previous: ChainHash(text("previous")),
        hash: ChainHash(text("hash")),
    }
}
