//! Checks the tokens that Cognito issued, as a resource server does.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use crate::aws::REGION;
use crate::lambda::client;
use crate::local_aws::Outputs;

/// The signing keys of a pool.
pub struct PoolKeys {
    keys: JwkSet,
    issuer: String,
    client_id: String,
}

impl PoolKeys {
    /// Fetches the pool's JWKS from local AWS. The issuer in the tokens is that of AWS.
    pub async fn fetch(endpoint: &str, outputs: &Outputs) -> Result<Self> {
        let pool = &outputs.user_pool_id;
        let url = format!("{endpoint}/{pool}/.well-known/jwks.json");
        let keys = client()?.get(url).send().await?.error_for_status()?.json().await?;
        let issuer = format!("https://cognito-idp.{REGION}.amazonaws.com/{pool}");
        Ok(Self { keys, issuer, client_id: outputs.user_pool_client_id.clone() })
    }

    /// Verifies signature (RS256), issuer, audience and lifetime of an ID token. Returns its claims.
    pub fn verify_id_token(&self, token: &str) -> Result<Value> {
        let mut validation = self.validation();
        validation.set_audience(&[&self.client_id]);
        self.verify(token, &validation)
    }

    /// The same for an access token, which names its client in `client_id`.
    pub fn verify_access_token(&self, token: &str) -> Result<Value> {
        let mut validation = self.validation();
        validation.validate_aud = false;
        let claims = self.verify(token, &validation)?;
        anyhow::ensure!(claims["client_id"] == self.client_id.as_str(), "the token is for another client");
        Ok(claims)
    }

    fn validation(&self) -> Validation {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation
    }

    fn verify(&self, token: &str, validation: &Validation) -> Result<Value> {
        let key_id = decode_header(token)?.kid.context("the token has no kid")?;
        let key = self.keys.find(&key_id).context("the pool has no key with this kid")?;
        Ok(decode::<Value>(token, &DecodingKey::from_jwk(key)?, validation)?.claims)
    }
}
