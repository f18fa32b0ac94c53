//! The Lambda service, played on this machine, with the real binaries behind it.

mod emulator;
pub mod environments;
pub mod runtime_api;

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

pub use emulator::{Emulator, client};
use environments::{Environments, Pool};

/// Cognito waits this long for a trigger.
pub const COGNITO_TIMEOUT: Duration = Duration::from_secs(5);

/// Who invokes the functions.
pub enum Lambda {
    /// cargo-lambda's emulator: somebody else's reading of the Runtime API. One process of each function, one
    /// invocation at a time.
    Emulator(Emulator),
    /// Several execution environments of each function, as on Lambda, which starts another one when all are busy.
    Environments(Environments),
}

/// What an invocation came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Invoked {
    /// The function returned this.
    Returned(Value),
    /// The function failed with this public error.
    Failed {
        /// `errorType`.
        error_type: String,
        /// `errorMessage`.
        message: String,
    },
    /// Nothing came back in the time that Cognito waits.
    TimedOut,
}

impl Lambda {
    /// Invokes a function as Cognito does: synchronously, and for five seconds at most.
    ///
    /// # Errors
    /// The service that is played here failed.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Invoked> {
        self.invoke_with_text(function, event.to_string()).await
    }

    /// Invokes a function with a text that need not be JSON.
    ///
    /// # Errors
    /// The service that is played here failed.
    pub async fn invoke_with_text(&self, function: &str, event: String) -> Result<Invoked> {
        match self {
            Self::Emulator(emulator) => emulator.invoke(function, event).await,
            Self::Environments(environments) => environments.of(function)?.invoke(event).await,
        }
    }

    /// What the processes of a function have printed so far.
    pub fn output(&self, function: &str) -> String {
        match self {
            Self::Emulator(emulator) => emulator.output(function),
            Self::Environments(environments) => environments.of(function).map(Pool::output).unwrap_or_default(),
        }
    }
}

impl Invoked {
    /// The error that a function reported.
    fn failed(body: &Value) -> Self {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self::Failed { error_type: text("errorType"), message: text("errorMessage") }
    }
}

/// The variables that Lambda sets for a function, and those that are configured for it.
fn environment(function: &str, runtime_api: &str, configured: &[(String, String)]) -> Vec<(String, String)> {
    let of_lambda = [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", function),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        // The loudest setting: whatever it can bring into the log must be harmless.
        ("RUST_LOG", "trace"),
        ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
    ];
    let of_lambda = of_lambda.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    of_lambda.chain(configured.iter().cloned()).collect()
}
