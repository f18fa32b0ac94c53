//! Salesforce's signing keys, kept between sign-ins.

use std::time::Duration;

use jsonwebtoken::DecodingKey;
use reqwest::Client;
use reqwest::header::ACCEPT;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::http::{self, Exchange};
use crate::audience::jws;
use crate::unavailable::{Cause, Service, Unavailable};

const KEYS_PATH: &str = "/id/keys";

/// How long a set of keys is believed.
const MAX_AGE: Duration = Duration::from_hours(1);

/// How long an unknown `kid` must wait for the next look: anybody can send one, and each look is a request.
const MIN_AGE: Duration = Duration::from_mins(1);

/// The keys of one origin (RFC 7517), fetched when they are first needed.
pub(super) struct KeyCache {
    url: String,
    /// Held while fetching, so that one process asks once.
    fetched: Mutex<Option<Fetched>>,
}

struct Fetched {
    keys: Vec<(String, DecodingKey)>,
    at: Instant,
}

impl KeyCache {
    pub(super) fn new(origin: &str) -> Self {
        Self { url: format!("{origin}{KEYS_PATH}"), fetched: Mutex::new(None) }
    }

    /// The key under `kid`, from a set that is at most an hour old; for an unknown `kid`, at most a minute.
    pub(super) async fn find(&self, http: &Client, kid: &str) -> Result<Option<DecodingKey>, Unavailable> {
        let mut fetched = self.fetched.lock().await;
        if let Some(fetched) = fetched.as_ref() {
            let key = fetched.key(kid);
            let limit = if key.is_some() { MAX_AGE } else { MIN_AGE };
            if fetched.at.elapsed() < limit {
                return Ok(key);
            }
        }
        let fresh = Fetched { keys: self.fetch(http).await?, at: Instant::now() };
        let key = fresh.key(kid);
        *fetched = Some(fresh);
        Ok(key)
    }

    async fn fetch(&self, http: &Client) -> Result<Vec<(String, DecodingKey)>, Unavailable> {
        let exchange = Exchange(Service::SalesforceKeys);
        let response = exchange.send(|| http.get(&self.url).header(ACCEPT, "application/json")).await?;
        if let Some(cause) = Cause::of_head(response.status().as_u16(), http::content_type(&response)) {
            return Err(exchange.status(cause, &response));
        }
        let body = exchange.body(response).await?;
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
