//! Proofs that an access token was issued to our app: the valid baseline for each audience mode.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::person::{self, ORGANIZATION, USER};
use crate::signing_keys::SigningKey;

/// The consumer key of our app at Salesforce.
pub const CONSUMER_KEY: &str = "3MVG9example_of_ours.0001";
/// The consumer key of another app in the organization.
pub const OTHER_CONSUMER_KEY: &str = "3MVG9example_of_others.0002";
/// The consumer secret of our app. A test searches the output for the canary in it.
pub const CLIENT_SECRET: &str = "c4n4ry-client-secret-7F3A";
pub const SECRET_ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:salesforce-app-AbCdEf";

/// The audience mode of Verify: how it checks that a token was issued to our app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Unchecked,
    IdToken,
    Introspection,
    AccessTokenJwt,
}

impl Mode {
    pub const ALL: [Self; 4] = [Self::Unchecked, Self::IdToken, Self::Introspection, Self::AccessTokenJwt];

    /// The value of `SALESFORCE_AUDIENCE_MODE`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::IdToken => "id_token",
            Self::Introspection => "introspection",
            Self::AccessTokenJwt => "access_token_jwt",
        }
    }
}

/// The Unix time in seconds.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

pub fn id_header() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": SigningKey::current().id()})
}

/// The claims of Alice's `id_token` after a login at `issuer`. Each login makes another one.
pub fn id_claims(issuer: &str) -> Value {
    json!({
        "login": person::random_text(), "iss": issuer,
        "sub": format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}"),
        "aud": CONSUMER_KEY, "iat": now(), "exp": now() + 120,
    })
}

pub fn access_header() -> Value {
    json!({
        "alg": "RS256", "typ": "JWT", "kid": SigningKey::current().id(),
        "tty": "sfdc-core-token", "tnk": format!("core/prod/{ORGANIZATION}"), "ver": "1.0",
    })
}

/// The claims of Alice's JWT-based access token; `domain` is the My Domain of the organization.
pub fn access_claims(domain: &str) -> Value {
    json!({
        "iss": domain, "aud": [domain], "sub": format!("uid:{USER}"), "client_id": CONSUMER_KEY,
        "nbf": now(), "iat": now(), "exp": now() + 1800, "scp": "openid id api", "mty": "oauth", "roles": [],
    })
}

/// The introspection response for Alice's access token.
pub fn introspection() -> Value {
    json!({
        "active": true, "scope": "id api web openid", "client_id": CONSUMER_KEY,
        "username": "alice@acme.example.prod", "token_type": "access_token",
        "sub": format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}"),
        "exp": now() + 7200, "iat": now(), "nbf": now(),
    })
}
