//! The shell: configuration, the ports, and the run that an invocation is.

use crate::fault::{ErrorType, Fault};
use tokio::sync::OnceCell;
use understudy_aws::{AwsCloud, Clients, DynamoLedger};
use understudy_driver::Run;
use understudy_engine::RunId;

pub struct Shell {
    /// The table's name; none where the environment does not say.
    table: Option<String>,
    cloud: AwsCloud,
    ledger: OnceCell<DynamoLedger>,
}

impl Shell {
    /// Reads the environment, makes the clients, and tries to open the table, while CPU is free of charge.
    pub async fn start() -> Self {
        lambda_runtime::tracing::init_default_subscriber();
        let shell = Self {
            table: std::env::var("UNDERSTUDY_TABLE").ok().filter(|table| !table.is_empty()),
            cloud: AwsCloud::new(Clients::from_env().await),
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
        self.ledger.get_or_try_init(|| DynamoLedger::open(self.cloud.clients(), table)).await.map_err(Fault::from)
    }

    /// A new run. Lambda gives a retried event its old request id, so that id must not name a run.
    #[must_use]
    pub fn run(&self) -> Run {
        Run::new(RunId::from(uuid::Uuid::now_v7().as_u128()))
    }
}
