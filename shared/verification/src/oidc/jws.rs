//! Signed JWTs: only RS256, with a key chosen by `kid` (RFC 7515, RFC 8725).
//!
//! ring checks the signature, through jsonwebtoken. The rules of each mode judge the claims.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey, Validation, decode};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::compact_jws::CompactJws;
use crate::strict_json::{self, Members};

/// The members of a JOSE header that are used. The others are ignored: in particular `jku`, `x5u` and `jwk`, by which
/// an attacker could choose the key.
#[derive(Debug, PartialEq, Eq)]
pub struct Header {
    /// The id of the key that signed.
    pub kid: String,
    /// The token type that Salesforce writes into its own tokens.
    pub tty: Option<String>,
}

/// Why a signed token was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidJws {
    /// The signature does not match the key.
    Signature,
    /// The payload is not a JSON object with each member at most once.
    Payload,
}

#[derive(Deserialize)]
struct RawHeader {
    #[serde(default)]
    alg: Value,
    #[serde(default)]
    kid: Value,
    #[serde(default)]
    tty: Value,
    #[serde(default)]
    typ: Value,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

/// Whether a member is present, with any value. `null` is a value, too.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Reads the header of a token. Returns `None` unless the token is a signed JWT with `alg` RS256, a `kid`, and without
/// `crit` (which would name extensions that must be understood).
///
/// A `typ` other than `JWT` means another kind of token, for example a logout token (`logout+jwt`, OpenID Connect
/// Back-Channel Logout section 2.4). RFC 8725 section 3.11 recommends to check it.
pub fn header(jws: &str) -> Option<Header> {
    let CompactJws { header, .. } = CompactJws::parse(jws)?;
    let Members(raw): Members<RawHeader> = strict_json::read(&header).ok()?;
    let kid = raw.kid.as_str().filter(|kid| !kid.is_empty())?.to_owned();
    let is_jwt = raw.typ.is_null() || raw.typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"));
    (raw.alg == "RS256" && is_jwt && !raw.crit).then(|| Header { kid, tty: raw.tty.as_str().map(str::to_owned) })
}

/// Checks the signature and returns the claims. The claims themselves are not checked.
pub fn verify<T: DeserializeOwned>(jws: &str, key: &DecodingKey) -> Result<T, InvalidJws> {
    // This fails only if a provider is already installed.
    let _ = RING.install_default();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    match decode::<Members<T>>(jws, key, &validation) {
        Ok(decoded) => Ok(decoded.claims.0),
        Err(error) => Err(match error.kind() {
            ErrorKind::Json(_) | ErrorKind::Utf8(_) | ErrorKind::Base64(_) => InvalidJws::Payload,
            _ => InvalidJws::Signature,
        }),
    }
}

/// The RSA keys of a JWKS (RFC 7517) that may sign with RS256. Entries that cannot be read are skipped, because one key
/// of an unknown kind must not lock out all users.
pub fn signing_keys(jwks: &[u8]) -> Option<Vec<(String, DecodingKey)>> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let Members(set): Members<Set> = strict_json::read(jwks).ok()?;
    let jwks = set.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
    Some(jwks.filter_map(|jwk| signing_key(&jwk)).collect())
}

fn signing_key(jwk: &Jwk) -> Option<(String, DecodingKey)> {
    let AlgorithmParameters::RSA(rsa) = &jwk.algorithm else {
        return None;
    };
    let for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let for_rs256 = matches!(jwk.common.key_algorithm, None | Some(KeyAlgorithm::RS256));
    let operations = jwk.common.key_operations.as_deref();
    let may_verify = operations.is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    let kid = jwk.common.key_id.clone().filter(|_| for_signatures && for_rs256 && may_verify)?;
    Some((kid, DecodingKey::from_rsa_components(&rsa.n, &rsa.e).ok()?))
}

/// Limits jsonwebtoken to RS256 verification by ring.
static RING: CryptoProvider = CryptoProvider {
    signer_factory: no_signer,
    verifier_factory: ring_verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

struct RingRs256 {
    n: Vec<u8>,
    e: Vec<u8>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "jsonwebtoken defines this function signature")]
fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "jsonwebtoken defines this function signature")]
fn ring_verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    match (algorithm, key.kind()) {
        (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
            Ok(Box::new(RingRs256 { n: unsigned(n), e: unsigned(e) }))
        }
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

/// Removes leading zero bytes. ring refuses numbers with leading zeros, and encoders of signed integers add one.
fn unsigned(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|byte| *byte == 0).collect()
}

impl Verifier<Vec<u8>> for RingRs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let key = RsaPublicKeyComponents { n: &self.n, e: &self.e };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for RingRs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

#[cfg(test)]
mod tests;
