//! Reads the introspection client's credentials from a secret of Secrets Manager.

use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;
use serde::Deserialize;

use crate::audience::members::Members;
use crate::aws::{AwsClients, unavailable};
use crate::salesforce::ClientCredentials;
use crate::unavailable::{Cause, Service, Unavailable};

/// The text names no part of the secret.
const MALFORMED: &str = "the secret does not hold the JSON object {\"client_id\", \"client_secret\"} with two texts";

/// A secret of the form `{"client_id": "…", "client_secret": "…"}`.
pub struct Secret {
    client: Client,
    arn: String,
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

impl Secret {
    /// Builds the client; nothing is sent yet.
    pub fn new(aws: &AwsClients, arn: String) -> Self {
        Self { client: Client::new(&aws.config(|endpoints| &endpoints.secrets_manager)), arn }
    }

    /// Fetches and reads the secret. The caller limits the time.
    ///
    /// # Errors
    /// Secrets Manager gave no answer or refused, or the secret has another form ([`Cause::Unreadable`]).
    pub(crate) async fn fetch(&self) -> Result<ClientCredentials, Unavailable> {
        let answer = Box::pin(self.client.get_secret_value().secret_id(&self.arn).send()).await;
        let secret = answer.map_err(|error| unavailable(Service::IntrospectionSecret, &error))?;
        parse(secret.secret_string().unwrap_or_default())
    }
}

fn parse(secret: &str) -> Result<ClientCredentials, Unavailable> {
    let malformed = || Unavailable::new(Service::IntrospectionSecret, Cause::Unreadable, MALFORMED);
    let Members(Wire { client_id, client_secret: SecretText(client_secret) }) =
        serde_json::from_str(secret).map_err(|_| malformed())?;
    let credentials = ClientCredentials { client_id, client_secret };
    if credentials.are_usable() { Ok(credentials) } else { Err(malformed()) }
}

#[cfg(test)]
mod tests;
