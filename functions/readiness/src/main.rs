//! `readiness` on Lambda: whether a failover would work, looked at by a schedule.

mod handler;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use understudy_lambda::Shell;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let shell = &Shell::start().await;
    let functions = &std::env::var("UNDERSTUDY_NAME").unwrap_or_else(|_| "understudy".to_owned());
    run(service_fn(async |event: LambdaEvent<Value>| handler::handle(shell, functions, event.payload).await)).await
}
