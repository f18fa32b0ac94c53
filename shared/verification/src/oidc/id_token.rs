//! Mode `id_token`: an OpenID Connect `id_token` that was issued to our app (OpenID Connect Core section 3.1.3.7).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::Value;

use super::{ClientIds, SKEW};
use crate::deny_reason::{DenyReason, require};
use crate::strict_json::{seconds, text, texts};
use crate::token::AccessToken;

/// Oldest accepted `id_token` in seconds. A fresh one proves that the user has just logged in to our app.
const MAX_AGE: u64 = 300;

/// How long after `iat` an `id_token` is remembered as used, in seconds. The rules refuse it for its age after
/// `MAX_AGE + SKEW`; the rest allows for differing clocks.
pub const USED_RETENTION: u64 = 3600;

/// Which `id_token`s the operator accepts.
#[derive(Debug)]
pub struct IdTokenRules {
    /// The client ids of our apps.
    pub clients: ClientIds,
    /// Exact `iss` values. `aud` alone is not enough: the owner of a connected app in *another* organization can add
    /// our client id to the audiences of that app.
    pub issuers: Vec<String>,
    /// Whether a token without `at_hash` is refused.
    pub require_at_hash: bool,
    /// Whether `nonce` must be the nonce of the challenge. If so, a captured token is useless in any other sign-in.
    pub require_nonce: bool,
}

/// The claims of a token whose signature has been checked.
#[derive(Debug, Deserialize)]
pub struct IdTokenClaims {
    #[serde(default)]
    iss: Value,
    #[serde(default)]
    aud: Value,
    #[serde(default)]
    azp: Value,
    #[serde(default)]
    sub: Value,
    #[serde(default)]
    exp: Value,
    #[serde(default)]
    iat: Value,
    #[serde(default)]
    nbf: Value,
    #[serde(default)]
    nonce: Value,
    #[serde(default)]
    at_hash: Value,
    #[serde(default)]
    events: Value,
    /// The `at_hash` that belongs to the access token of the same answer.
    #[serde(skip)]
    expected_at_hash: String,
}

impl IdTokenClaims {
    /// Binds the claims to the access token that came with them.
    #[must_use]
    pub fn with_access_token(self, access_token: &AccessToken) -> Self {
        Self { expected_at_hash: at_hash(access_token.expose()), ..self }
    }

    /// The subject (`sub`), in the provider's format.
    pub fn subject(&self) -> Option<&str> {
        text(&self.sub)
    }
}

impl IdTokenRules {
    /// Checks the claims on their own, before the access token is checked. Returns the time of the login (`iat`). The
    /// provider has to check `sub`.
    ///
    /// # Errors
    /// The reason of the first rule that denies.
    pub fn check(&self, claims: &IdTokenClaims, nonce: &str, now: u64) -> Result<u64, DenyReason> {
        // 1. The token is about a login. Only a logout token has `events` (OpenID Connect Back-Channel Logout section
        //    2.4).
        require(claims.events.is_null(), DenyReason::IdTokenMalformed)?;

        // 2. The login was at a configured issuer.
        let issuer_known = text(&claims.iss).is_some_and(|iss| self.issuers.iter().any(|known| known == iss));
        require(issuer_known, DenyReason::IdTokenIssuer)?;

        // 3. The token was issued only to our apps.
        let audience = texts(&claims.aud).unwrap_or_default();
        let audience_ok = !audience.is_empty() && audience.iter().all(|client| self.clients.contain(client));
        let azp_ok = claims.azp.is_null() || text(&claims.azp).is_some_and(|azp| self.clients.contain(azp));
        require(audience_ok && azp_ok, DenyReason::IdTokenAudience)?;

        // 4. The token is valid now, and fresh.
        let expires = seconds(&claims.exp).ok_or(DenyReason::IdTokenExpired)?;
        require(now < expires.saturating_add(SKEW), DenyReason::IdTokenExpired)?;
        let issued = seconds(&claims.iat).ok_or(DenyReason::IdTokenTooOld)?;
        require(now <= issued.saturating_add(MAX_AGE + SKEW), DenyReason::IdTokenTooOld)?;
        let not_before = if claims.nbf.is_null() { Some(0) } else { seconds(&claims.nbf) };
        let has_started = |time: u64| time <= now.saturating_add(SKEW);
        require(has_started(issued) && not_before.is_some_and(has_started), DenyReason::IdTokenNotYetValid)?;

        // 5. The token was issued together with this access token.
        let at_hash_ok = match &claims.at_hash {
            Value::Null => !self.require_at_hash,
            at_hash => text(at_hash) == Some(&claims.expected_at_hash),
        };
        require(at_hash_ok, DenyReason::IdTokenAtHash)?;

        // 6. The token was issued for this challenge.
        let nonce_ok = !self.require_nonce || text(&claims.nonce) == Some(nonce);
        require(nonce_ok, DenyReason::IdTokenNonce)?;
        Ok(issued)
    }
}

/// The left half of SHA-256, for RS256 (OpenID Connect Core section 3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let hash = digest(&SHA256, access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.as_ref().get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests;
