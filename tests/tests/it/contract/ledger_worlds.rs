//! The two tables that the ledger's contract is held against.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::{Value, json};
use understudy_aws::{Clients, DynamoGlance, DynamoLedger};
use understudy_driver::{Glance, Ledger, application_items};
use understudy_engine::Policy;
use understudy_sim::{SimLedger, World};
use understudy_tests::{Fault, LocalCloud, Options, policy};

pub(super) trait LedgerWorld {
    fn ledger(&self) -> &impl Ledger;
    /// The same table, as a gate looks at it.
    fn glance(&self) -> &impl Glance;
    async fn apply(&self, policy: &Policy);
    async fn lose_next_commit_reply(&self);
    /// Writes a text where something else belongs.
    async fn tamper(&self, attribute: &str, text: &str);
    /// Writes a state as another release may have written it.
    async fn restate(&self, state: &Value);
    /// Writes something else in the place of the storm breaker.
    async fn tamper_breaker(&self, value: &Value);
}

pub(super) struct SimulatedTable {
    world: World,
    ledger: SimLedger,
}

impl SimulatedTable {
    pub(super) fn new() -> Self {
        let world = World::new(Timestamp::UNIX_EPOCH);
        let ledger = SimLedger::new(&world);
        ledger.apply(&policy()).unwrap();
        Self { world, ledger }
    }
}

impl LedgerWorld for SimulatedTable {
    fn ledger(&self) -> &impl Ledger {
        &self.ledger
    }

    fn glance(&self) -> &impl Glance {
        &self.ledger
    }

    async fn apply(&self, policy: &Policy) {
        self.ledger.apply(policy).unwrap();
    }

    async fn lose_next_commit_reply(&self) {
        self.world.lose_next_commit_reply();
    }

    async fn tamper(&self, attribute: &str, text: &str) {
        self.ledger.tamper(&"orders".parse().unwrap(), attribute, text);
    }

    async fn restate(&self, state: &Value) {
        self.tamper("state", &state.to_string()).await;
    }

    async fn tamper_breaker(&self, value: &Value) {
        self.ledger.tamper_breaker(&value.to_string());
    }
}

pub(super) struct RealTable {
    cloud: LocalCloud,
    clients: Clients,
    ledger: DynamoLedger,
    glance: DynamoGlance,
}

/// Clients against a local cloud, as the functions make them from their environment.
pub(crate) async fn clients(cloud: &LocalCloud) -> Clients {
    let credentials = aws_sdk_dynamodb::config::Credentials::new("test", "test", None, None, "tests");
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(&cloud.endpoint)
        .region("us-west-2")
        .credentials_provider(credentials)
        .load()
        .await;
    Clients::new(&config)
}

impl RealTable {
    pub(super) async fn new() -> Self {
        let cloud = LocalCloud::start(&policy(), Options { functions: false, ..Options::default() });
        let clients = clients(&cloud).await;
        let ledger = DynamoLedger::open(&clients, "understudy").await.unwrap();
        let glance = DynamoGlance::new(&clients, "understudy", None);
        Self { cloud, clients, ledger, glance }
    }

    async fn overwrite(&self, pk: &str, attribute: &str, value: AttributeValue) {
        let key = |text: &str| AttributeValue::S(text.to_owned());
        let request = self.clients.dynamodb().update_item().table_name("understudy");
        let request = request.key("pk", key(pk)).key("sk", key("record"));
        let request = request.update_expression("SET #attribute = :value");
        let request = request.expression_attribute_names("#attribute", attribute);
        request.expression_attribute_values(":value", value).send().await.unwrap();
    }
}

impl LedgerWorld for RealTable {
    fn ledger(&self) -> &impl Ledger {
        &self.ledger
    }

    fn glance(&self) -> &impl Glance {
        &self.glance
    }

    async fn apply(&self, policy: &Policy) {
        let mut items = application_items(policy).unwrap();
        let record = items.remove(0);
        for route in items {
            let request = self.clients.dynamodb().put_item().table_name("understudy");
            let fields = route.as_object().unwrap().iter();
            let fields =
                fields.map(|(name, value)| (name.clone(), AttributeValue::S(value["S"].as_str().unwrap().to_owned())));
            request.set_item(Some(fields.collect())).send().await.unwrap();
        }
        let text = |field: &str| AttributeValue::S(record[field]["S"].as_str().unwrap().to_owned());
        let request = self.clients.dynamodb().update_item().table_name("understudy");
        let request = request.key("pk", text("pk")).key("sk", text("sk"));
        let request = request.update_expression("SET policy = :policy, policy_hash = :hash");
        let request = request.expression_attribute_values(":policy", text("policy"));
        request.expression_attribute_values(":hash", text("policy_hash")).send().await.unwrap();
    }

    async fn lose_next_commit_reply(&self) {
        let effect = json!({"kind": "cut", "when": "after"});
        let fault = Fault {
            service: "dynamodb",
            action: "UpdateItem",
            region: None,
            body_contains: None,
            times: Some(1),
            effect,
        };
        let _ = self.cloud.fault(&fault);
    }

    async fn tamper(&self, attribute: &str, text: &str) {
        self.overwrite("app#orders", attribute, AttributeValue::S(text.to_owned())).await;
    }

    async fn restate(&self, state: &Value) {
        let value = serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(state).unwrap();
        self.overwrite("app#orders", "state", value).await;
    }

    async fn tamper_breaker(&self, value: &Value) {
        let value = serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value).unwrap();
        self.overwrite("breaker", "breaker", value).await;
    }
}
