//! A clock that is ahead ends tokens early. That keeps honest people out, and lets nobody in.

use anyhow::Result;
use integration_tests::proofs::{Mode, now};
use integration_tests::world::Builder;
use serde_json::json;

use crate::{AHEAD, Denied, Off, SignedIn};

/// The leeway for a difference of the clocks, in seconds.
const LEEWAY: i64 = 60;

#[tokio::test]
async fn a_jwt_is_over_ten_minutes_early() -> Result<()> {
    let off = Off::start(AHEAD, Builder::default().mode(Mode::AccessTokenJwt)).await?;
    off.honestly_comes_to(SignedIn).await?;
    let end = now() + AHEAD - LEEWAY;
    off.comes_to(SignedIn, &off.world.jwt_with("exp", json!(end + 10))).await?;
    off.comes_to(Denied("access-token-expired"), &off.world.jwt_with("exp", json!(end - 10))).await
}

#[tokio::test]
async fn an_introspected_token_is_over_ten_minutes_early() -> Result<()> {
    let off = Off::start(AHEAD, Builder::default().mode(Mode::Introspection)).await?;
    off.comes_to(SignedIn, &off.world.introspected_with("exp", json!(now() + AHEAD + 10))).await?;
    off.comes_to(Denied("introspection-expired"), &off.world.introspected_with("exp", json!(now() + AHEAD - 10))).await
}

#[tokio::test]
async fn a_login_that_lives_for_hours_is_too_old_at_once() -> Result<()> {
    let off = Off::start(AHEAD, Builder::default().mode(Mode::IdToken)).await?;
    let answer = off.world.with_id_claim("exp", json!(now() + 7200));
    off.comes_to(Denied("id-token-too-old"), &answer).await
}
