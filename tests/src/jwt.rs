//! JWTs in compact form, put together from their parts so that any part can be wrong.

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// base64url without padding, as JWTs use it.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a signature is made over.
pub fn signing_input(header: &str, payload: &str) -> String {
    format!("{}.{}", encode(header), encode(payload))
}

/// A JWT with an empty signature.
pub fn unsigned(header: &str, payload: &str) -> String {
    format!("{}.", signing_input(header, payload))
}

/// A JWT whose signature is an HMAC with a secret: HS256.
pub fn signed_with_secret(secret: &[u8], header: &str, payload: &str) -> String {
    let input = signing_input(header, payload);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
    format!("{input}.{}", encode(tag))
}

/// The token with another payload under its old signature.
pub fn with_payload(token: &str, payload: &str) -> String {
    let mut parts = token.split('.');
    let (header, signature) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
    format!("{header}.{}.{signature}", encode(payload))
}

/// `at_hash` of OpenID Connect Core 3.1.3.6 for RS256: the left half of the access token's SHA-256.
pub fn at_hash(access_token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, access_token.as_bytes());
    encode(hash.as_ref().get(..16).unwrap_or_default())
}
