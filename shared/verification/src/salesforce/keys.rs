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
    /// When the set was last fetched because of an unknown `kid`.
    looked_again: Option<Instant>,
}

impl KeyCache {
    pub(super) fn new(origin: &str) -> Self {
        Self { url: format!("{origin}{KEYS_PATH}"), fetched: Mutex::new(None) }
    }

    /// The key under `kid`. A set is believed for an hour, and fetched for an unknown `kid` at most once a minute.
    pub(super) async fn find(&self, http: &Client, kid: &str) -> Result<Option<DecodingKey>, Unavailable> {
        let mut fetched = self.fetched.lock().await;
        let current = fetched.as_ref().filter(|fetched| fetched.at.elapsed() < MAX_AGE);
        if let Some(current) = current {
            let key = current.key(kid);
            let looked = current.looked_again.is_some_and(|at| at.elapsed() < LOOK_AGAIN);
            if key.is_some() || looked {
                return Ok(key);
            }
        }
        let looked_again = current.is_some().then(Instant::now);
        let fresh = Fetched { keys: self.fetch(http).await?, at: Instant::now(), looked_again };
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
