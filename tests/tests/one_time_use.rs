//! With a table of used tokens, each token signs in once; Cognito's repeated invocations of one attempt are one use.

use anyhow::{Context, Result};
use integration_tests::cognito::Reply;
use integration_tests::directory::UPDATE;
use integration_tests::proofs::{Mode, now};
use integration_tests::token_store::answer;
use integration_tests::world::{ALICE, Builder, World, denied, unavailable};
use serde_json::json;

fn as_alice() -> Reply {
    Reply::SignedIn { sub: ALICE.to_owned() }
}

async fn world(mode: Mode) -> Result<World> {
    Builder::default().mode(mode).one_time_use().start().await
}

#[tokio::test]
async fn repeated_invocations_of_one_attempt_are_one_use() -> Result<()> {
    for mode in Mode::ALL {
        let mut world = world(mode).await?;
        world.cognito.invocations = 3;
        assert_eq!(world.honest_sign_in().await?, as_alice(), "{mode:?}: {:?}", world.verdicts()?);
        let verdicts = world.verdicts()?;
        assert!(verdicts.len() == 3 && verdicts.iter().all(|verdict| verdict["verdict"] == "allowed"), "{verdicts:?}");
        assert_eq!((world.token_store.items().len(), world.token_store.requests().await), (1, 3));
    }
    Ok(())
}

#[tokio::test]
async fn a_second_attempt_with_the_same_token_is_denied_and_another_token_is_fine() -> Result<()> {
    for mode in Mode::ALL {
        let mut world = world(mode).await?;
        assert_eq!(world.honest_sign_in().await?, as_alice());
        assert_eq!(world.honest_sign_in().await?, Reply::Failed(denied()));
        assert_eq!(world.last_reason()?, "token-already-used");
        world.token = world.new_token();
        assert_eq!(world.honest_sign_in().await?, as_alice(), "{mode:?}: {:?}", world.verdicts()?);
        assert_eq!(world.token_store.items().len(), 2);
    }
    Ok(())
}

#[tokio::test]
async fn the_table_forgets_after_a_day_and_never_sees_the_token() -> Result<()> {
    let world = world(Mode::Unchecked).await?;
    let before = now();
    assert_eq!(world.honest_sign_in().await?, as_alice());
    let item = world.token_store.items().pop().context("nothing was noted")?;
    let expires: i64 = item["expires_at"]["N"].as_str().context("no time")?.parse()?;
    let day = 24 * 60 * 60;
    assert!((before + day - 5..=now() + day + 5).contains(&expires), "{item}");
    let random = world.token.split('!').nth(1).context("not an opaque token")?;
    assert!(world.token_store.bodies().await.iter().all(|body| !body.contains(random)));
    Ok(())
}

#[tokio::test]
async fn a_denied_sign_in_uses_no_token() -> Result<()> {
    let world = world(Mode::IdToken).await?;
    world.claim("email_verified", json!(false));
    assert_eq!(world.honest_sign_in().await?, Reply::Failed(denied()));
    assert_eq!(world.token_store.requests().await, 0);
    world.claim("email_verified", json!(true));
    assert_eq!(world.honest_sign_in().await?, as_alice());
    Ok(())
}

#[tokio::test]
async fn a_used_token_writes_no_link() -> Result<()> {
    let refused =
        json!({"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no"});
    for (status, body, reply) in [
        (400, refused, Reply::Failed(denied())),
        (500, json!({"__type": "InternalServerError"}), Reply::Failed(unavailable())),
    ] {
        let world = Builder::default().one_time_use().link().start().await?;
        world.token_store.script(answer(status, &body));
        assert_eq!(world.honest_sign_in().await?, reply);
        assert_eq!(world.directory.requests_for(UPDATE).await, 0);
    }
    Ok(())
}
