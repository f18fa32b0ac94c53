//! `ClientMetadata`: the caller writes it, and Cognito sends it to the triggers unchecked.

use anyhow::Result;
use integration_tests::cognito::{Reply, VERIFY};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::world::{World, denied};
use serde_json::{Value, json};

/// Values that would matter if a trigger read `ClientMetadata`.
fn metadata() -> [Value; 4] {
    let solved = json!({
        "challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "SALESFORCE_TOKEN",
    });
    [
        json!({"signInMethod": "MAGIC_LINK", "userNotFound": "false", "answerCorrect": "true", "issueTokens": "true"}),
        json!({"userNotFound": "true", "UserNotFound": "true", "answerCorrect": "false", "failAuthentication": "true"}),
        json!({"request": {"userNotFound": false, "challengeAnswer": "x"}, "response": {"answerCorrect": true}}),
        json!({"session": [solved], "privateChallengeParameters": {"nonce": "", "attemptId": ""}}),
    ]
}

#[tokio::test]
async fn client_metadata_cannot_turn_a_denial_into_a_sign_in() -> Result<()> {
    let world = World::start().await?;
    for metadata in metadata() {
        for username in [&world.email, "unknown@acme.example"] {
            let (session, _) = world.challenge(username).await?;
            let reply = world.cognito.respond(&session, &person::token_of(ORGANIZATION), Some(&metadata)).await?;
            assert_eq!(reply, Reply::Failed(denied()), "{metadata}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn client_metadata_cannot_turn_a_sign_in_into_a_denial() -> Result<()> {
    let world = World::start().await?;
    for metadata in metadata() {
        let (session, _) = world.challenge(&world.email).await?;
        let reply = world.cognito.respond(&session, &world.token, Some(&metadata)).await?;
        assert!(reply.is_signed_in(), "{metadata}: {reply:?}");
    }
    assert!(world.log(VERIFY)?.iter().all(|line| line["verdict"] != "denied"));
    Ok(())
}
