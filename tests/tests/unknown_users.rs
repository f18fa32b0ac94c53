//! A caller who signs in as a user whom the pool does not have gets nothing, and cannot tell that the
//! pool does not have her.

use anyhow::Result;
use integration_tests::cognito::Reply;
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::world::{CLIENT, World, denied};
use serde_json::{Value, json};

const NOBODY: &str = "nobody@acme.example";

#[tokio::test]
async fn an_unknown_user_gets_a_challenge_of_the_same_shape() -> Result<()> {
    let world = World::start().await?;
    let shape = |parameters: &Value| {
        let mut shape: Vec<_> = parameters
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| *name != "USERNAME")
            .map(|(name, value)| (name.clone(), value.as_str().map(str::len)))
            .collect();
        shape.sort();
        shape
    };
    let (_, known) = world.challenge(&world.email).await?;
    let (_, unknown) = world.challenge(NOBODY).await?;
    assert_eq!(shape(&unknown), shape(&known));
    assert_eq!(unknown["salesforceDomainUrl"], known["salesforceDomainUrl"]);
    Ok(())
}

#[tokio::test]
async fn an_unknown_user_gets_the_same_exception_as_a_wrong_token() -> Result<()> {
    let world = World::start().await?;
    let wrong = person::token_of(ORGANIZATION);
    let known = world.sign_in_as(&world.email, &wrong).await?;
    assert_eq!(known, Reply::Failed(denied()));
    for token in [&wrong, &world.token] {
        assert_eq!(world.sign_in_as(NOBODY, token).await?, known);
    }
    Ok(())
}

#[tokio::test]
async fn an_unknown_user_costs_the_same_requests_as_a_known_one() -> Result<()> {
    for answer in [person::token_of(ORGANIZATION), "not a token".to_owned()] {
        let (known, unknown) = (World::start().await?, World::start().await?);
        known.sign_in(&answer).await?;
        unknown.sign_in_as(NOBODY, &answer).await?;
        assert_eq!(unknown.requests().await, known.requests().await, "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn a_user_whom_the_directory_has_and_cognito_does_not_gets_nothing() -> Result<()> {
    let mut world = World::start().await?;
    world.cognito.remove(&world.email);
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(denied()));
    let passed = json!({
        "challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "SALESFORCE_TOKEN",
    });
    let reply = world.cognito.define_with_history(CLIENT, &world.email, vec![passed]).await?;
    assert_eq!(reply, Reply::Failed(denied()));
    Ok(())
}
