//! `probe` on Lambda, woken every minute.

mod handler;
mod settings;

use handler::Post;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

/// Threads that may wait for the system's resolver. One that hangs cannot be called back.
const RESOLVERS_MAX: usize = 64;

fn main() -> Result<(), Error> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().max_blocking_threads(RESOLVERS_MAX).build()?.block_on(async {
        let post = &Post::start().await;
        run(service_fn(async |event: LambdaEvent<Value>| post.keep(&event.context).await)).await
    })
}
