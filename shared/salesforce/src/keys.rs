//! Salesforce's signing keys, cached between sign-ins.

use std::time::Duration;

use https::HttpsClient;
use jsonwebtoken::DecodingKey;
use reqwest::header::ACCEPT;
use settings::time_budget::BUDGET;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use verification::oidc::jws;
use verification::{Cause, Service, Unavailable};

use crate::endpoint_call::EndpointCall;

const KEYS_PATH: &str = "/id/keys";

/// How long fetched keys are used.
const MAX_AGE: Duration = Duration::from_hours(1);

/// Least time between two refreshes for an unknown `kid`, so at most six a minute. An attacker can invent a `kid`, so
/// not every unknown one may cause a request. After a rotation, an honest user waits at most this long. No other
/// content of the token may influence the refresh: its signature has not been checked, so the attacker could have
/// written all of it.
const REFRESH_COOLDOWN: Duration = Duration::from_secs(10);

/// The cached JWKS (RFC 7517) of one origin.
pub(crate) struct KeyCache {
    url: String,
    /// Locked while fetching, so that the process has only one request in progress.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    set: Option<KeySet>,
    /// The last refresh for an unknown `kid`.
    refresh: Option<Refresh>,
}

struct KeySet {
    keys: Vec<(String, DecodingKey)>,
    fetched: Instant,
}

struct Refresh {
    at: Instant,
    /// Why the refresh failed. It is set before the request is sent, because the deadline may cancel the request at any
    /// time.
    failed: Option<Unavailable>,
}

impl KeyCache {
    pub(crate) fn new(origin: &str) -> Self {
        Self { url: format!("{origin}{KEYS_PATH}"), state: Mutex::default() }
    }

    /// Fetches the keys before the first sign-in.
    pub(crate) async fn prefetch(&self, https: &HttpsClient) {
        let mut state = self.state.lock().await;
        if let Ok(Ok(set)) = timeout(BUDGET, self.fetch(https)).await {
            state.set = Some(set);
        }
    }

    /// Returns the key with this `kid`; `None` if Salesforce does not have it, according to keys that were just
    /// fetched.
    ///
    /// # Errors
    /// The keys cannot be fetched. Or the `kid` is unknown and the last refresh was too recent ([`Cause::Cooldown`]):
    /// it may be a new key, so there is no verdict yet.
    pub(crate) async fn find(&self, https: &HttpsClient, kid: &str) -> Result<Option<DecodingKey>, Unavailable> {
        let state = &mut *self.state.lock().await;
        let Some(set) = state.set.as_ref().filter(|set| set.fetched.elapsed() < MAX_AGE) else {
            let set = self.fetch(https).await?;
            return Ok(state.set.insert(set).key(kid));
        };
        if let Some(key) = set.key(kid) {
            return Ok(Some(key));
        }
        match &state.refresh {
            Some(Refresh { at, failed }) if at.elapsed() < REFRESH_COOLDOWN => {
                Err(failed.clone().unwrap_or_else(in_cooldown))
            }
            _ => self.refresh(https, state, kid).await,
        }
    }

    async fn refresh(
        &self,
        https: &HttpsClient,
        state: &mut State,
        kid: &str,
    ) -> Result<Option<DecodingKey>, Unavailable> {
        let at = Instant::now();
        let unfinished = unavailable(Cause::Timeout, "no answer to the last refresh");
        state.refresh = Some(Refresh { at, failed: Some(unfinished) });
        let set = self.fetch(https).await.inspect_err(|error| {
            state.refresh = Some(Refresh { at, failed: Some(error.clone()) });
        })?;
        state.refresh = Some(Refresh { at, failed: None });
        Ok(state.set.insert(set).key(kid))
    }

    async fn fetch(&self, https: &HttpsClient) -> Result<KeySet, Unavailable> {
        let (call, fetched) = (EndpointCall(Service::SalesforceKeys), Instant::now());
        let response = call.send(https, https.get(&self.url).header(ACCEPT, "application/json")).await?;
        let body = call.json_body(response).await?;
        let keys = jws::signing_keys(&body);
        let keys = keys.ok_or_else(|| unavailable(Cause::Unreadable, "the body is not a JWKS"))?;
        Ok(KeySet { keys, fetched })
    }
}

impl KeySet {
    /// A `kid` that two keys have is treated as unknown, because it does not say which key Salesforce means.
    fn key(&self, kid: &str) -> Option<DecodingKey> {
        let mut found = self.keys.iter().filter(|(id, _)| id == kid);
        match (found.next(), found.next()) {
            (Some((_, key)), None) => Some(key.clone()),
            _ => None,
        }
    }
}

fn unavailable(cause: Cause, detail: &str) -> Unavailable {
    Unavailable::new(Service::SalesforceKeys, cause, detail)
}

fn in_cooldown() -> Unavailable {
    unavailable(Cause::Cooldown, "the kid is unknown, and the keys were refreshed less than ten seconds ago")
}

#[cfg(test)]
mod tests;
