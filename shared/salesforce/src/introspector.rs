//! The client credentials with which tokens are introspected, kept between sign-ins.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use settings::time_budget::BUDGET;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use verification::ports::SecretStore;
use verification::{Cause, Service, Unavailable};

use crate::client_credentials::ClientCredentials;

/// The least time between two fetches of the secret because Salesforce rejected the client.
const RENEWAL_COOLDOWN: Duration = Duration::from_mins(1);

/// The text names no part of the secret.
const MALFORMED: &str = "the secret does not hold the JSON object {\"client_id\", \"client_secret\"} with two texts";

/// The credentials in a secret.
pub(crate) struct Introspector<S> {
    secret: S,
    /// Held while fetching, so that one process has one request under way.
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    credentials: Arc<ClientCredentials>,
    fetched: Instant,
}

impl<S: SecretStore> Introspector<S> {
    pub(crate) fn new(secret: S) -> Self {
        Self { secret, kept: Mutex::default() }
    }

    /// Fetches the credentials, if there are none yet.
    pub(crate) async fn prefetch(&self) {
        let _ = timeout(BUDGET, self.credentials()).await;
    }

    /// The credentials, fetched if there are none yet.
    ///
    /// # Errors
    /// The secret cannot be had, or has another form ([`Cause::Unreadable`]).
    pub(crate) async fn credentials(&self) -> Result<Arc<ClientCredentials>, Unavailable> {
        let kept = &mut *self.kept.lock().await;
        match kept {
            Some(kept) => Ok(Arc::clone(&kept.credentials)),
            None => self.fetch(kept).await,
        }
    }

    /// Other credentials than those that Salesforce has just rejected, after a rotation of the secret. `None` if the
    /// secret holds the same ones, or was fetched less than a minute ago.
    ///
    /// # Errors
    /// The secret cannot be had, or has another form ([`Cause::Unreadable`]).
    pub(crate) async fn renewed(
        &self,
        rejected: &ClientCredentials,
    ) -> Result<Option<Arc<ClientCredentials>>, Unavailable> {
        let kept = &mut *self.kept.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.fetched.elapsed() < RENEWAL_COOLDOWN) {
            return Ok(None);
        }
        let credentials = self.fetch(kept).await?;
        Ok((!is_same(&credentials, rejected)).then_some(credentials))
    }

    async fn fetch(&self, kept: &mut Option<Kept>) -> Result<Arc<ClientCredentials>, Unavailable> {
        let credentials = ClientCredentials::parse(self.secret.fetch().await?.expose_secret());
        let malformed = || Unavailable::new(Service::IntrospectionSecret, Cause::Unreadable, MALFORMED);
        let credentials = Arc::new(credentials.ok_or_else(malformed)?);
        *kept = Some(Kept { credentials: Arc::clone(&credentials), fetched: Instant::now() });
        Ok(credentials)
    }
}

fn is_same(one: &ClientCredentials, other: &ClientCredentials) -> bool {
    one.client_id == other.client_id && one.client_secret.expose_secret() == other.client_secret.expose_secret()
}

#[cfg(test)]
pub(crate) mod tests;
