//! Proofs used a second time, or for another attempt than they were made for.

use anyhow::ensure;
use integration_tests::cognito::{User, VERIFY};
use integration_tests::proofs::Mode;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};

use crate::attack::staged_attacks;

/// The control has used Alice's token.
fn once() -> Builder {
    Builder::default().mode(Mode::IdToken).one_time_use()
}

fn jwt_once() -> Builder {
    Builder::default().mode(Mode::AccessTokenJwt).one_time_use()
}

fn with_nonces() -> Builder {
    Builder::default().mode(Mode::IdToken).verify("SALESFORCE_REQUIRE_NONCE", "true")
}

/// The nonce of a challenge, by its public parameters.
fn nonce(parameters: &Value) -> &str {
    parameters["nonce"].as_str().unwrap_or_default()
}

staged_attacks! {
    mod once in once();

    the_same_token: "token-already-used", "replay a captured answer",
        async |world: &mut World| world.sign_in(&world.answer()).await;
    the_same_token_beside_a_fresh_login: "token-already-used", "replay the access token with a fresh proof",
        async |world: &mut World| world.honest_sign_in().await;
    the_same_token_in_another_spelling: "token-already-used", "spell the same token differently",
        async |world: &mut World| {
            let answer = world.answer().replacen('!', r"\u0021", 1);
            world.sign_in(&answer).await
        };
    the_same_token_a_third_time: "token-already-used", "wear the table out",
        async |world: &mut World| { world.sign_in(&world.answer()).await?; world.sign_in(&world.answer()).await };
    the_same_token_in_repeated_invocations: "token-already-used", "hide a replay among Cognito's repetitions",
        async |world: &mut World| { world.cognito.invocations = 3; world.sign_in(&world.answer()).await };
    two_sessions_at_once: "token-already-used", "open two sessions and answer both with one token",
        async |world: &mut World| {
            world.token = world.new_token();
            let ((one, _), (other, _)) = (world.challenge(&world.email).await?, world.challenge(&world.email).await?);
            ensure!(world.cognito.respond(&one, &world.answer(), None).await?.is_signed_in());
            world.cognito.respond(&other, &world.answer(), None).await
        };
}

/// The same bytes of a signature in another text: of the last character of 342, four bits are unused.
fn respelled(token: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let next = ALPHABET.find(last).and_then(|at| ALPHABET.get(at + 1..at + 2)).unwrap_or_default();
    format!("{rest}{next}")
}

staged_attacks! {
    mod once_by_jwt in jwt_once();

    the_same_jwt: "token-already-used", "replay a captured token",
        async |world: &mut World| world.sign_in(&world.token).await;
    the_same_jwt_in_another_spelling: "access-token-malformed", "spell the same signature differently",
        async |world: &mut World| world.sign_in(&world.granted(respelled(&world.token))).await;
    the_same_jwt_with_padding: "access-token-malformed", "spell the same signature differently",
        async |world: &mut World| world.sign_in(&world.granted(format!("{}==", world.token))).await;
}

staged_attacks! {
    mod challenges in with_nonces();

    a_captured_answer: "id-token-nonce", "replay a whole answer",
        async |world: &mut World| {
            let (session, parameters) = world.challenge(&world.email).await?;
            let answer = world.answer_for(nonce(&parameters));
            ensure!(world.cognito.respond(&session, &answer, None).await?.is_signed_in());
            world.sign_in(&answer).await
        };
    an_answer_to_another_challenge: "id-token-nonce", "open two challenges and cross their answers",
        async |world: &mut World| {
            let ((_, one), (other, _)) = (world.challenge(&world.email).await?, world.challenge(&world.email).await?);
            world.cognito.respond(&other, &world.answer_for(nonce(&one)), None).await
        };
    a_login_with_the_attackers_nonce: "id-token-nonce", "have the victim log in with the nonce of one's own challenge",
        async |world: &mut World| {
            world.cognito.add("bob", User::new("b0b", "bob@acme.example"));
            let (_, parameters) = world.challenge("bob").await?;
            world.sign_in(&world.answer_for(nonce(&parameters))).await
        };
    a_login_without_a_nonce: "id-token-nonce", "refresh a login, which gives no nonce",
        async |world: &mut World| world.sign_in(&world.answer()).await;
    a_nonce_in_other_letters: "id-token-nonce", "find a comparison that folds case",
        async |world: &mut World| world.sign_in_with_nonce(|nonce| world.answer_for(&nonce.to_lowercase())).await;
    a_nonce_cut_off: "id-token-nonce", "find a comparison of the start",
        async |world: &mut World| {
            world.sign_in_with_nonce(|nonce| world.answer_for(nonce.get(..8).unwrap_or_default())).await
        };
    a_nonce_with_padding: "id-token-nonce", "find a lenient decoder",
        async |world: &mut World| world.sign_in_with_nonce(|nonce| world.answer_for(&format!("{nonce}=="))).await;
}

/// Only Cognito writes the private parameters. With those of another attempt, that attempt's login fits, and no other.
#[tokio::test]
async fn the_private_parameters_of_another_attempt_do_not_fit() -> anyhow::Result<()> {
    let world = with_nonces().start().await?;
    let (_, parameters) = world.challenge(&world.email).await?;
    let mut event = world.event(VERIFY);
    event["request"]["challengeAnswer"] = json!(world.answer_for(nonce(&parameters)));
    assert_eq!(world.invoke(VERIFY, &event).await?, json!({"answerCorrect": false}));
    assert_eq!(world.last_reason()?, "id-token-nonce");
    event["request"]["privateChallengeParameters"]["nonce"] = parameters["nonce"].clone();
    assert_eq!(world.invoke(VERIFY, &event).await?, json!({"answerCorrect": true}));
    Ok(())
}

/// A nonce that is missing on both sides is no nonce.
#[tokio::test]
async fn an_empty_nonce_on_both_sides_is_none() -> anyhow::Result<()> {
    let world = with_nonces().start().await?;
    let mut event = world.event(VERIFY);
    event["request"]["privateChallengeParameters"]["nonce"] = json!("");
    event["request"]["challengeAnswer"] = json!(world.answer_for(""));
    assert_eq!(world.invoke(VERIFY, &event).await?, json!({"answerCorrect": false}));
    assert_eq!(world.last_reason()?, "challenge-not-ours");
    Ok(())
}
