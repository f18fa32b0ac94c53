//! Salesforce's signing keys, kept between sign-ins.

use std::time::Duration;

use jsonwebtoken::DecodingKey;
use reqwest::header::ACCEPT;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::http::Exchange;
use crate::audience::jws;
use crate::https::HttpsClient;
use crate::unavailable::{Cause, Service, Unavailable};

const KEYS_PATH: &str = "/id/keys";

/// How long a set of keys is believed.
const MAX_AGE: Duration = Duration::from_hours(1);

/// How long an unknown `kid` must wait after another one was looked for: anybody can send one, and each look is a
/// request. The first look is not delayed, because Salesforce may have a new key.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// The keys of one origin (RFC 7517), fetched when they are first needed.
pub(super) struct KeyCache {
    url: String,
    /// Held while fetching, so that one process asks once.
    fetched: Mutex<Option<Fetched>>,
}

struct Fetched {
    keys: Vec<(String, DecodingKey)>,
    at: Instant,
    /// The last look for an unknown `kid` since then.
    look: Option<Look>,
}

struct Look {
    at: Instant,
    /// Why it found nothing out. Set before asking: the deadline may end the question at any time.
    failed: Option<Unavailable>,
}

impl KeyCache {
    pub(super) fn new(origin: &str) -> Self {
        Self { url: format!("{origin}{KEYS_PATH}"), fetched: Mutex::new(None) }
    }

    /// The key under `kid`. A set is believed for an hour, and fetched for an unknown `kid` at most once a minute.
    pub(super) async fn find(&self, https: &HttpsClient, kid: &str) -> Result<Option<DecodingKey>, Unavailable> {
        let mut fetched = self.fetched.lock().await;
        let current = fetched.as_mut().filter(|fetched| fetched.at.elapsed() < MAX_AGE);
        let Some(current) = current else {
            let fresh = Fetched { keys: self.fetch(https).await?, at: Instant::now(), look: None };
            return Ok(fetched.insert(fresh).key(kid));
        };
        if let Some(key) = current.key(kid) {
            return Ok(Some(key));
        }
        match &current.look {
            Some(Look { at, failed }) if at.elapsed() < LOOK_AGAIN => failed.clone().map_or(Ok(None), Err),
            _ => self.look_again(https, current, kid).await,
        }
    }

    async fn look_again(
        &self,
        https: &HttpsClient,
        current: &mut Fetched,
        kid: &str,
    ) -> Result<Option<DecodingKey>, Unavailable> {
        let at = Instant::now();
        let unfinished = Exchange(Service::SalesforceKeys).unavailable(Cause::Timeout, "no answer to the last look");
        current.look = Some(Look { at, failed: Some(unfinished) });
        let keys = self.fetch(https).await.inspect_err(|error| {
            current.look = Some(Look { at, failed: Some(error.clone()) });
        })?;
        *current = Fetched { keys, at, look: Some(Look { at, failed: None }) };
        Ok(current.key(kid))
    }

    async fn fetch(&self, https: &HttpsClient) -> Result<Vec<(String, DecodingKey)>, Unavailable> {
        let exchange = Exchange(Service::SalesforceKeys);
        let response = exchange.send(https, || https.get(&self.url).header(ACCEPT, "application/json")).await?;
        let body = exchange.json_body(response).await?;
        jws::signing_keys(&body).ok_or_else(|| exchange.unavailable(Cause::Unreadable, "the body is not a set of keys"))
    }
}

impl Fetched {
    /// Two keys under one id are no key: which of them Salesforce means cannot be known.
    fn key(&self, kid: &str) -> Option<DecodingKey> {
        let mut found = self.keys.iter().filter(|(id, _)| id == kid);
        match (found.next(), found.next()) {
            (Some((_, key)), None) => Some(key.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
