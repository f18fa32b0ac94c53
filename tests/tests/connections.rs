//! Connections outlive a sign-in, and one that got lost meanwhile costs nobody a sign-in.

use anyhow::{Context, Result};
use integration_tests::cognito::Reply;
use integration_tests::misbehaving::Manner::{Forwards, ForwardsOne, HangsUp};
use integration_tests::misbehaving::Misbehaving;
use integration_tests::world::{Builder, World, unavailable};

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

#[tokio::test]
async fn the_next_sign_in_after_an_outage_succeeds() -> Result<()> {
    let world = Builder::default().before_salesforce(&[HangsUp, HangsUp, Forwards]).start().await?;
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()));
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    Ok(())
}
