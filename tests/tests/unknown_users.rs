//! A caller who signs in as a user whom the pool does not have gets nothing, and cannot tell that the
//! pool does not have her.

use anyhow::Result;
use integration_tests::cognito::{Reply, User};
use integration_tests::directory::user;
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::proofs::{Mode, OTHER_CONSUMER_KEY};
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, CLIENT, World, denied};
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

/// The calls that a sign-in causes, by what they are for.
#[derive(Debug, Default, PartialEq)]
struct Calls {
    user_info: usize,
    keys: usize,
    introspection: usize,
    directory: usize,
    token_store: usize,
}

async fn calls(world: &World) -> Calls {
    Calls {
        user_info: world.salesforce.requests_to(Endpoint::UserInfo).await,
        keys: world.salesforce.requests_to(Endpoint::Keys).await,
        introspection: world.salesforce.requests_to(Endpoint::Introspection).await,
        directory: world.directory.requests().await,
        token_store: world.token_store.requests().await,
    }
}

/// Somebody else in the pool, who is not the owner of the token.
const BOB: &str = "bob@acme.example";

/// A sign-in that fails: under which name, and with which answer.
type Attempt = (&'static str, fn(&World) -> String, fn(&World) -> String);

/// Alice's token, and a proof that it was issued to another app.
fn for_another_app(world: &World) -> String {
    match world.mode {
        Mode::Unchecked => person::token_of(ORGANIZATION),
        Mode::IdToken => world.with_id_claim("aud", json!(OTHER_CONSUMER_KEY)),
        Mode::Introspection => world.introspected_with("client_id", json!(OTHER_CONSUMER_KEY)),
        Mode::AccessTokenJwt => world.jwt_with("client_id", json!(OTHER_CONSUMER_KEY)),
    }
}

/// Each two of them differ in whether the pool has the user.
const ATTEMPTS: [[Attempt; 2]; 2] = [
    [
        ("a user whom the pool does not have", |_| NOBODY.to_owned(), World::answer),
        ("another user than the owner of the token", |_| BOB.to_owned(), World::answer),
    ],
    [
        ("a bad token for a user whom the pool does not have", |_| NOBODY.to_owned(), for_another_app),
        ("a bad token", |world| world.email.clone(), for_another_app),
    ],
];

#[tokio::test]
async fn in_every_mode_an_answer_causes_the_same_calls_whether_the_user_exists_or_not() -> Result<()> {
    for directory in ["list_users", "event"] {
        for mode in Mode::ALL {
            for pair in ATTEMPTS {
                let mut seen = Vec::new();
                for (who, username, answer) in pair {
                    let builder =
                        Builder::default().mode(mode).verify("DIRECTORY_MODE", directory).one_time_use().link();
                    let mut world = builder.start().await?;
                    world.cognito.add(BOB, User::new("b0b", BOB));
                    world.directory.add(user("b0b", BOB, true, true));
                    let reply = world.sign_in_as(&username(&world), &answer(&world)).await?;
                    assert_eq!(reply, Reply::Failed(denied()), "{mode:?} {who}");
                    seen.push(calls(&world).await);
                }
                assert_eq!(seen.first(), seen.last(), "{mode:?} {directory}");
                assert!(seen.iter().all(|calls| calls.token_store == 0), "{seen:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn in_every_mode_a_malformed_answer_causes_no_call_for_anybody() -> Result<()> {
    for mode in Mode::ALL {
        for (who, username, _) in ATTEMPTS.concat() {
            let world = Builder::default().mode(mode).one_time_use().start().await?;
            assert_eq!(world.sign_in_as(&username(&world), "not a token").await?, Reply::Failed(denied()), "{who}");
            // The keys are fetched while Verify starts.
            let Calls { keys, .. } = calls(&world).await;
            assert_eq!(calls(&world).await, Calls { keys, ..Calls::default() }, "{mode:?} {who}");
        }
    }
    Ok(())
}
