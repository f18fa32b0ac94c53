//! Faults of several services, and denials that do not need the failing service.

use std::time::{Duration, Instant};

use anyhow::Result;
use integration_tests::builder::Services;
use integration_tests::cognito::{Reply, VERIFY};
use integration_tests::faults::proxy::ConnectionFault::{HangsUp, Silent};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::proofs::Mode;
use integration_tests::salesforce::{Endpoint, Salesforce};
use integration_tests::world::{Builder, World, denied, unavailable};
use wiremock::ResponseTemplate;

use crate::services::REFUSES;

#[tokio::test]
async fn a_redirect_is_not_followed() -> Result<()> {
    for status in [301, 302, 303, 307, 308] {
        let (world, target) = (World::start().await?, Salesforce::start().await);
        target.grant(&world.token, person::claims(&world.email));
        let location = format!("{}/services/oauth2/userinfo", target.origin());
        world.salesforce.script(ResponseTemplate::new(status).insert_header("location", location));
        assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()), "{status}");
        assert_eq!(target.requests().await, 0, "{status}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_of_another_organization_is_denied_while_everything_is_down() -> Result<()> {
    let world = Builder::default().salesforce_faults(REFUSES).directory_faults(REFUSES).start().await?;
    assert_eq!(world.sign_in(&person::token_of(person::OTHER_ORGANIZATION)).await?, Reply::Failed(denied()));
    Ok(())
}

#[tokio::test]
async fn the_log_has_the_detail_of_an_outage() -> Result<()> {
    let world = World::start().await?;
    world.salesforce.script(ResponseTemplate::new(503));
    world.sign_in(&world.token).await?;
    assert_eq!(world.only_verdict()?["detail"], "HTTP status 503");
    let starts = world.log(VERIFY)?.iter().filter(|line| line["level"] == "WARN").count();
    assert_eq!(starts, 1, "the process continues after the outage");
    Ok(())
}

#[tokio::test]
async fn a_silent_token_store_ends_the_sign_in_in_time_in_every_mode() -> Result<()> {
    for mode in Mode::ALL {
        let builder = Builder::default().mode(mode).one_time_use().link().token_store_faults(&[Silent]);
        let world = builder.start().await?;
        let start = Instant::now();
        assert_eq!(world.valid_sign_in().await?, Reply::Failed(unavailable()), "{mode:?}");
        assert!(start.elapsed() < Duration::from_millis(4500), "{mode:?}: {:?}", start.elapsed());
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_user_info_rejects_is_denied_while_introspection_is_down() -> Result<()> {
    let world = Builder::default().mode(Mode::Introspection).start().await?;
    world.salesforce.script_at(Endpoint::Introspection, ResponseTemplate::new(503));
    world.salesforce.script(ResponseTemplate::new(401));
    assert_eq!(world.valid_sign_in().await?, Reply::Failed(denied()));
    assert_eq!(world.only_verdict()?["reason"], "token-rejected");
    Ok(())
}

#[tokio::test]
async fn without_the_keys_no_other_service_is_called() -> Result<()> {
    for mode in [Mode::IdToken, Mode::AccessTokenJwt] {
        let keys_fail = |services: &Services<'_>| {
            services.salesforce.script_at(Endpoint::Keys, ResponseTemplate::new(503));
        };
        let world = Builder::default().mode(mode).prepare(keys_fail).start().await?;
        assert_eq!(world.valid_sign_in().await?, Reply::Failed(unavailable()), "{mode:?}");
        assert_eq!(world.salesforce.requests_to(Endpoint::UserInfo).await, 0);
        assert_eq!(world.directory.requests().await, 0);
        world.salesforce.recover(Endpoint::Keys);
        assert!(world.valid_sign_in().await?.is_signed_in(), "{mode:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_proof_that_is_not_valid_is_denied_while_the_directory_is_down() -> Result<()> {
    for (mode, reason) in [
        (Mode::IdToken, "id-token-malformed"),
        (Mode::Introspection, "introspection-inactive"),
        (Mode::AccessTokenJwt, "access-token-malformed"),
    ] {
        let mut world = Builder::default().mode(mode).directory_faults(&[HangsUp]).start().await?;
        world.token = world.granted(person::token_of(ORGANIZATION));
        world.salesforce.script_at(
            Endpoint::Introspection,
            ResponseTemplate::new(400).set_body_raw(r#"{"error":"invalid_token"}"#, "application/json"),
        );
        assert_eq!(world.sign_in(&world.with_id_token("e30")).await?, Reply::Failed(denied()), "{mode:?}");
        assert_eq!(world.only_verdict()?["reason"], reason);
    }
    Ok(())
}
