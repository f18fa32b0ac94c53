//! With a table of used tokens, each token signs in once. Repeated invocations of one attempt are one use.

use anyhow::{Context, Result};
use integration_tests::cognito::Reply;
use integration_tests::directory::{LINK, UPDATE, error, user, with_attribute};
use integration_tests::person::{ORGANIZATION, USER, short};
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

/// The expiry of the only item.
fn expiry(world: &World) -> Result<Option<i64>> {
    let item = world.token_store.items().pop().context("no token was recorded")?;
    item.get("expires_at").map(|expiry| Ok(expiry["N"].as_str().context("no number")?.parse()?)).transpose()
}

#[tokio::test]
async fn repeated_invocations_of_one_attempt_are_one_use() -> Result<()> {
    for mode in Mode::ALL {
        let mut world = world(mode).await?;
        world.cognito.invocations = 3;
        assert_eq!(world.valid_sign_in().await?, as_alice(), "{mode:?}: {:?}", world.verdicts()?);
        let verdicts = world.verdicts()?;
        assert!(verdicts.len() == 3 && verdicts.iter().all(|verdict| verdict["verdict"] == "allowed"), "{verdicts:?}");
        assert_eq!((world.token_store.items().len(), world.token_store.requests().await), (1, 3));
    }
    Ok(())
}

#[tokio::test]
async fn a_second_attempt_with_the_same_answer_is_denied_and_another_token_is_accepted() -> Result<()> {
    for mode in Mode::ALL {
        let mut world = world(mode).await?;
        let answer = world.answer();
        assert_eq!(world.sign_in(&answer).await?, as_alice());
        assert_eq!(world.sign_in(&answer).await?, Reply::Failed(denied()));
        assert_eq!(world.last_reason()?, "token-already-used");
        world.token = world.new_token();
        assert_eq!(world.valid_sign_in().await?, as_alice(), "{mode:?}: {:?}", world.verdicts()?);
        assert_eq!(world.token_store.items().len(), 2);
    }
    Ok(())
}

#[tokio::test]
async fn a_new_id_token_with_the_same_access_token_signs_in() -> Result<()> {
    let world = world(Mode::IdToken).await?;
    for logins in 1..=2 {
        assert_eq!(world.sign_in(&world.answer()).await?, as_alice());
        assert_eq!(world.token_store.items().len(), logins);
    }
    Ok(())
}

#[tokio::test]
async fn an_id_token_is_recorded_for_one_hour_and_is_too_old_before_that() -> Result<()> {
    let world = world(Mode::IdToken).await?;
    let issued = now() - 100;
    let old = world.with_id_claim("iat", json!(issued));
    assert_eq!(world.sign_in(&old).await?, as_alice());
    assert_eq!(expiry(&world)?, Some(issued + 3600));
    let too_old = world.with_id_claim("iat", json!(now() - 3600));
    assert_eq!(world.sign_in(&too_old).await?, Reply::Failed(denied()));
    assert_eq!(world.last_reason()?, "id-token-too-old");
    Ok(())
}

#[tokio::test]
async fn a_jwt_based_access_token_is_recorded_until_it_has_expired() -> Result<()> {
    let world = world(Mode::AccessTokenJwt).await?;
    let expires = now() + 7200;
    let token = world.jwt_with("exp", json!(expires));
    assert_eq!(world.sign_in(&token).await?, as_alice());
    assert_eq!(expiry(&world)?, Some(expires + 60));
    Ok(())
}

/// Each use of an opaque token extends its session, so there is no time after which it has certainly expired.
#[tokio::test]
async fn an_opaque_token_is_recorded_without_an_expiry() -> Result<()> {
    for mode in [Mode::Unchecked, Mode::Introspection] {
        let world = world(mode).await?;
        assert_eq!(world.valid_sign_in().await?, as_alice());
        assert_eq!(expiry(&world)?, None, "{mode:?}");
    }
    Ok(())
}

