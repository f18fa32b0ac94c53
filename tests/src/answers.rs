//! What Alice can send: the honest answer in each mode, and the same with something changed.

use serde_json::{Value, json};

use crate::cognito::Reply;
use crate::jwt;
use crate::person::{self, ORGANIZATION};
use crate::proofs::{self, Mode};
use crate::signing_keys::SigningKey;
use crate::world::World;

impl World {
    /// Another access token of Alice's, as good as the first.
    pub fn new_token(&self) -> String {
        if self.mode == Mode::AccessTokenJwt {
            return self.jwt(|claims| claims["jti"] = json!(person::random_text()));
        }
        let token = person::token_of(ORGANIZATION);
        self.salesforce.grant(&token, person::claims(&self.email));
        self.salesforce.introspect(&token, proofs::introspection());
        token
    }

    /// The answer with which Alice signs in.
    pub fn answer(&self) -> String {
        match self.mode {
            Mode::IdToken => self.with_id_token(&self.id_token(|_| ())),
            _ => self.token.clone(),
        }
    }

    /// The answer to the challenge with this nonce: a fresh `id_token` has the nonce, and the hash of the access token.
    pub fn answer_for(&self, nonce: &str) -> String {
        match self.mode {
            Mode::IdToken => self.with_id_token(&self.id_token(|claims| {
                claims["nonce"] = json!(nonce);
                claims["at_hash"] = json!(jwt::at_hash(&self.token));
            })),
            _ => self.answer(),
        }
    }

    /// An honest sign-in, with all that a setting can require.
    ///
    /// # Errors
    /// The test set-up failed.
    pub async fn honest_sign_in(&self) -> anyhow::Result<Reply> {
        self.sign_in_with_nonce(|nonce| self.answer_for(nonce)).await
    }

    /// The answer of Alice's access token and this `id_token`.
    pub fn with_id_token(&self, id_token: &str) -> String {
        json!({"access_token": self.token, "id_token": id_token}).to_string()
    }

    /// The claims of an honest `id_token`.
    pub fn id_claims(&self) -> Value {
        proofs::id_claims(&self.issuer)
    }

    /// An `id_token` of Salesforce's with some claims changed.
    pub fn id_token(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.id_claims();
        change(&mut claims);
        SigningKey::current().sign(&proofs::id_header(), &claims)
    }

    /// The answer with an `id_token` of Salesforce's in which one claim is changed.
    pub fn with_id_claim(&self, name: &str, value: Value) -> String {
        self.with_id_token(&self.id_token(|claims| claims[name] = value))
    }

    /// A JWT-based access token of Salesforce's with some claims changed. UserInfo answers for it.
    pub fn jwt(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = proofs::access_claims(&self.domain);
        change(&mut claims);
        self.granted(SigningKey::current().sign(&proofs::access_header(), &claims))
    }

    /// A JWT-based access token with one claim changed.
    pub fn jwt_with(&self, name: &str, value: Value) -> String {
        self.jwt(|claims| claims[name] = value)
    }

    /// Makes UserInfo answer for this token as for Alice's, whatever it is.
    pub fn granted(&self, token: String) -> String {
        self.salesforce.grant(&token, person::claims(&self.email));
        token
    }

    /// Changes what introspection says of Alice's token.
    pub fn introspected(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut answer = proofs::introspection();
        change(&mut answer);
        self.salesforce.introspect(&self.token, answer);
        self.token.clone()
    }

    /// Changes one member of what introspection says of Alice's token.
    pub fn introspected_with(&self, name: &str, value: Value) -> String {
        self.introspected(|answer| answer[name] = value)
    }
}
