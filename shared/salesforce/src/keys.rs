//! Salesforce's signing keys, kept between sign-ins.

use std::time::Duration;

use https::HttpsClient;
use jsonwebtoken::DecodingKey;
use reqwest::header::ACCEPT;
use settings::time_budget::BUDGET;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use verification::oidc::jws;
use verification::{Cause, Service, Unavailable};

use crate::exchange::Exchange;

const KEYS_PATH: &str = "/id/keys";

/// How long a set of keys is used.
const MAX_AGE: Duration = Duration::from_hours(1);

/// The least time between two refreshes for an unknown `kid`, so six a minute at most. Anyone can invent a `kid`, so it
/// must not cause a request each time; and after a rotation, an honest user waits no longer than this. Nothing else in
/// a token whose signature is not checked makes a refresh more likely: an attacker writes that, too.
const REFRESH_COOLDOWN: Duration = Duration::from_secs(10);

/// The keys of one origin (RFC 7517).
pub(crate) struct KeyCache {
    url: String,
    /// Held while fetching, so that one process has one request under way.
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
    /// Why it brought no keys. Set before asking: the deadline may end the question at any time.
    failed: Option<Unavailable>,
}

impl KeyCache {
    pub(crate) fn new(origin: &str) -> Self {
        Self { url: format!("{origin}{KEYS_PATH}"), state: Mutex::default() }
    }

    /// Fetches the keys, if there are none yet.
    pub(crate) async fn prefetch(&self, https: &HttpsClient) {
        let mut state = self.state.lock().await;
        if let Ok(Ok(set)) = timeout(BUDGET, self.fetch(https)).await {
            state.set = Some(set);
        }
    }

    /// The key under `kid`; `None` if Salesforce, asked just now, has no such key.
    ///
    /// # Errors
    /// The keys cannot be had; or the `kid` is unknown and the keys were refreshed a moment ago
    /// ([`Cause::Cooldown`]): it may be a new key, so there is no verdict yet.
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
                Err(failed.clone().unwrap_or_else(cooling))
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
        let (exchange, fetched) = (Exchange(Service::SalesforceKeys), Instant::now());
        let response = exchange.send(https, https.get(&self.url).header(ACCEPT, "application/json")).await?;
        let body = exchange.json_body(response).await?;
        let keys = jws::signing_keys(&body);
        let keys = keys.ok_or_else(|| unavailable(Cause::Unreadable, "the body is not a set of keys"))?;
        Ok(KeySet { keys, fetched })
    }
}

impl KeySet {
    /// Two keys under one id count as none: which of them Salesforce means cannot be known.
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

fn cooling() -> Unavailable {
    unavailable(Cause::Cooldown, "an unknown kid, and the keys were refreshed less than ten seconds ago")
}

#[cfg(test)]
mod tests;
