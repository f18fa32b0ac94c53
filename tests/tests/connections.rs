//! Verify keeps connections between sign-ins, and a connection that was lost in between does not fail a sign-in.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use integration_tests::cognito::Reply;
use integration_tests::faults::proxy::ConnectionFault::{self, HangsUp, HangsUpOnReuse, NoFault};
use integration_tests::person;
use integration_tests::proofs::Mode;
use integration_tests::world::{Builder, World, unavailable};
use wiremock::ResponseTemplate;

/// The same faults of Salesforce and of the directory.
fn faults(faults: &'static [ConnectionFault]) -> Builder {
    Builder::default().salesforce_faults(faults).directory_faults(faults)
}

/// How many connections Verify made to Salesforce and to the directory.
fn connections(world: &World) -> Result<(usize, usize)> {
    let (salesforce, directory) = (world.salesforce_proxy.as_ref(), world.directory_proxy.as_ref());
    Ok((salesforce.context("no proxy")?.connections(), directory.context("no proxy")?.connections()))
}

#[tokio::test]
async fn a_second_sign_in_uses_the_connections_of_the_first() -> Result<()> {
    let world = faults(&[NoFault]).start().await?;
    for _ in 0..2 {
        assert!(world.sign_in(&world.token).await?.is_signed_in());
    }
    assert_eq!(world.requests().await, (2, 2));
    assert_eq!(connections(&world)?, (1, 1));
    Ok(())
}

#[tokio::test]
async fn a_connection_that_is_lost_once_does_not_fail_the_sign_in() -> Result<()> {
    let world = faults(&[HangsUp, NoFault]).start().await?;
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    assert_eq!(world.requests().await, (1, 1));
    Ok(())
}

#[tokio::test]
async fn a_connection_that_the_server_closed_since_the_last_sign_in_does_not_fail_the_sign_in() -> Result<()> {
    let world = faults(&[NoFault]).start().await?;
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    world.network.restart().await?;
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    assert_eq!(connections(&world)?, (2, 2));
    Ok(())
}

#[tokio::test]
async fn a_connection_that_the_server_closes_on_the_next_request_does_not_fail_the_sign_in() -> Result<()> {
    let world = faults(&[HangsUpOnReuse]).start().await?;
    for _ in 0..2 {
        assert!(world.sign_in(&world.token).await?.is_signed_in());
    }
    assert_eq!(connections(&world)?, (2, 2));
    Ok(())
}

/// Verify calls UserInfo and introspection at the same time, so it keeps two connections.
#[tokio::test]
async fn two_connections_that_are_both_closed_do_not_fail_the_sign_in() -> Result<()> {
    let world = faults(&[HangsUpOnReuse]).mode(Mode::Introspection).start().await?;
    for round in 1..=3 {
        let (earlier, _) = connections(&world)?;
        assert!(world.valid_sign_in().await?.is_signed_in(), "{:?}", world.verdicts()?);
        let opened = connections(&world)?.0 - earlier;
        assert!(opened >= 2, "round {round}: {opened} connections");
    }
    Ok(())
}

#[tokio::test]
async fn connections_that_stall_cost_one_second_and_do_not_fail_the_sign_in() -> Result<()> {
    for mode in [Mode::Unchecked, Mode::Introspection] {
        let world = faults(&[NoFault]).mode(mode).start().await?;
        assert!(world.valid_sign_in().await?.is_signed_in());
        world.network.stall_connections();
        let start = Instant::now();
        assert!(world.valid_sign_in().await?.is_signed_in(), "{mode:?}: {:?}", world.verdicts()?);
        assert!(start.elapsed() < Duration::from_millis(3500), "{mode:?}: {:?}", start.elapsed());
    }
    Ok(())
}

#[tokio::test]
async fn verify_waits_for_a_slow_salesforce() -> Result<()> {
    let world = World::start().await?;
    let claims = person::claims(&world.email).to_string();
    let slow = ResponseTemplate::new(200).set_body_raw(claims, "application/json").set_delay(Duration::from_secs(2));
    world.salesforce.script(slow);
    assert!(world.sign_in(&world.token).await?.is_signed_in(), "{:?}", world.verdicts()?);
    Ok(())
}

#[tokio::test]
async fn the_next_sign_in_after_an_outage_succeeds() -> Result<()> {
    let world = Builder::default().salesforce_faults(&[HangsUp, HangsUp, NoFault]).start().await?;
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()));
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    Ok(())
}
