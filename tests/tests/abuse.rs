//! Callers who try to get in another way than with a token of their own: every one is denied.

use anyhow::Result;
use integration_tests::cognito::{CHALLENGE_NAMES, DEFINE, Reply, User, VERIFY};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::world::{ALICE, Builder, CLIENT, World, denied};
use serde_json::{Value, json};

/// Every challenge name of the Cognito API but ours.
fn foreign() -> impl Iterator<Item = &'static str> {
    CHALLENGE_NAMES.into_iter().filter(|name| *name != "CUSTOM_CHALLENGE")
}

/// An entry of `session` that says that the challenge was answered correctly.
fn passed(name: &str, metadata: &Value) -> Value {
    json!({"challengeName": name, "challengeResult": true, "challengeMetadata": metadata})
}

fn ours(result: bool) -> Value {
    json!({"challengeName": "CUSTOM_CHALLENGE", "challengeResult": result, "challengeMetadata": "SALESFORCE_TOKEN"})
}

/// Puts each history in front of Define, which must fail the sign-in.
async fn gets_nothing(histories: impl IntoIterator<Item = Vec<Value>>) -> Result<()> {
    let world = World::start().await?;
    for history in histories {
        let said = format!("{history:?}");
        let reply = world.cognito.define_with_history(CLIENT, &world.email, history).await?;
        assert_eq!(reply, Reply::Failed(denied()), "{said}");
    }
    Ok(())
}

#[tokio::test]
async fn a_session_is_good_for_one_answer() -> Result<()> {
    let world = World::start().await?;
    let (session, _) = world.challenge(&world.email).await?;
    assert!(world.cognito.respond(&session, &world.token, None).await?.is_signed_in());
    let again = world.cognito.respond(&session, &world.token, None).await?;
    assert!(again.exception().is_some_and(|exception| exception.kind == "NotAuthorizedException"), "{again:?}");
    world.only_verdict()?;
    Ok(())
}

#[tokio::test]
async fn there_is_no_second_answer_after_a_denial() -> Result<()> {
    let world = World::start().await?;
    let (session, _) = world.challenge(&world.email).await?;
    assert_eq!(world.cognito.respond(&session, "wrong", None).await?, Reply::Failed(denied()));
    assert!(!world.cognito.respond(&session, &world.token, None).await?.is_signed_in());
    Ok(())
}

#[tokio::test]
async fn one_correct_challenge_of_ours_is_what_gets_tokens() -> Result<()> {
    let world = World::start().await?;
    let reply = world.cognito.define_with_history(CLIENT, &world.email, vec![ours(true)]).await?;
    assert_eq!(reply, Reply::SignedIn { sub: ALICE.to_owned() });
    Ok(())
}

#[tokio::test]
async fn a_correct_answer_after_a_denied_one_gets_nothing() -> Result<()> {
    gets_nothing([vec![ours(false), ours(true)], vec![ours(true), ours(false)]]).await
}

#[tokio::test]
async fn two_correct_answers_get_nothing() -> Result<()> {
    gets_nothing([vec![ours(true), ours(true)]]).await
}

#[tokio::test]
async fn no_challenge_of_cognito_gets_tokens() -> Result<()> {
    let metadata = [Value::Null, json!("SALESFORCE_TOKEN")];
    gets_nothing(foreign().flat_map(|name| metadata.iter().map(move |metadata| vec![passed(name, metadata)]))).await
}

#[tokio::test]
async fn no_challenge_of_cognito_before_or_after_ours_gets_tokens() -> Result<()> {
    gets_nothing(foreign().flat_map(|name| {
        let foreign = passed(name, &Value::Null);
        [vec![foreign.clone(), ours(true)], vec![ours(true), foreign]]
    }))
    .await
}

#[tokio::test]
async fn a_sign_in_that_started_with_srp_gets_no_challenge() -> Result<()> {
    let (srp, password) = (passed("SRP_A", &Value::Null), passed("PASSWORD_VERIFIER", &Value::Null));
    gets_nothing([vec![srp.clone()], vec![srp.clone(), password.clone()], vec![srp, password, ours(true)]]).await
}

#[tokio::test]
async fn a_custom_challenge_of_somebody_elses_create_trigger_gets_nothing() -> Result<()> {
    let metadata = [json!(null), json!(""), json!("CAPTCHA"), json!("salesforce_token"), json!(["SALESFORCE_TOKEN"])];
    gets_nothing(metadata.iter().map(move |metadata| vec![passed("CUSTOM_CHALLENGE", metadata)])).await
}