#[tokio::test]
async fn no_request_to_the_table_contains_the_token() -> Result<()> {
    let world = world(Mode::Unchecked).await?;
    assert_eq!(world.valid_sign_in().await?, as_alice());
    let random = world.token.split('!').nth(1).context("not an opaque token")?;
    assert!(world.token_store.bodies().await.iter().all(|body| !body.contains(random)));
    Ok(())
}

#[tokio::test]
async fn a_denied_sign_in_does_not_use_the_token() -> Result<()> {
    let world = world(Mode::IdToken).await?;
    world.claim("email_verified", json!(false));
    assert_eq!(world.valid_sign_in().await?, Reply::Failed(denied()));
    assert_eq!(world.token_store.requests().await, 0);
    world.claim("email_verified", json!(true));
    assert_eq!(world.valid_sign_in().await?, as_alice());
    Ok(())
}

async fn linking() -> Result<World> {
    Builder::default().one_time_use().link().start().await
}

#[tokio::test]
async fn if_the_link_cannot_be_written_the_token_stays_unused() -> Result<()> {
    let world = linking().await?;
    world.directory.script_updates(error("TooManyRequestsException", "Not now."));
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()));
    assert_eq!(world.token_store.requests().await, 0);
    world.directory.recover_updates();
    assert_eq!(world.sign_in(&world.token).await?, as_alice());
    Ok(())
}

#[tokio::test]
async fn a_replay_may_write_the_missing_link_and_is_denied() -> Result<()> {
    let world = linking().await?;
    let used = json!({"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no"});
    world.token_store.script(answer(400, &used));
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(denied()));
    assert_eq!(world.last_reason()?, "token-already-used");
    assert_eq!(world.directory.attribute(ALICE, LINK), Some(format!("{ORGANIZATION}/{USER}")));
    Ok(())
}

#[tokio::test]
async fn a_sign_in_that_another_rule_denies_writes_no_link() -> Result<()> {
    for (claim, value) in [("email_verified", json!(false)), ("email", json!("bob@acme.example"))] {
        let world = linking().await?;
        world.claim(claim, value);
        assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(denied()));
        assert_eq!((world.directory.requests_for(UPDATE).await, world.token_store.requests().await), (0, 0), "{claim}");
    }
    Ok(())
}

#[tokio::test]
async fn an_existing_link_is_not_written_again() -> Result<()> {
    let link = format!("{}/{}", short(ORGANIZATION), short(USER));
    for in_event in [true, false] {
        let mut world = linking().await?;
        let linked = user(ALICE, &world.email, true, true);
        world.set_directory_users([with_attribute(linked, LINK, &link)]);
        if in_event {
            world.attributes(&[(LINK, json!(link))]);
        }
        assert_eq!(world.sign_in(&world.token).await?, as_alice());
        assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(denied()));
        assert_eq!(world.directory.requests_for(UPDATE).await, 0);
    }
    Ok(())
}

#[tokio::test]
async fn after_an_error_of_the_table_the_log_says_that_a_new_attempt_needs_a_new_token() -> Result<()> {
    let world = world(Mode::Unchecked).await?;
    world.token_store.script(answer(500, &json!({"__type": "InternalServerError"})));
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()));
    let verdict = world.only_verdict()?;
    assert_eq!(verdict["reason"], "token-store-failed");
    let detail = verdict["detail"].as_str().map(str::to_owned).unwrap_or_default();
    assert!(detail.contains("a new attempt needs a new token"), "{detail}");
    Ok(())
}

#[tokio::test]
async fn after_a_throttled_write_the_same_token_signs_in() -> Result<()> {
    let world = world(Mode::Unchecked).await?;
    world.token_store.script(answer(400, &json!({"__type": "ProvisionedThroughputExceededException"})));
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()));
    assert!(!world.only_verdict()?["detail"].to_string().contains("new token"));
    world.token_store.recover();
    assert_eq!(world.sign_in(&world.token).await?, as_alice());
    Ok(())
}
