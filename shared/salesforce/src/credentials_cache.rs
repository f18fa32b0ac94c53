//! The client credentials for introspection, cached between sign-ins.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use settings::time_budget::BUDGET;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use verification::ports::SecretStore;
use verification::{Cause, Service, Unavailable};

use crate::client_credentials::ClientCredentials;

/// If Salesforce rejects the credentials, the secret is fetched again only if the last fetch is at least this long ago.
const REFRESH_COOLDOWN: Duration = Duration::from_mins(1);

/// This text must not contain any part of the secret.
const MALFORMED: &str = "the secret does not hold the JSON object {\"client_id\", \"client_secret\"} with two strings";

/// The cached credentials from a secret.
pub(crate) struct CredentialsCache<S> {
    secret: S,
    /// Locked while fetching, so that the process has only one request in progress.
    cached: Mutex<Option<Cached>>,
}

struct Cached {
    credentials: Arc<ClientCredentials>,
    fetched: Instant,
}

impl<S: SecretStore> CredentialsCache<S> {
    pub(crate) fn new(secret: S) -> Self {
        Self { secret, cached: Mutex::default() }
    }

    /// Fetches the credentials if none are cached.
    pub(crate) async fn prefetch(&self) {
        let _ = timeout(BUDGET, self.credentials()).await;
    }

    /// Returns the credentials, and fetches them if none are cached.
    ///
    /// # Errors
    /// The secret cannot be fetched, or has another form ([`Cause::Unreadable`]).
    pub(crate) async fn credentials(&self) -> Result<Arc<ClientCredentials>, Unavailable> {
        let cached = &mut *self.cached.lock().await;
        match cached {
            Some(cached) => Ok(Arc::clone(&cached.credentials)),
            None => self.fetch(cached).await,
        }
    }

    /// Fetches the secret again after Salesforce rejected the cached credentials, which happens after a rotation.
    /// Returns `None` if the secret still holds the same credentials, or was fetched less than a minute ago.
    ///
    /// # Errors
    /// The secret cannot be fetched, or has another form ([`Cause::Unreadable`]).
    pub(crate) async fn refresh(
        &self,
        rejected: &ClientCredentials,
    ) -> Result<Option<Arc<ClientCredentials>>, Unavailable> {
        let cached = &mut *self.cached.lock().await;
        if cached.as_ref().is_some_and(|cached| cached.fetched.elapsed() < REFRESH_COOLDOWN) {
            return Ok(None);
        }
        let credentials = self.fetch(cached).await?;
        Ok((!are_equal(&credentials, rejected)).then_some(credentials))
    }

    async fn fetch(&self, cached: &mut Option<Cached>) -> Result<Arc<ClientCredentials>, Unavailable> {
        let credentials = ClientCredentials::parse(self.secret.fetch().await?.expose_secret());
        let malformed = || Unavailable::new(Service::IntrospectionSecret, Cause::Unreadable, MALFORMED);
        let credentials = Arc::new(credentials.ok_or_else(malformed)?);
        *cached = Some(Cached { credentials: Arc::clone(&credentials), fetched: Instant::now() });
        Ok(credentials)
    }
}

fn are_equal(one: &ClientCredentials, other: &ClientCredentials) -> bool {
    one.client_id == other.client_id && one.client_secret.expose_secret() == other.client_secret.expose_secret()
}

#[cfg(test)]
pub(crate) mod tests;
