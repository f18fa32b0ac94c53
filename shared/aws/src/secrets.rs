//! Reads a secret from Secrets Manager.

use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;
use verification::ports::SecretStore;
use verification::{Service, Unavailable};

use crate::clients::{AwsClients, unavailable};

/// A secret whose value is a string.
pub struct Secret {
    client: Client,
    arn: String,
}

impl Secret {
    /// Builds the client. Sends nothing.
    pub fn new(aws: &AwsClients, arn: String) -> Self {
        Self { client: Client::new(&aws.config(|endpoints| &endpoints.secrets_manager)), arn }
    }
}

impl SecretStore for Secret {
    async fn fetch(&self) -> Result<SecretString, Unavailable> {
        let response = Box::pin(self.client.get_secret_value().secret_id(&self.arn).send()).await;
        let secret = response.map_err(|error| unavailable(Service::IntrospectionSecret, &error))?;
        Ok(secret.secret_string.unwrap_or_default().into())
    }
}

#[cfg(test)]
mod tests;
