//! The shell: configuration, the ports, and the run that an invocation is.

use crate::fault::{ErrorType, Fault};
use std::sync::Arc;
use tokio::sync::OnceCell;
use understudy_aws::{AwsCloud, Clients, DynamoLedger};
use understudy_driver::Run;
use understudy_engine::{Region, RunId};

pub struct Shell {
    /// The table's name; none where the environment does not say.
    table: Option<String>,
    /// Where it is; none is the Region that we run in.
    table_region: Option<String>,
    cloud: Arc<AwsCloud>,
    ledger: OnceCell<DynamoLedger>,
}

impl Shell {
    /// Reads the environment, makes the clients, and tries to open the table, while CPU is free of charge.
    pub async fn start() -> Self {
        lambda_runtime::tracing::init_default_subscriber();
        let shell = Self {
            table: named("UNDERSTUDY_TABLE"),
            table_region: named("UNDERSTUDY_TABLE_REGION"),
            cloud: Arc::new(AwsCloud::new(Clients::from_env().await)),
            ledger: OnceCell::new(),
        };
        if let Err(fault) = shell.ledger().await {
            tracing::error!(error_type = ?fault.error_type, "{}", fault.message);
        }
        shell
    }

    #[must_use]
    pub fn cloud(&self) -> &AwsCloud {
        &self.cloud
    }

    /// The cloud, for asks that go on beside each other.
    #[must_use]
    pub fn gauge(&self) -> Arc<AwsCloud> {
        Arc::clone(&self.cloud)
    }

    /// The ledger. A table that could not be opened is tried again at every invocation, so that mending
    /// it mends the function.
    ///
    /// # Errors
    /// When the table is not configured, not there, or not to be trusted.
    pub async fn ledger(&self) -> Result<&DynamoLedger, Fault> {
        let Some(table) = &self.table else {
            let message = "UNDERSTUDY_TABLE is not set: set it to the name of the table";
            return Err(Fault::new(ErrorType::Misconfigured, message));
        };
        let region = self.table_region.clone().map(Region::try_from).transpose();
        let region = region
            .map_err(|error| Fault::new(ErrorType::Misconfigured, format!("UNDERSTUDY_TABLE_REGION: {error}")))?;
        let open = || DynamoLedger::open_in(self.cloud.clients(), table, region.as_ref());
        self.ledger.get_or_try_init(open).await.map_err(Fault::from)
    }

    /// A new run. Lambda gives a retried event its old request id, so that id must not name a run.
    #[must_use]
    pub fn run(&self) -> Run {
        Run::new(RunId::from(uuid::Uuid::now_v7().as_u128()))
    }
}

/// A variable of the environment that says something.
fn named(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}
