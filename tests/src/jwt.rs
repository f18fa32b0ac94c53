//! JWTs in compact form, built from their parts so that any part can be wrong.

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// base64url without padding (RFC 7515, section 2).
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The JWS Signing Input of RFC 7515.
pub fn signing_input(header: &str, payload: &str) -> String {
    format!("{}.{}", encode(header), encode(payload))
}

pub fn unsigned(header: &str, payload: &str) -> String {
    format!("{}.", signing_input(header, payload))
}

/// A JWT signed with HS256.
pub fn signed_with_secret(secret: &[u8], header: &str, payload: &str) -> String {
    let input = signing_input(header, payload);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
    format!("{input}.{}", encode(tag))
}

/// The token with another payload and its old signature.
pub fn with_payload(token: &str, payload: &str) -> String {
    let mut parts = token.split('.');
    let (header, signature) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
    format!("{header}.{}.{signature}", encode(payload))
}

/// `at_hash` for RS256 (OpenID Connect Core, section 3.1.3.6): the left half of the access token's SHA-256.
pub fn at_hash(access_token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, access_token.as_bytes());
    encode(hash.as_ref().get(..16).unwrap_or_default())
}
