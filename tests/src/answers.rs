//! Answers to the challenge: a valid one for each audience mode, and the same with one change.

use serde_json::{Value, json};

use crate::cognito::Reply;
use crate::jwt;
use crate::person::{self, ORGANIZATION};
use crate::proofs::{self, Mode};
use crate::signing_keys::SigningKey;
use crate::world::World;

impl World {
    /// Another valid access token of Alice.
    pub fn new_token(&self) -> String {
        if self.mode == Mode::AccessTokenJwt {
            return self.jwt(|claims| claims["jti"] = json!(person::random_text()));
        }
        let token = person::token_of(ORGANIZATION);
        self.salesforce.grant(&token, person::claims(&self.email));
        self.salesforce.introspect(&token, proofs::introspection());
        token
    }

    /// A valid answer.
    pub fn answer(&self) -> String {
        match self.mode {
            Mode::IdToken => self.with_id_token(&self.id_token(|_| ())),
            _ => self.token.clone(),
        }
    }

    /// A valid answer to the challenge with this nonce: a fresh `id_token` has the nonce, and the hash of the access
    /// token.
    pub fn answer_for(&self, nonce: &str) -> String {
        match self.mode {
            Mode::IdToken => self.with_id_token(&self.id_token(|claims| {
                claims["nonce"] = json!(nonce);
                claims["at_hash"] = json!(jwt::at_hash(&self.token));
            })),
            _ => self.answer(),
        }
    }

    /// A sign-in with a valid answer. It has everything that a setting can require.
    pub async fn valid_sign_in(&self) -> anyhow::Result<Reply> {
        self.sign_in_with_nonce(|nonce| self.answer_for(nonce)).await
    }

    /// The answer of Alice's access token and this `id_token`.
    pub fn with_id_token(&self, id_token: &str) -> String {
        json!({"access_token": self.token, "id_token": id_token}).to_string()
    }

    /// The claims of a valid `id_token`.
    pub fn id_claims(&self) -> Value {
        proofs::id_claims(&self.issuer)
    }

    /// An `id_token` that Salesforce signed, with changed claims.
    pub fn id_token(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.id_claims();
        change(&mut claims);
        SigningKey::current().sign(&proofs::id_header(), &claims)
    }

    /// The answer with an `id_token` that Salesforce signed, with one claim changed.
    pub fn with_id_claim(&self, name: &str, value: Value) -> String {
        self.with_id_token(&self.id_token(|claims| claims[name] = value))
    }

    /// A JWT-based access token that Salesforce signed, with changed claims. UserInfo accepts it.
    pub fn jwt(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = proofs::access_claims(&self.domain);
        change(&mut claims);
        self.granted(SigningKey::current().sign(&proofs::access_header(), &claims))
    }

    /// A JWT-based access token with one claim changed.
    pub fn jwt_with(&self, name: &str, value: Value) -> String {
        self.jwt(|claims| claims[name] = value)
    }

    /// Makes UserInfo accept this token as one of Alice.
    pub fn granted(&self, token: String) -> String {
        self.salesforce.grant(&token, person::claims(&self.email));
        token
    }

    /// Changes the introspection response for Alice's token.
    pub fn introspected(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut answer = proofs::introspection();
        change(&mut answer);
        self.salesforce.introspect(&self.token, answer);
        self.token.clone()
    }

    /// Changes one member of the introspection response for Alice's token.
    pub fn introspected_with(&self, name: &str, value: Value) -> String {
        self.introspected(|answer| answer[name] = value)
    }
}
