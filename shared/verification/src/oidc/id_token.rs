//! Mode `id_token`: an OpenID Connect `id_token` whose `aud` is our app (OpenID Connect Core section 3.1.3.7).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::Value;

use super::{ClientIds, SKEW};
use crate::deny_reason::{DenyReason, require};
use crate::strict_json::{seconds, text, texts};
use crate::token::AccessToken;

/// Oldest accepted `id_token` in seconds. A fresh one proves that the person has just logged in to our app.
const MAX_AGE: u64 = 300;

/// How long after its login an `id_token` is remembered as used, in seconds. It is refused for its age after
/// `MAX_AGE + SKEW`; the rest is for clocks that differ.
pub const REMEMBERED: u64 = 3600;

/// What the operator accepts as an `id_token`.
#[derive(Debug)]
pub struct IdTokenRules {
    /// Our apps.
    pub clients: ClientIds,
    /// Exact `iss` values. `aud` alone is not enough: the owner of a connected app of *another* organization can
    /// add our consumer key to its audiences.
    pub issuers: Vec<String>,
    /// Whether a token without `at_hash` is refused.
    pub require_at_hash: bool,
    /// Whether `nonce` must be that of the challenge: then a captured token is useless in any other sign-in.
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
    /// What `at_hash` has to be for the access token of the same answer.
    #[serde(skip)]
    expected_at_hash: String,
}

impl IdTokenClaims {
    /// Binds the claims to the access token that came with them.
    #[must_use]
    pub fn beside(self, access_token: &AccessToken) -> Self {
        Self { expected_at_hash: at_hash(access_token.expose()), ..self }
    }

    /// Whom the token is about, in the provider's words.
    pub fn subject(&self) -> Option<&str> {
        text(&self.sub)
    }
}

impl IdTokenRules {
    /// Judges the claims by themselves, before it is known whose the access token is. Returns the time of the login.
    /// Whom they are about, the provider has to read.
    ///
    /// # Errors
    /// The rule that denies.
    pub fn check(&self, claims: &IdTokenClaims, nonce: &str, now: u64) -> Result<u64, DenyReason> {
        // 1. It is about a login. Only a logout token has `events` (OpenID Connect Back-Channel Logout section 2.4).
        require(claims.events.is_null(), DenyReason::IdTokenMalformed)?;

        // 2. The login was at our organization's own host.
        let issuer_known = text(&claims.iss).is_some_and(|iss| self.issuers.iter().any(|known| known == iss));
        require(issuer_known, DenyReason::IdTokenIssuer)?;

        // 3. The token is for our apps alone.
        let audience = texts(&claims.aud).unwrap_or_default();
        let ours = !audience.is_empty() && audience.iter().all(|client| self.clients.contain(client));
        let party = claims.azp.is_null() || text(&claims.azp).is_some_and(|azp| self.clients.contain(azp));
        require(ours && party, DenyReason::IdTokenAudience)?;

        // 4. It is valid now, and fresh.
        let expires = seconds(&claims.exp).ok_or(DenyReason::IdTokenExpired)?;
        require(now < expires.saturating_add(SKEW), DenyReason::IdTokenExpired)?;
        let issued = seconds(&claims.iat).ok_or(DenyReason::IdTokenTooOld)?;
        require(now <= issued.saturating_add(MAX_AGE + SKEW), DenyReason::IdTokenTooOld)?;
        let not_before = if claims.nbf.is_null() { Some(0) } else { seconds(&claims.nbf) };
        let begun = |time: u64| time <= now.saturating_add(SKEW);
        require(begun(issued) && not_before.is_some_and(begun), DenyReason::IdTokenNotYetValid)?;

        // 5. It was issued with this very access token.
        let at_hash_fits = match &claims.at_hash {
            Value::Null => !self.require_at_hash,
            at_hash => text(at_hash) == Some(&claims.expected_at_hash),
        };
        require(at_hash_fits, DenyReason::IdTokenAtHash)?;

        // 6. It was issued for this very challenge.
        let nonce_fits = !self.require_nonce || text(&claims.nonce) == Some(nonce);
        require(nonce_fits, DenyReason::IdTokenNonce)?;
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
