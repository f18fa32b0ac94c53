//! A clock that is behind accepts expired tokens for (offset + leeway). UserInfo still tells whether the access token
//! is valid, because Verify always calls it.

use anyhow::Result;
use integration_tests::proofs::{Mode, now};
use integration_tests::world::{Builder, World};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{BEHIND, Denied, SignedIn, WrongClock};

/// The allowed clock skew, and the maximum age of an `id_token`, in seconds.
const LEEWAY: i64 = 60;
const MAX_AGE: i64 = 300;

fn mode(mode: Mode) -> Builder {
    Builder::default().mode(mode)
}

/// An answer with an `id_token` of these times.
fn with_id_token(world: &World, issued: i64, expires: i64) -> String {
    world.with_id_token(&world.id_token(|claims| {
        claims["iat"] = json!(issued);
        claims["exp"] = json!(expires);
    }))
}

/// A JWT-based access token that was valid for half an hour.
fn jwt(world: &World, expired: i64) -> String {
    world.jwt(|claims| {
        for begin in ["iat", "nbf"] {
            claims[begin] = json!(expired - 1800);
        }
        claims["exp"] = json!(expired);
    })
}

#[tokio::test]
async fn an_id_token_expires_ten_minutes_late() -> Result<()> {
    let verify = WrongClock::start(BEHIND, mode(Mode::IdToken)).await?;
    let expiry = now() + BEHIND - LEEWAY;
    verify.sign_in_is(SignedIn, &with_id_token(&verify.world, expiry, expiry + 10)).await?;
    verify.sign_in_is(Denied("id-token-expired"), &with_id_token(&verify.world, expiry - 60, expiry - 10)).await
}

#[tokio::test]
async fn an_id_token_is_fresh_for_ten_more_minutes() -> Result<()> {
    let verify = WrongClock::start(BEHIND, mode(Mode::IdToken)).await?;
    let oldest = now() + BEHIND - MAX_AGE - LEEWAY;
    verify.sign_in_is(SignedIn, &with_id_token(&verify.world, oldest + 10, now() + 7200)).await?;
    verify.sign_in_is(Denied("id-token-too-old"), &with_id_token(&verify.world, oldest - 10, now() + 7200)).await
}

#[tokio::test]
async fn a_jwt_expires_ten_minutes_late() -> Result<()> {
    let verify = WrongClock::start(BEHIND, mode(Mode::AccessTokenJwt)).await?;
    let expiry = now() + BEHIND - LEEWAY;
    verify.sign_in_is(SignedIn, &jwt(&verify.world, expiry + 10)).await?;
    verify.sign_in_is(Denied("access-token-expired"), &jwt(&verify.world, expiry - 10)).await
}

#[tokio::test]
async fn an_introspected_token_expires_when_salesforce_says_so() -> Result<()> {
    let verify = WrongClock::start(BEHIND, mode(Mode::Introspection)).await?;
    verify.sign_in_is(Denied("introspection-inactive"), &verify.world.introspected_with("active", json!(false))).await
}

#[tokio::test]
async fn an_expired_proof_is_denied_if_user_info_rejects_the_access_token() -> Result<()> {
    for checked in [Mode::IdToken, Mode::AccessTokenJwt] {
        let verify = WrongClock::start(BEHIND, mode(checked)).await?;
        let expired = match checked {
            Mode::IdToken => with_id_token(&verify.world, now() - 600, now() - 500),
            _ => jwt(&verify.world, now() - 500),
        };
        verify.sign_in_is(SignedIn, &expired).await?;
        verify.world.salesforce.script(ResponseTemplate::new(403).set_body_raw("Bad_OAuth_Token", "text/html"));
        verify.sign_in_is(Denied("token-rejected"), &expired).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_captured_id_token_is_denied_if_a_nonce_is_required() -> Result<()> {
    let verify = WrongClock::start(BEHIND, mode(Mode::IdToken).verify("SALESFORCE_REQUIRE_NONCE", "true")).await?;
    verify.sign_in_is(Denied("id-token-nonce"), &with_id_token(&verify.world, now() - 600, now() - 500)).await
}
