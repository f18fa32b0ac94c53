//! What is true for a clock that is ahead and for one that is behind.

use anyhow::{Context, Result};
use integration_tests::faults::proxy::ConnectionFault;
use integration_tests::proofs::{Mode, now};
use integration_tests::world::Builder;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{AHEAD, BEHIND, CLOCKS, Denied, SignedIn, Unavailable, WrongClock};

/// The modes in which Verify's clock does not decide about a token that is valid for hours.
const INDEPENDENT: [Mode; 2] = [Mode::Unchecked, Mode::Introspection];

fn mode(mode: Mode) -> Builder {
    Builder::default().mode(mode)
}

#[tokio::test]
async fn unchecked_and_introspection_are_not_affected() -> Result<()> {
    for by in CLOCKS {
        for independent in INDEPENDENT {
            WrongClock::start(by, mode(independent)).await?.valid_sign_in_is(SignedIn).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_fresh_signed_token_is_denied_with_its_own_reason() -> Result<()> {
    for (by, checked, reason) in [
        (AHEAD, Mode::IdToken, "id-token-expired"),
        (BEHIND, Mode::IdToken, "id-token-not-yet-valid"),
        (BEHIND, Mode::AccessTokenJwt, "access-token-not-yet-valid"),
    ] {
        WrongClock::start(by, mode(checked)).await?.valid_sign_in_is(Denied(reason)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_salesforce_rejects_is_denied() -> Result<()> {
    for by in CLOCKS {
        for independent in INDEPENDENT {
            let verify = WrongClock::start(by, mode(independent)).await?;
            let rejection = ResponseTemplate::new(403).set_body_raw("Bad_OAuth_Token", "text/html;charset=UTF-8");
            verify.world.salesforce.script(rejection);
            verify.valid_sign_in_is(Denied("token-rejected")).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_silent_salesforce_ends_the_sign_in_in_time() -> Result<()> {
    for by in CLOCKS {
        for independent in INDEPENDENT {
            let verify = WrongClock::start(by, mode(independent).salesforce_faults(&[ConnectionFault::Silent])).await?;
            verify.valid_sign_in_is(Unavailable("salesforce-timeout")).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_used_token_stays_used() -> Result<()> {
    for by in CLOCKS {
        for independent in INDEPENDENT {
            let verify = WrongClock::start(by, mode(independent).one_time_use()).await?;
            verify.valid_sign_in_is(SignedIn).await?;
            verify.valid_sign_in_is(Denied("token-already-used")).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_was_used_with_one_clock_is_used_for_every_other() -> Result<()> {
    for by in CLOCKS {
        let first = WrongClock::start(by, Builder::default().one_time_use()).await?;
        first.valid_sign_in_is(SignedIn).await?;
        let table = first.world.token_store.origin();
        let other = Builder::default().one_time_use().verify("AWS_ENDPOINT_URL_DYNAMODB", &table);
        let other = WrongClock::start(-by, other).await?;
        let same = other.world.granted(first.world.token.clone());
        other.sign_in_is(Denied("token-already-used"), &same).await?;
    }
    Ok(())
}

/// The expiry of an item depends on the token only.
#[tokio::test]
async fn a_wrong_clock_does_not_shorten_the_life_of_an_item_in_the_table() -> Result<()> {
    let verify = WrongClock::start(AHEAD, mode(Mode::AccessTokenJwt).one_time_use()).await?;
    let expires = now() + 7200;
    let token = verify.world.jwt_with("exp", json!(expires));
    verify.sign_in_is(SignedIn, &token).await?;
    let item = verify.world.token_store.items().pop().context("no token was recorded")?;
    assert_eq!(item["expires_at"]["N"], (expires + 60).to_string());
    Ok(())
}

#[tokio::test]
async fn with_the_right_time_every_mode_signs_in() -> Result<()> {
    for any in Mode::ALL {
        WrongClock::start(0, mode(any)).await?.valid_sign_in_is(SignedIn).await?;
    }
    Ok(())
}
