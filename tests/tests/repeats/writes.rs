//! A sign-in writes that the token was used, and the link. Repeated invocations write nothing else.

use anyhow::{Context, Result};
use integration_tests::cognito::{Repeats, Reply, When};
use integration_tests::directory::{LINK, reply, user};
use integration_tests::person::{ORGANIZATION, USER};
use integration_tests::token_store;
use integration_tests::world::{ALICE, Builder, World, denied, unavailable};
use serde_json::{Value, json};

use crate::{WAIT, as_alice, repeat, until, ways, with_proxy};

/// The content of the table, and the link of Alice.
#[derive(Debug, PartialEq)]
pub struct Written {
    /// The attempts of the used tokens.
    pub attempts: Vec<Value>,
    pub link: Option<String>,
}

pub fn written(world: &World) -> Written {
    let attempt = |item: Value| item["attempt_id"]["S"].clone();
    Written {
        attempts: world.token_store.items().into_iter().map(attempt).collect(),
        link: world.directory.attribute(ALICE, LINK),
    }
}

/// What a sign-in of this attempt writes.
pub fn by(attempt: Value) -> Written {
    Written { attempts: vec![attempt], link: Some(format!("{ORGANIZATION}/{USER}")) }
}

const NOTHING: Written = Written { attempts: Vec::new(), link: None };

/// The id of the attempt of a session.
pub fn attempt(world: &World, session: &str) -> Result<Value> {
    Ok(world.cognito.session(session).context("no such session")?.private["attemptId"].clone())
}

/// A world in which Verify writes everything that it can write.
async fn writing() -> Result<World> {
    with_proxy(Builder::default().one_time_use().link()).await
}

/// Makes the next sign-in the first one of the user, with a new token.
pub fn start_over(world: &mut World) {
    world.set_directory_users([user(ALICE, &world.email, true, true)]);
    world.token_store.clear();
    world.token = world.new_token();
}

#[tokio::test]
async fn a_repeated_sign_in_writes_the_same_as_one_invocation() -> Result<()> {
    let mut world = writing().await?;
    let once = (1, Repeats::default());
    for (times, repeats) in std::iter::once(once).chain(ways(WAIT)) {
        start_over(&mut world);
        let (session, _) = world.challenge(&world.email).await?;
        let attempt = attempt(&world, &session)?;
        repeat(&mut world, times, repeats);
        assert_eq!(world.cognito.respond(&session, &world.token, None).await?, as_alice(), "{times} {repeats:?}");
        assert_eq!(written(&world), by(attempt), "{times} {repeats:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_second_attempt_after_a_repeated_one_is_denied_and_changes_nothing() -> Result<()> {
    let mut world = writing().await?;
    for (times, repeats) in ways(WAIT) {
        start_over(&mut world);
        let mut before = None;
        for expected in [as_alice(), Reply::Failed(denied())] {
            let (session, _) = world.challenge(&world.email).await?;
            repeat(&mut world, times, repeats);
            assert_eq!(world.cognito.respond(&session, &world.token, None).await?, expected, "{times} {repeats:?}");
            let (items, link) = (world.token_store.items(), world.directory.attribute(ALICE, LINK));
            assert_eq!(*before.get_or_insert_with(|| (items.clone(), link.clone())), (items, link));
        }
        assert_eq!(world.last_reason()?, "token-already-used");
    }
    Ok(())
}

#[tokio::test]
async fn a_denied_sign_in_writes_nothing() -> Result<()> {
    let mut world = writing().await?;
    for (times, repeats) in ways(WAIT) {
        start_over(&mut world);
        world.claim("active", json!(false));
        repeat(&mut world, times, repeats);
        assert_eq!(world.valid_sign_in().await?, Reply::Failed(denied()), "{times} {repeats:?}");
        assert_eq!(written(&world), NOTHING, "{times} {repeats:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_sign_in_that_cannot_record_the_token_writes_the_link_only() -> Result<()> {
    let mut world = writing().await?;
    world.token_store.script(token_store::answer(500, &json!({"__type": "InternalServerError"})));
    for (times, repeats) in ways(WAIT) {
        start_over(&mut world);
        repeat(&mut world, times, repeats);
        assert_eq!(world.valid_sign_in().await?, Reply::Failed(unavailable()), "{times} {repeats:?}");
        assert_eq!(written(&world), Written { attempts: vec![], ..by(Value::Null) }, "{times} {repeats:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_sign_in_that_cannot_write_the_link_uses_no_token() -> Result<()> {
    let mut world = writing().await?;
    world.directory.script_updates(reply(500, &json!({"__type": "InternalErrorException"})));
    for (times, repeats) in ways(WAIT) {
        start_over(&mut world);
        let (session, _) = world.challenge(&world.email).await?;
        repeat(&mut world, times, repeats);
        let reply = world.cognito.respond(&session, &world.token, None).await?;
        assert_eq!(reply, Reply::Failed(unavailable()), "{times} {repeats:?}");
        assert_eq!(written(&world), NOTHING, "{times} {repeats:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_invocation_that_ends_after_the_sign_in_changes_nothing() -> Result<()> {
    let mut world = writing().await?;
    start_over(&mut world);
    let (session, _) = world.challenge(&world.email).await?;
    let attempt = attempt(&world, &session)?;
    world.cognito.invocations = 2;
    world.cognito.repeats.when = When::AfterTimeOut(WAIT);
    world.network.hold_next();
    let in_the_meantime = async {
        until(|| Ok(!world.verdicts()?.is_empty())).await?;
        let before = (world.token_store.items(), written(&world));
        world.network.release();
        anyhow::Ok(before)
    };
    let (reply, before) = tokio::join!(world.cognito.respond(&session, &world.token, None), in_the_meantime);
    assert_eq!(reply?, as_alice());
    let (items, written_before) = before?;
    assert_eq!((written(&world), &written_before), (by(attempt.clone()), &by(attempt)));
    let hash = |items: &[Value]| items.iter().map(|item| item["token_hash"].clone()).collect::<Vec<_>>();
    assert_eq!(hash(&world.token_store.items()), hash(&items));
    Ok(())
}
