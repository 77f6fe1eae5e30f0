//! `runbook` on Lambda: the manual path.

mod door;
mod handler;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use understudy_lambda::Shell;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let shell = &Shell::start().await;
    run(service_fn(async |event: LambdaEvent<Value>| handler::handle(shell, event.payload).await)).await
}
