//! A clock that is behind takes a token for alive after its end: for as long as the clock is behind, and the leeway.
//! Whether the access token is alive is asked of Salesforce all the same.

use anyhow::Result;
use integration_tests::proofs::{Mode, now};
use integration_tests::world::{Builder, World};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{BEHIND, Denied, Off, SignedIn};

/// The leeway for a difference of the clocks, and the longest age of a login, in seconds.
const LEEWAY: i64 = 60;
const MAX_AGE: i64 = 300;

fn mode(mode: Mode) -> Builder {
    Builder::default().mode(mode)
}

/// Alice's answer with a login from then to then.
fn login(world: &World, issued: i64, ends: i64) -> String {
    world.with_id_token(&world.id_token(|claims| {
        claims["iat"] = json!(issued);
        claims["exp"] = json!(ends);
    }))
}

/// Alice's access token, a JWT that ended then after half an hour.
fn jwt(world: &World, ended: i64) -> String {
    world.jwt(|claims| {
        for begin in ["iat", "nbf"] {
            claims[begin] = json!(ended - 1800);
        }
        claims["exp"] = json!(ended);
    })
}

#[tokio::test]
async fn a_login_is_over_ten_minutes_late() -> Result<()> {
    let off = Off::start(BEHIND, mode(Mode::IdToken)).await?;
    let end = now() + BEHIND - LEEWAY;
    off.comes_to(SignedIn, &login(&off.world, end, end + 10)).await?;
    off.comes_to(Denied("id-token-expired"), &login(&off.world, end - 60, end - 10)).await
}

#[tokio::test]
async fn a_login_is_fresh_ten_minutes_longer() -> Result<()> {
    let off = Off::start(BEHIND, mode(Mode::IdToken)).await?;
    let oldest = now() + BEHIND - MAX_AGE - LEEWAY;
    off.comes_to(SignedIn, &login(&off.world, oldest + 10, now() + 7200)).await?;
    off.comes_to(Denied("id-token-too-old"), &login(&off.world, oldest - 10, now() + 7200)).await
}

#[tokio::test]
async fn a_jwt_is_over_ten_minutes_late() -> Result<()> {
    let off = Off::start(BEHIND, mode(Mode::AccessTokenJwt)).await?;
    let end = now() + BEHIND - LEEWAY;
    off.comes_to(SignedIn, &jwt(&off.world, end + 10)).await?;
    off.comes_to(Denied("access-token-expired"), &jwt(&off.world, end - 10)).await
}

#[tokio::test]
async fn an_introspected_token_is_over_when_salesforce_says_so() -> Result<()> {
    let off = Off::start(BEHIND, mode(Mode::Introspection)).await?;
    off.comes_to(Denied("introspection-inactive"), &off.world.introspected_with("active", json!(false))).await
}

#[tokio::test]
async fn what_is_over_gets_nothing_unless_salesforce_calls_the_access_token_alive() -> Result<()> {
    for checked in [Mode::IdToken, Mode::AccessTokenJwt] {
        let off = Off::start(BEHIND, mode(checked)).await?;
        let over = match checked {
            Mode::IdToken => login(&off.world, now() - 600, now() - 500),
            _ => jwt(&off.world, now() - 500),
        };
        off.comes_to(SignedIn, &over).await?;
        off.world.salesforce.script(ResponseTemplate::new(403).set_body_raw("Bad_OAuth_Token", "text/html"));
        off.comes_to(Denied("token-rejected"), &over).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_captured_login_is_still_useless_where_a_nonce_is_required() -> Result<()> {
    let off = Off::start(BEHIND, mode(Mode::IdToken).verify("SALESFORCE_REQUIRE_NONCE", "true")).await?;
    off.comes_to(Denied("id-token-nonce"), &login(&off.world, now() - 600, now() - 500)).await
}
