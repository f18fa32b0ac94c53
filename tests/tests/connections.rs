//! Connections outlive a sign-in, and one that got lost meanwhile costs nobody a sign-in.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use integration_tests::cognito::Reply;
use integration_tests::misbehaving::Manner::{Forwards, ForwardsOne, HangsUp};
use integration_tests::misbehaving::Misbehaving;
use integration_tests::person;
use integration_tests::proofs::Mode;
use integration_tests::world::{Builder, World, unavailable};
use wiremock::ResponseTemplate;

fn before(world: &World) -> Result<(&Misbehaving, &Misbehaving)> {
    let nothing = "nothing stands in front";
    Ok((world.before_salesforce.as_ref().context(nothing)?, world.before_directory.as_ref().context(nothing)?))
}

#[tokio::test]
async fn a_second_sign_in_uses_the_connections_of_the_first() -> Result<()> {
    let forwards = &[Forwards];
    let world = Builder::default().before_salesforce(forwards).before_directory(forwards).start().await?;
    for _ in 0..2 {
        assert!(world.sign_in(&world.token).await?.is_signed_in());
    }
    let (salesforce, directory) = before(&world)?;
    assert_eq!(world.requests().await, (2, 2));
    assert_eq!((salesforce.connections(), directory.connections()), (1, 1));
    Ok(())
}

#[tokio::test]
async fn a_connection_lost_once_costs_no_sign_in() -> Result<()> {
    let once = &[HangsUp, Forwards];
    let world = Builder::default().before_salesforce(once).before_directory(once).start().await?;
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    assert_eq!(world.requests().await, (1, 1));
    Ok(())
}

#[tokio::test]
async fn a_connection_that_the_server_closed_since_the_last_sign_in_costs_no_sign_in() -> Result<()> {
    let forwards = &[Forwards];
    let world = Builder::default().before_salesforce(forwards).before_directory(forwards).start().await?;
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    let (salesforce, directory) = before(&world)?;
    salesforce.close_connections();
    directory.close_connections();
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    assert_eq!((salesforce.connections(), directory.connections()), (2, 2));
    Ok(())
}

#[tokio::test]
async fn a_connection_that_the_server_closes_on_the_next_request_costs_no_sign_in() -> Result<()> {
    let one = &[ForwardsOne];
    let world = Builder::default().before_salesforce(one).before_directory(one).start().await?;
    for _ in 0..2 {
        assert!(world.sign_in(&world.token).await?.is_signed_in());
    }
    let (salesforce, directory) = before(&world)?;
    assert_eq!((salesforce.connections(), directory.connections()), (2, 2));
    Ok(())
}

/// UserInfo and introspection are asked at the same time, so two connections are kept.
#[tokio::test]
async fn two_connections_that_are_both_gone_cost_no_sign_in() -> Result<()> {
    let builder = Builder::default().mode(Mode::Introspection).before_salesforce(&[ForwardsOne]);
    let world = builder.before_directory(&[ForwardsOne]).start().await?;
    let (salesforce, _) = before(&world)?;
    for round in 1..=3 {
        let earlier = salesforce.connections();
        assert!(world.honest_sign_in().await?.is_signed_in(), "{:?}", world.verdicts()?);
        let opened = salesforce.connections() - earlier;
        assert!(opened >= 2, "round {round}: {opened} connections");
    }
    Ok(())
}

#[tokio::test]
async fn connections_that_were_dropped_without_a_word_cost_a_second_and_no_sign_in() -> Result<()> {
    for mode in [Mode::Unchecked, Mode::Introspection] {
        let builder = Builder::default().mode(mode).before_salesforce(&[Forwards]).before_directory(&[Forwards]);
        let world = builder.start().await?;
        assert!(world.honest_sign_in().await?.is_signed_in());
        let (salesforce, directory) = before(&world)?;
        salesforce.drop_connections();
        directory.drop_connections();
        let start = Instant::now();
        assert!(world.honest_sign_in().await?.is_signed_in(), "{mode:?}: {:?}", world.verdicts()?);
        assert!(start.elapsed() < Duration::from_millis(3500), "{mode:?}: {:?}", start.elapsed());
    }
    Ok(())
}

#[tokio::test]
async fn a_slow_salesforce_is_still_waited_for() -> Result<()> {
    let world = World::start().await?;
    let claims = person::claims(&world.email).to_string();
    let slow = ResponseTemplate::new(200).set_body_raw(claims, "application/json").set_delay(Duration::from_secs(2));
    world.salesforce.script(slow);
    assert!(world.sign_in(&world.token).await?.is_signed_in(), "{:?}", world.verdicts()?);
    Ok(())
}

#[tokio::test]
async fn the_next_sign_in_after_an_outage_succeeds() -> Result<()> {
    let world = Builder::default().before_salesforce(&[HangsUp, HangsUp, Forwards]).start().await?;
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()));
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    Ok(())
}
