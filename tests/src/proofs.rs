//! What proves that an access token was issued to our app: the valid baseline of each kind.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::person::{self, ORGANIZATION, USER};
use crate::signing_keys::SigningKey;

/// The consumer key of our app at Salesforce.
pub const CONSUMER_KEY: &str = "3MVG9example_of_ours.0001";
/// The consumer key of another app in the organization.
pub const OTHER_CONSUMER_KEY: &str = "3MVG9example_of_others.0002";
/// The secret of our app. A test searches what is printed for the canary in it.
pub const CLIENT_SECRET: &str = "c4n4ry-client-secret-7F3A";
/// The name under which AWS keeps the secret.
pub const SECRET_ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:salesforce-app-AbCdEf";

/// How Verify checks whom a token was issued to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Not at all.
    #[default]
    Unchecked,
    /// By an `id_token` beside the access token.
    IdToken,
    /// By asking Salesforce.
    Introspection,
    /// By the access token itself, which is a JWT.
    AccessTokenJwt,
}

impl Mode {
    /// Every mode.
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

/// Seconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The header of an `id_token`.
pub fn id_header() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": SigningKey::current().id()})
}

/// The claims of Alice's `id_token`, as a login at `issuer` makes it: no two logins make the same one.
pub fn id_claims(issuer: &str) -> Value {
    json!({
        "login": person::random_text(), "iss": issuer,
        "sub": format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}"),
        "aud": CONSUMER_KEY, "iat": now(), "exp": now() + 120,
    })
}

/// The header of a JWT-based access token.
pub fn access_header() -> Value {
    json!({
        "alg": "RS256", "typ": "JWT", "kid": SigningKey::current().id(),
        "tty": "sfdc-core-token", "tnk": format!("core/prod/{ORGANIZATION}"), "ver": "1.0",
    })
}

/// The claims of Alice's JWT-based access token of the organization at `domain`.
pub fn access_claims(domain: &str) -> Value {
    json!({
        "iss": domain, "aud": [domain], "sub": format!("uid:{USER}"), "client_id": CONSUMER_KEY,
        "nbf": now(), "iat": now(), "exp": now() + 1800, "scp": "openid id api", "mty": "oauth", "roles": [],
    })
}

/// What introspection says of Alice's access token.
pub fn introspection() -> Value {
    json!({
        "active": true, "scope": "id api web openid", "client_id": CONSUMER_KEY,
        "username": "alice@acme.example.prod", "token_type": "access_token",
        "sub": format!("https://login.salesforce.com/id/{ORGANIZATION}/{USER}"),
        "exp": now() + 7200, "iat": now(), "nbf": now(),
    })
}