#[tokio::test]
async fn an_app_client_that_is_not_on_the_list_gets_no_challenge() -> Result<()> {
    let world = Builder::default().variable(DEFINE, "ALLOWED_CLIENT_IDS", CLIENT).start().await?;
    for client in ["2example23456789", &CLIENT.to_uppercase(), ""] {
        let reply = world.cognito.initiate_auth(client, &world.email).await?;
        assert_eq!(reply, Reply::Failed(denied()), "{client}");
    }
    Ok(())
}

#[tokio::test]
async fn an_app_client_that_is_not_on_the_list_gets_no_tokens_for_a_correct_answer() -> Result<()> {
    let world = Builder::default().variable(DEFINE, "ALLOWED_CLIENT_IDS", "2example23456789").start().await?;
    let reply = world.cognito.define_with_history(CLIENT, &world.email, vec![ours(true)]).await?;
    assert_eq!(reply, Reply::Failed(denied()));
    Ok(())
}

#[tokio::test]
async fn an_event_without_an_app_client_gets_no_challenge_where_a_list_is_set() -> Result<()> {
    let world = Builder::default().variable(DEFINE, "ALLOWED_CLIENT_IDS", CLIENT).start().await?;
    for caller in [json!(null), json!({}), json!({"clientId": null}), json!({"clientId": [CLIENT]})] {
        let mut event = world.event(DEFINE);
        event["callerContext"] = caller.clone();
        assert_eq!(world.invoke(DEFINE, &event).await?["failAuthentication"], true, "{caller}");
    }
    Ok(())
}

#[tokio::test]
async fn an_email_cannot_change_the_filter() -> Result<()> {
    for email in [
        "a\" or email ^= \"@acme.example",
        "a@acme.example\" or email ^= \"",
        "\"a\"@acme.example",
        "a\\@acme.example",
        "a@acme.example\" ",
        "\"",
    ] {
        let mut world = World::start().await?;
        world.cognito.add("mallory", User::new(ALICE, email));
        assert_eq!(world.sign_in_as("mallory", &world.token).await?, Reply::Failed(denied()), "{email}");
        assert_eq!(world.directory.filters().await, ["email = \"nobody@decoy.invalid\""], "{email}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_cannot_add_a_header() -> Result<()> {
    let world = World::start().await?;
    for tail in ["\r\nX-Evil: 1", "\n", "\r", "\0", " x", "\u{a0}", "\u{10d}\u{10a}", "%0d%0a"] {
        let token = format!("{}{tail}", world.token);
        for answer in [token.clone(), json!({"access_token": token}).to_string()] {
            assert_eq!(world.sign_in(&answer).await?, Reply::Failed(denied()), "{answer:?}");
        }
    }
    assert_eq!(world.requests().await, (0, 0));
    Ok(())
}

#[tokio::test]
async fn a_huge_answer_is_denied_and_the_process_goes_on() -> Result<()> {
    let world = World::start().await?;
    let deep = format!("{{\"access_token\":{}", "[".repeat(16_000));
    for answer in ["a".repeat(1024 * 1024), "{".repeat(1024 * 1024), "\u{1f600}".repeat(100_000), deep] {
        assert_eq!(world.sign_in(&answer).await?, Reply::Failed(denied()), "{answer:.20}");
    }
    assert_eq!(world.requests().await, (0, 0));
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    Ok(())
}

/// What a caller may write into `ClientMetadata`, in the hope that somebody reads it.
fn metadata() -> [Value; 4] {
    [
        json!({"signInMethod": "MAGIC_LINK", "userNotFound": "false", "answerCorrect": "true", "issueTokens": "true"}),
        json!({"userNotFound": "true", "UserNotFound": "true", "answerCorrect": "false", "failAuthentication": "true"}),
        json!({"request": {"userNotFound": false, "challengeAnswer": "x"}, "response": {"answerCorrect": true}}),
        json!({"session": [ours(true)], "privateChallengeParameters": {"nonce": "", "attemptId": ""}}),
    ]
}

#[tokio::test]
async fn client_metadata_cannot_turn_a_denial_into_a_sign_in() -> Result<()> {
    let world = World::start().await?;
    for metadata in metadata() {
        for username in [&world.email, "nobody@acme.example"] {
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
