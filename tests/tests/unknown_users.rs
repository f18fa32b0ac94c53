//! A sign-in as an unknown user is denied, and the caller cannot see that the pool does not have the user.

use anyhow::Result;
use integration_tests::cognito::{Reply, User};
use integration_tests::directory::user;
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::proofs::{Mode, OTHER_CONSUMER_KEY};
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, CLIENT, World, denied};
use serde_json::{Value, json};

const UNKNOWN_USER: &str = "unknown@acme.example";

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
    let (_, unknown) = world.challenge(UNKNOWN_USER).await?;
    assert_eq!(shape(&unknown), shape(&known));
    assert_eq!(unknown["salesforceDomainUrl"], known["salesforceDomainUrl"]);
    Ok(())
}

#[tokio::test]
async fn a_user_in_the_directory_whom_cognito_does_not_know_is_denied() -> Result<()> {
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

/// The number of calls that a sign-in causes.
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

/// Another pool user, who is not the holder of the token.
const BOB: &str = "bob@acme.example";

/// A sign-in that fails: description, user name and answer.
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

/// In each pair, one user is unknown and the other one known.
const ATTEMPTS: [[Attempt; 2]; 2] = [
    [
        ("a user whom the pool does not have", |_| UNKNOWN_USER.to_owned(), World::answer),
        ("a known user who is not the holder of the token", |_| BOB.to_owned(), World::answer),
    ],
    [
        ("a bad token for a user whom the pool does not have", |_| UNKNOWN_USER.to_owned(), for_another_app),
        ("a bad token", |world| world.email.clone(), for_another_app),
    ],
];

#[tokio::test]
async fn in_every_mode_an_answer_causes_the_same_calls_for_known_and_unknown_users() -> Result<()> {
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
async fn in_every_mode_a_malformed_answer_causes_no_call() -> Result<()> {
    for mode in Mode::ALL {
        for (who, username, _) in ATTEMPTS.concat() {
            let world = Builder::default().mode(mode).one_time_use().start().await?;
            assert_eq!(world.sign_in_as(&username(&world), "not a token").await?, Reply::Failed(denied()), "{who}");
            // Verify fetches the keys while it starts.
            let Calls { keys, .. } = calls(&world).await;
            assert_eq!(calls(&world).await, Calls { keys, ..Calls::default() }, "{mode:?} {who}");
        }
    }
    Ok(())
}
