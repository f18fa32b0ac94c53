//! The minimum for every trigger: the runtime, and a handler that returns the event.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

/// As in the triggers: `shared/trigger/src/allocator.rs`.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| Ok::<_, Error>(event.payload))).await
}
