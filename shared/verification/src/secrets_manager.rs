//! Fetches the introspection client's credentials from Secrets Manager, once, at cold start.

use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use secrecy::SecretString;
use serde::Deserialize;
use tokio::time::timeout;

use crate::audience::members::Members;
use crate::aws::{AwsClients, lost_before_answer};
use crate::once_more::once_more;
use crate::salesforce::ClientCredentials;

/// Cognito waits five seconds for the first invocation, and this comes before it.
const BUDGET: Duration = Duration::from_secs(2);

/// The credentials cannot be had. The text names no part of the secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Secrets Manager gave no answer, or refused.
    #[error("cannot be fetched from Secrets Manager ({0})")]
    Unavailable(String),
    /// The secret is not what it should be.
    #[error("does not hold the JSON object {{\"client_id\", \"client_secret\"}} with two texts")]
    Malformed,
}

#[derive(Deserialize)]
struct Wire {
    client_id: String,
    client_secret: SecretText,
}

struct SecretText(SecretString);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

/// Fetches and reads a secret of the form `{"client_id": "…", "client_secret": "…"}`.
///
/// # Errors
/// [`SecretError`] if there is none within two seconds, or if it has another form.
pub async fn client_credentials(aws: &AwsClients, arn: &str) -> Result<ClientCredentials, SecretError> {
    let client = Client::new(&aws.config(|endpoints| &endpoints.secrets_manager));
    let request = || Box::pin(client.get_secret_value().secret_id(arn).send());
    let answer = timeout(BUDGET, once_more(async || request().await, lost_before_answer))
        .await
        .map_err(|_| SecretError::Unavailable("no answer in time".to_owned()))?;
    let secret = answer.map_err(|error| {
        SecretError::Unavailable(match &error {
            SdkError::ServiceError(error) => error.err().code().unwrap_or("no error code").to_owned(),
            SdkError::DispatchFailure(_) => "no connection".to_owned(),
            _ => "no usable answer".to_owned(),
        })
    })?;
    parse(secret.secret_string().unwrap_or_default())
}

fn parse(secret: &str) -> Result<ClientCredentials, SecretError> {
    let Members(Wire { client_id, client_secret: SecretText(client_secret) }) =
        serde_json::from_str(secret).map_err(|_| SecretError::Malformed)?;
    let credentials = ClientCredentials { client_id, client_secret };
    if credentials.are_usable() { Ok(credentials) } else { Err(SecretError::Malformed) }
}

#[cfg(test)]
mod tests;
