//! `gate` on Lambda, behind a Function URL.

mod handler;

use handler::Door;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let door = &Door::from_env().await;
    run(service_fn(async |event: LambdaEvent<Value>| Ok::<_, Error>(door.answer(&event.payload).await))).await
}
