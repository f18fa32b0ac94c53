//! Valid proofs in the wrong session. `define.rs` tests every history of challenges, with and without an allowed app
//! client.

use crate::attack::multi_step_attacks;
use anyhow::ensure;
use integration_tests::cognito::{DEFINE, Reply, User};
use integration_tests::directory::user;
use integration_tests::person;
use integration_tests::proofs::Mode;
use integration_tests::world::{Builder, CLIENT, World, denied};

/// `sub` of another pool user.
const BOB: &str = "3f1d6c4e-0000-4000-8000-000000000b0b";

fn mode() -> Builder {
    Builder::default().mode(Mode::IdToken)
}

/// Adds Bob, who can sign in, too.
fn add_bob(world: &mut World) -> &'static str {
    let email = "bob@acme.example";
    world.cognito.add(email, User::new(BOB, email));
    world.directory.add(user(BOB, email, true, true));
    email
}

multi_step_attacks! {
    mod flows in mode();

    the_victims_answer_in_the_attackers_session: "email-mismatch", "sign in to the attacker's account with the victim's tokens",
        async |world: &mut World| { let bob = add_bob(world); world.sign_in_as(bob, &world.answer()).await };
    the_attackers_answer_in_the_victims_session: "email-mismatch", "sign in to the victim's account with the attacker's tokens",
        async |world: &mut World| {
            let bob = add_bob(world);
            world.salesforce.grant(&world.token, person::claims(bob));
            world.sign_in(&world.answer()).await
        };
    a_user_who_does_not_exist: "user-not-found", "sign in to an account that does not exist",
        async |world: &mut World| world.sign_in_as("mallory@acme.example", &world.answer()).await;
    a_user_who_was_deleted: "user-not-found", "sign in to a deleted account",
        async |world: &mut World| { world.cognito.remove(&world.email); world.sign_in(&world.answer()).await };
    a_user_with_the_same_address: "different-user", "create an account with the victim's address",
        async |world: &mut World| {
            world.cognito.add("mallory", User::new("ma110ry", &world.email));
            world.sign_in_as("mallory", &world.answer()).await
        };
    a_second_account_with_the_address: "email-not-unique", "create a second account with the address",
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

#[tokio::test]
async fn a_session_is_valid_for_one_answer() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (session, _) = world.challenge(&world.email).await?;
    assert!(world.cognito.respond(&session, &world.token, None).await?.is_signed_in());
    let again = world.cognito.respond(&session, &world.token, None).await?;
    assert!(again.exception().is_some_and(|exception| exception.kind == "NotAuthorizedException"), "{again:?}");
    world.only_verdict()?;
    Ok(())
}

#[tokio::test]
async fn an_app_client_that_is_not_allowed_gets_no_challenge_in_any_mode() -> anyhow::Result<()> {
    for mode in Mode::ALL {
        let world = Builder::default().mode(mode).variable(DEFINE, "ALLOWED_CLIENT_IDS", CLIENT).start().await?;
        assert_eq!(world.cognito.initiate_auth("another", &world.email).await?, Reply::Failed(denied()));
        assert!(world.valid_sign_in().await?.is_signed_in(), "{mode:?}");
    }
    Ok(())
}
