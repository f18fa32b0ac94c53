//! The connections to Salesforce, to the directory or to all services end after a number of bytes: any that a sign-in
//! takes. Before the last byte of the last response, there are no tokens, and the caller sees the public error only.

use anyhow::{Result, ensure};
use integration_tests::cognito::Reply;
use integration_tests::directory::{self, LINK};
use integration_tests::faults::network::Cut;
use integration_tests::faults::proxy::ConnectionFault;
use integration_tests::person;
use integration_tests::world::{ALICE, Builder, World, unavailable};
use serde_json::{Value, json};

/// Bytes from one cut to the next, where not every byte is tried.
const STEP: usize = 7;

const PROXY: &[ConnectionFault] = &[ConnectionFault::NoFault];

/// The services whose connections end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connections {
    Salesforce,
    Directory,
    /// Salesforce, the directory and the table of used tokens.
    All,
}

/// A world with proxies on these connections only.
pub async fn start(connections: Connections, builder: Builder) -> Result<World> {
    let builder = match connections {
        Connections::Salesforce => builder.salesforce_faults(PROXY),
        Connections::Directory => builder.directory_faults(PROXY),
        Connections::All => builder.salesforce_faults(PROXY).directory_faults(PROXY).token_store_faults(PROXY),
    };
    builder.start().await
}

/// The first sign-in of a user without a link, with a new token.
async fn sign_in(world: &mut World) -> Result<Reply> {
    world.token = world.new_token();
    world.set_directory_users([alice(world)]);
    world.valid_sign_in().await
}

/// Closes all connections. If `kept`, a sign-in then opens connections that the next one uses.
async fn reconnect(world: &mut World, kept: bool) -> Result<()> {
    world.network.restart().await?;
    if kept {
        ensure!(sign_in(world).await?.is_signed_in(), "{:?}", world.last_reason());
    }
    Ok(())
}

/// The number of bytes of a sign-in.
async fn bytes_of_a_sign_in(world: &mut World) -> Result<usize> {
    reconnect(world, true).await?;
    let first = world.network.passed();
    ensure!(sign_in(world).await?.is_signed_in(), "{:?}", world.last_reason());
    let both = world.network.passed();
    ensure!(first > 500 && both == 2 * first, "one sign-in takes {first} bytes, two take {both}");
    Ok(first)
}

/// The reply to a sign-in that is cut, and whether its token was recorded and a link written before that.
async fn cut_sign_in(world: &mut World, bytes: usize, cut: Cut) -> Result<(Reply, bool, bool)> {
    let recorded = world.token_store.items().len();
    world.network.limit(bytes, cut).await?;
    let reply = sign_in(world).await?;
    let is_linked = world.directory.attribute(ALICE, LINK).is_some();
    Ok((reply, world.token_store.items().len() > recorded, is_linked))
}

fn alice(world: &World) -> Value {
    directory::user(ALICE, &world.email, true, true)
}

/// Verify writes a link and records the token.
fn writing() -> Builder {
    Builder::default().one_time_use().link()
}

/// Cuts at every `step`th byte of a sign-in on new connections, at every [`STEP`]th on kept ones, and before the last
/// byte.
async fn gives_no_tokens(connections: Connections, builder: Builder, cut: Cut, step: usize) -> Result<()> {
    let mut world = start(connections, builder).await?;
    let bytes = bytes_of_a_sign_in(&mut world).await?;
    for (kept, step) in [(false, step), (true, STEP)] {
        for limit in (0..bytes).step_by(step).chain([bytes - 1]) {
            reconnect(&mut world, kept).await?;
            let (reply, recorded, linked) = cut_sign_in(&mut world, limit, cut).await?;
            let about = || format!("{limit} of {bytes} bytes, connections kept: {kept}, {:?}", world.last_reason());
            ensure!(reply == Reply::Failed(unavailable()), "{reply:?} after {}", about());
            ensure!(linked || !recorded, "the token was recorded before the link was written, {}", about());
        }
        reconnect(&mut world, kept).await?;
        ensure!(cut_sign_in(&mut world, bytes + 1, cut).await?.0.is_signed_in());
    }
    Ok(())
}

#[tokio::test]
async fn salesforce_cut_off_at_any_byte_gives_no_tokens() -> Result<()> {
    gives_no_tokens(Connections::Salesforce, Builder::default(), Cut::All, 1).await
}

#[tokio::test]
async fn the_directory_cut_off_at_any_byte_gives_no_tokens() -> Result<()> {
    gives_no_tokens(Connections::Directory, Builder::default(), Cut::All, 1).await
}

#[tokio::test]
async fn all_services_cut_off_anywhere_give_no_tokens_and_record_no_token_without_a_link() -> Result<()> {
    gives_no_tokens(Connections::All, writing(), Cut::All, STEP).await
}

#[tokio::test]
async fn all_services_reset_anywhere_give_no_tokens_and_record_no_token_without_a_link() -> Result<()> {
    gives_no_tokens(Connections::All, writing(), Cut::AllByReset, STEP).await
}

/// Cuts one connection. Before the body of the response, Verify sends the request again; within the body, the sign-in
/// fails.
async fn is_retried_before_the_body(connections: Connections, body: impl Fn(&World) -> Value) -> Result<()> {
    let mut world = start(connections, Builder::default()).await?;
    let bytes = bytes_of_a_sign_in(&mut world).await?;
    let body = body(&world).to_string().len();
    for (kept, step) in [(false, 1), (true, STEP)] {
        for limit in (0..bytes).step_by(step).chain([bytes - body - 1, bytes - body, bytes - 1]) {
            reconnect(&mut world, kept).await?;
            let (reply, ..) = cut_sign_in(&mut world, limit, Cut::One).await?;
            let expected =
                if limit < bytes - body { reply.is_signed_in() } else { reply == Reply::Failed(unavailable()) };
            let reason = world.last_reason();
            ensure!(expected, "{reply:?} after {limit} of {bytes} bytes, connections kept: {kept}, {reason:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_to_salesforce_cut_once_before_the_body_does_not_fail_the_sign_in() -> Result<()> {
    is_retried_before_the_body(Connections::Salesforce, |world| person::claims(&world.email)).await
}

#[tokio::test]
async fn a_connection_to_the_directory_cut_once_before_the_body_does_not_fail_the_sign_in() -> Result<()> {
    is_retried_before_the_body(Connections::Directory, |world| json!({"Users": [alice(world)]})).await
}

#[tokio::test]
async fn a_connection_cut_once_is_never_a_denial_nor_a_sign_in_without_record_and_link() -> Result<()> {
    let mut world = start(Connections::All, writing()).await?;
    let bytes = bytes_of_a_sign_in(&mut world).await?;
    for kept in [false, true] {
        for limit in (0..bytes).step_by(STEP) {
            reconnect(&mut world, kept).await?;
            let (reply, recorded, linked) = cut_sign_in(&mut world, limit, Cut::One).await?;
            let expected =
                if reply.is_signed_in() { recorded && linked } else { reply == Reply::Failed(unavailable()) };
            ensure!(expected, "{reply:?} after {limit} of {bytes} bytes, recorded: {recorded}, linked: {linked}");
        }
    }
    Ok(())
}
