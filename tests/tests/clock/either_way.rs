//! What holds whichever way the clock is wrong.

use anyhow::{Context, Result};
use integration_tests::misbehaving::Manner;
use integration_tests::proofs::{Mode, now};
use integration_tests::world::Builder;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{AHEAD, BEHIND, CLOCKS, Denied, Off, SignedIn, Unavailable};

/// The modes in which a token that has hours left is good by any clock.
const INDEPENDENT: [Mode; 2] = [Mode::Unchecked, Mode::Introspection];

fn mode(mode: Mode) -> Builder {
    Builder::default().mode(mode)
}

#[tokio::test]
async fn unchecked_and_introspection_sign_in_as_ever() -> Result<()> {
    for by in CLOCKS {
        for independent in INDEPENDENT {
            Off::start(by, mode(independent)).await?.honestly_comes_to(SignedIn).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_login_of_now_is_denied_with_its_own_reason() -> Result<()> {
    for (by, checked, reason) in [
        (AHEAD, Mode::IdToken, "id-token-expired"),
        (BEHIND, Mode::IdToken, "id-token-not-yet-valid"),
        (BEHIND, Mode::AccessTokenJwt, "access-token-not-yet-valid"),
    ] {
        Off::start(by, mode(checked)).await?.honestly_comes_to(Denied(reason)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_salesforce_refuses_is_denied_by_any_clock() -> Result<()> {
    for by in CLOCKS {
        for independent in INDEPENDENT {
            let off = Off::start(by, mode(independent)).await?;
            let refusal = ResponseTemplate::new(403).set_body_raw("Bad_OAuth_Token", "text/html;charset=UTF-8");
            off.world.salesforce.script(refusal);
            off.honestly_comes_to(Denied("token-rejected")).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_salesforce_that_says_nothing_is_given_up_in_time() -> Result<()> {
    for by in CLOCKS {
        for independent in INDEPENDENT {
            let off = Off::start(by, mode(independent).before_salesforce(&[Manner::Silent])).await?;
            off.honestly_comes_to(Unavailable("salesforce-timeout")).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_used_token_stays_used() -> Result<()> {
    for by in CLOCKS {
        for independent in INDEPENDENT {
            let off = Off::start(by, mode(independent).one_time_use()).await?;
            off.honestly_comes_to(SignedIn).await?;
            off.honestly_comes_to(Denied("token-already-used")).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_token_used_under_one_clock_is_used_under_every_other() -> Result<()> {
    for by in CLOCKS {
        let first = Off::start(by, Builder::default().one_time_use()).await?;
        first.honestly_comes_to(SignedIn).await?;
        let table = first.world.token_store.origin();
        let other = Builder::default().one_time_use().verify("AWS_ENDPOINT_URL_DYNAMODB", &table);
        let other = Off::start(-by, other).await?;
        let same = other.world.granted(first.world.token.clone());
        other.comes_to(Denied("token-already-used"), &same).await?;
    }
    Ok(())
}

/// The end of an entry follows from the token alone.
#[tokio::test]
async fn a_wrong_clock_does_not_shorten_what_the_table_remembers() -> Result<()> {
    let off = Off::start(AHEAD, mode(Mode::AccessTokenJwt).one_time_use()).await?;
    let ends = now() + 7200;
    let token = off.world.jwt_with("exp", json!(ends));
    off.comes_to(SignedIn, &token).await?;
    let item = off.world.token_store.items().pop().context("nothing was noted")?;
    assert_eq!(item["expires_at"]["N"], (ends + 60).to_string());
    Ok(())
}

#[tokio::test]
async fn the_right_clock_is_right() -> Result<()> {
    for any in Mode::ALL {
        Off::start(0, mode(any)).await?.honestly_comes_to(SignedIn).await?;
    }
    Ok(())
}
