//! A simulated Lambda service, with the release binaries behind it.

mod emulator;
pub mod environments;
pub mod runtime_api;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

pub use emulator::{Emulator, client};
use environments::{Environments, Pool};

/// How long Cognito waits for a trigger.
pub const COGNITO_TIMEOUT: Duration = Duration::from_secs(5);

pub enum Lambda {
    /// cargo-lambda's emulator: an independent implementation of the Runtime API. One process of each function, one
    /// invocation at a time.
    Emulator(Emulator),
    /// One or more execution environments of each function. (Lambda starts another one when all are busy.)
    Environments(Environments),
}

/// The result of an invocation.
#[derive(Debug, Clone, PartialEq)]
pub enum Invoked {
    Returned(Value),
    /// `errorType` and `errorMessage` of the function's error.
    Failed {
        error_type: String,
        message: String,
    },
    /// No response in the time that Cognito waits.
    TimedOut,
}

impl Lambda {
    /// Invokes a function as Cognito does: synchronously, with a limit of five seconds.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Invoked> {
        self.invoke_with_text(function, event.to_string()).await
    }

    /// Invokes a function with a text that need not be JSON.
    pub async fn invoke_with_text(&self, function: &str, event: String) -> Result<Invoked> {
        match self {
            Self::Emulator(emulator) => emulator.invoke(function, event).await,
            Self::Environments(environments) => environments.of(function)?.invoke(event).await,
        }
    }

    /// The output of the processes of a function so far.
    pub fn output(&self, function: &str) -> String {
        match self {
            Self::Emulator(emulator) => emulator.output(function),
            Self::Environments(environments) => environments.of(function).map(Pool::output).unwrap_or_default(),
        }
    }
}

impl Invoked {
    fn failed(body: &Value) -> Self {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self::Failed { error_type: text("errorType"), message: text("errorMessage") }
    }
}

/// Reads the response of a function, without the members that a [`Value`] cannot hold (half a surrogate pair, deeply
/// nested lists); `null` if the response is not an object and a [`Value`] cannot hold it.
fn read(body: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(body).or_else(|_| {
        let text: &RawValue = serde_json::from_slice(body)?;
        let members = serde_json::from_str::<BTreeMap<String, &RawValue>>(text.get()).unwrap_or_default();
        let readable =
            members.into_iter().filter_map(|(name, text)| Some((name, serde_json::from_str(text.get()).ok()?)));
        let readable: Map<_, _> = readable.collect();
        Ok(if readable.is_empty() { Value::Null } else { Value::Object(readable) })
    })
}

/// The variables that Lambda sets for a function, and its configured variables.
fn environment(function: &str, runtime_api: &str, configured: &[(String, String)]) -> Vec<(String, String)> {
    let of_lambda = [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", function),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        // The most verbose level: even its output must contain no secret.
        ("RUST_LOG", "trace"),
        ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
    ];
    let of_lambda = of_lambda.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    of_lambda.chain(configured.iter().cloned()).collect()
}
