//! With a clock that is ahead, tokens expire early. That denies honest users, and lets no attacker in.

use anyhow::Result;
use integration_tests::proofs::{Mode, now};
use integration_tests::world::Builder;
use serde_json::json;

use crate::{AHEAD, Denied, SignedIn, WrongClock};

/// The allowed clock skew, in seconds.
const LEEWAY: i64 = 60;

#[tokio::test]
async fn a_jwt_expires_ten_minutes_early() -> Result<()> {
    let verify = WrongClock::start(AHEAD, Builder::default().mode(Mode::AccessTokenJwt)).await?;
    verify.valid_sign_in_is(SignedIn).await?;
    let expiry = now() + AHEAD - LEEWAY;
    verify.sign_in_is(SignedIn, &verify.world.jwt_with("exp", json!(expiry + 10))).await?;
    verify.sign_in_is(Denied("access-token-expired"), &verify.world.jwt_with("exp", json!(expiry - 10))).await
}

#[tokio::test]
async fn an_introspected_token_expires_ten_minutes_early() -> Result<()> {
    let verify = WrongClock::start(AHEAD, Builder::default().mode(Mode::Introspection)).await?;
    verify.sign_in_is(SignedIn, &verify.world.introspected_with("exp", json!(now() + AHEAD + 10))).await?;
    verify
        .sign_in_is(Denied("introspection-expired"), &verify.world.introspected_with("exp", json!(now() + AHEAD - 10)))
        .await
}

#[tokio::test]
async fn a_fresh_id_token_that_is_valid_for_hours_is_too_old() -> Result<()> {
    let verify = WrongClock::start(AHEAD, Builder::default().mode(Mode::IdToken)).await?;
    let answer = verify.world.with_id_claim("exp", json!(now() + 7200));
    verify.sign_in_is(Denied("id-token-too-old"), &answer).await
}
