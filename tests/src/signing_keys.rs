//! RSA keys that sign JWTs as Salesforce does. Each process generates its own, and they are not stored.

use std::sync::LazyLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::jwt::{encode, signing_input};

/// A key pair with its `kid`.
pub struct SigningKey {
    id: &'static str,
    pair: KeyPair,
}

static CURRENT: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate("248"));
static NEXT: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate("250"));
static ATTACKERS: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate("666"));

impl SigningKey {
    /// The key with which Salesforce signs.
    pub fn current() -> &'static Self {
        &CURRENT
    }

    /// The key with which Salesforce signs after a rotation.
    pub fn next() -> &'static Self {
        &NEXT
    }

    /// A key that Salesforce does not have.
    pub fn of_attacker() -> &'static Self {
        &ATTACKERS
    }

    #[expect(clippy::expect_used, reason = "no test can run without randomness or memory")]
    fn generate(id: &'static str) -> Self {
        Self { id, pair: KeyPair::generate(KeySize::Rsa2048).expect("an RSA key") }
    }

    /// `kid`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The JWK, with the members that Salesforce publishes.
    pub fn jwk(&self) -> Value {
        let key = self.pair.public_key();
        let exponent = key.exponent().big_endian_without_leading_zero();
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id,
            "e": encode(exponent), "n": encode(self.modulus()),
        })
    }

    /// The modulus, big-endian.
    pub fn modulus(&self) -> Vec<u8> {
        self.pair.public_key().modulus().big_endian_without_leading_zero().to_vec()
    }

    /// The public key as `SubjectPublicKeyInfo`.
    pub fn der(&self) -> Vec<u8> {
        self.pair.public_key().as_der().map(|der| der.as_ref().to_vec()).unwrap_or_default()
    }

    /// The public key in PEM.
    pub fn pem(&self) -> String {
        let text = STANDARD.encode(self.der());
        let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }

    /// A JWT with exactly this header and payload. They need not be JSON.
    pub fn sign_text(&self, header: &str, payload: &str) -> String {
        let input = signing_input(header, payload);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        if self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature).is_err() {
            signature.clear();
        }
        format!("{input}.{}", encode(signature))
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }
}

/// A JWKS with the current key, and with keys that must not verify anything. The `kid` of those is the reason.
pub fn mixed_set() -> Value {
    let unusable = |name: &str, value: &str| {
        let mut key = SigningKey::next().jwk();
        if let Some(members) = key.as_object_mut() {
            members.extend([(name.to_owned(), json!(value)), ("kid".to_owned(), json!(value))]);
        }
        key
    };
    jwks(&[
        json!({"kty": "EC", "crv": "P-256", "kid": "EC", "x": encode([1; 32]), "y": encode([2; 32])}),
        json!({"kty": "oct", "kid": "oct", "k": encode("public")}),
        unusable("use", "enc"),
        unusable("alg", "RS512"),
        SigningKey::current().jwk(),
    ])
}

pub fn jwks(keys: &[Value]) -> Value {
    json!({"keys": keys})
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::jwk::Jwk;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

    #[test]
    fn an_independent_verifier_accepts_the_tokens_and_refuses_those_of_another_key() {
        let header = json!({"alg": "RS256", "kid": SigningKey::current().id()});
        let token = SigningKey::current().sign(&header, &json!({"exp": 4_000_000_000_u64}));
        let valid = |key: &SigningKey| {
            let jwk: Jwk = serde_json::from_value(key.jwk()).unwrap();
            decode::<Value>(&token, &DecodingKey::from_jwk(&jwk).unwrap(), &Validation::new(Algorithm::RS256)).is_ok()
        };
        assert!(valid(SigningKey::current()));
        assert!(!valid(SigningKey::of_attacker()));
    }
}
