//! Good proofs in the wrong session. SRP-first sessions, Cognito's own challenges, foreign Create triggers and app
//! clients that are not allowed stand in `abuse`.

use anyhow::ensure;
use integration_tests::cognito::{DEFINE, Reply, User};
use integration_tests::directory::user;
use integration_tests::person;
use integration_tests::proofs::Mode;
use integration_tests::world::{Builder, CLIENT, World, denied};
use serde_json::{Value, json};

use crate::attack::staged_attacks;

/// `sub` of Bob, whom the pool has as well.
const BOB: &str = "3f1d6c4e-0000-4000-8000-000000000b0b";

fn mode() -> Builder {
    Builder::default().mode(Mode::IdToken)
}

/// Bob, who can sign in by himself.
fn add_bob(world: &mut World) -> &'static str {
    let email = "bob@acme.example";
    world.cognito.add(email, User::new(BOB, email));
    world.directory.add(user(BOB, email, true, true));
    email
}

staged_attacks! {
    mod flows in mode();

    a_stolen_answer_in_ones_own_session: "email-mismatch", "sign in to one's own account with the victim's tokens",
        async |world: &mut World| { let bob = add_bob(world); world.sign_in_as(bob, &world.answer()).await };
    ones_own_answer_in_the_victims_session: "email-mismatch", "sign in to the victim's account with one's own tokens",
        async |world: &mut World| {
            let bob = add_bob(world);
            world.salesforce.grant(&world.token, person::claims(bob));
            world.sign_in(&world.answer()).await
        };
    a_user_who_does_not_exist: "user-not-found", "have an account made up",
        async |world: &mut World| world.sign_in_as("mallory@acme.example", &world.answer()).await;
    a_user_who_was_deleted: "user-not-found", "sign in to an account that is gone",
        async |world: &mut World| { world.cognito.remove(&world.email); world.sign_in(&world.answer()).await };
    a_user_with_the_same_address: "different-user", "get an account with the victim's address into the pool",
        async |world: &mut World| {
            world.cognito.add("mallory", User::new("ma110ry", &world.email));
            world.sign_in_as("mallory", &world.answer()).await
        };
    a_second_account_with_the_address: "email-not-unique", "have the address found twice",
        async |world: &mut World| {
            world.directory.add(user("ma110ry", &world.email, true, true));
            world.sign_in(&world.answer()).await
        };
    a_second_account_on_the_second_page: "email-not-unique", "hide the second account on a later page",
        async |world: &mut World| {
            world.directory.add(user("ma110ry", &world.email, true, true));
            world.directory.page(1, true);
            world.sign_in(&world.answer()).await
        };
    a_wrong_answer_first: "answer-malformed", "have a second try in the same session",
        async |world: &mut World| {
            let (session, _) = world.challenge(&world.email).await?;
            let reply = world.cognito.respond(&session, "{}", None).await?;
            ensure!(!world.cognito.respond(&session, &world.answer(), None).await?.is_signed_in());
            Ok(reply)
        };
}

/// Two good challenges are no better than none, and a good one after Cognito's own is none.
#[tokio::test]
async fn a_good_answer_needs_a_session_of_its_own() -> anyhow::Result<()> {
    let world = mode().start().await?;
    let ours =
        json!({"challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "SALESFORCE_TOKEN"});
    let srp = json!({"challengeName": "SRP_A", "challengeResult": true, "challengeMetadata": Value::Null});
    for history in [vec![srp.clone(), ours.clone()], vec![srp], vec![ours.clone(), ours]] {
        let reply = world.cognito.define_with_history(CLIENT, &world.email, history).await?;
        assert_eq!(reply, Reply::Failed(denied()));
    }
    assert!(world.honest_sign_in().await?.is_signed_in());
    Ok(())
}

#[tokio::test]
async fn an_app_client_that_is_not_allowed_gets_no_challenge_in_any_mode() -> anyhow::Result<()> {
    for mode in Mode::ALL {
        let world = Builder::default().mode(mode).variable(DEFINE, "ALLOWED_CLIENT_IDS", CLIENT).start().await?;
        assert_eq!(world.cognito.initiate_auth("another", &world.email).await?, Reply::Failed(denied()));
        assert!(world.honest_sign_in().await?.is_signed_in(), "{mode:?}");
    }
    Ok(())
}
