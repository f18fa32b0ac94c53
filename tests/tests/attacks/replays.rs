//! Proofs that are used twice, or for another attempt.

use anyhow::ensure;
use integration_tests::cognito::{Reply, User, VERIFY};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::proofs::Mode;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};

use crate::attack::multi_step_attacks;

fn once() -> Builder {
    Builder::default().mode(Mode::IdToken).one_time_use()
}

fn opaque_once() -> Builder {
    Builder::default().one_time_use()
}

fn jwt_once() -> Builder {
    Builder::default().mode(Mode::AccessTokenJwt).one_time_use()
}

fn with_nonces() -> Builder {
    Builder::default().mode(Mode::IdToken).verify("SALESFORCE_REQUIRE_NONCE", "true")
}

/// The nonce in the public parameters of a challenge.
fn nonce(parameters: &Value) -> &str {
    parameters["nonce"].as_str().unwrap_or_default()
}

/// An answer with which Alice has just signed in.
async fn used(world: &World) -> anyhow::Result<String> {
    let answer = world.answer();
    ensure!(world.sign_in(&answer).await?.is_signed_in(), "{:?}", world.verdicts()?);
    Ok(answer)
}

/// The answer with a changed `id_token`.
fn with_other_id_token(answer: &str, change: impl Fn(&str) -> String) -> String {
    let mut answer: Value = serde_json::from_str(answer).unwrap_or_default();
    answer["id_token"] = json!(change(answer["id_token"].as_str().unwrap_or_default()));
    answer.to_string()
}

multi_step_attacks! {
    mod used_id_token in once();

    the_same_answer: "token-already-used", "replay a captured answer",
        async |world: &mut World| { let answer = used(world).await?; world.sign_in(&answer).await };
    the_same_id_token_with_another_access_token: "token-already-used", "replay the proof with a fresh access token",
        async |world: &mut World| {
            let answer = used(world).await?;
            let other = answer.replace(&world.token, &world.new_token());
            ensure!(other != answer);
            world.sign_in(&other).await
        };
    the_same_answer_in_another_spelling: "token-already-used", "spell the same text differently",
        async |world: &mut World| {
            let answer = used(world).await?.replacen('.', r"\u002e", 2);
            world.sign_in(&answer).await
        };
    the_same_id_token_in_another_spelling: "id-token-malformed", "change the unused bits of the signature",
        async |world: &mut World| {
            let answer = used(world).await?;
            world.sign_in(&with_other_id_token(&answer, respelled)).await
        };
    the_same_id_token_with_padding: "id-token-malformed", "find a lenient decoder",
        async |world: &mut World| {
            let answer = used(world).await?;
            world.sign_in(&with_other_id_token(&answer, |token| format!("{token}=="))).await
        };
    the_same_answer_a_third_time: "token-already-used", "make the table forget",
        async |world: &mut World| {
            let answer = used(world).await?;
            world.sign_in(&answer).await?;
            world.sign_in(&answer).await
        };
    the_same_answer_in_repeated_invocations: "token-already-used", "hide a replay among Cognito's repeated invocations",
        async |world: &mut World| {
            let answer = used(world).await?;
            world.cognito.invocations = 3;
            world.sign_in(&answer).await
        };
    two_sessions_at_once: "token-already-used", "open two sessions and answer both with one token",
        async |world: &mut World| {
            let ((one, _), (other, _)) = (world.challenge(&world.email).await?, world.challenge(&world.email).await?);
            let answer = world.answer();
            ensure!(world.cognito.respond(&one, &answer, None).await?.is_signed_in());
            world.cognito.respond(&other, &answer, None).await
        };
}

/// A sign-in with a token that UserInfo accepts for Alice, as a lenient decoder would.
async fn replayed(world: &World, token: String) -> anyhow::Result<Reply> {
    world.sign_in(&world.granted(token)).await
}

async fn used_opaque(world: &mut World) -> anyhow::Result<String> {
    world.token = world.new_token();
    used(world).await
}

/// A used JWT-based access token, in a mode that does not check its signature.
async fn used_jwt(world: &mut World) -> anyhow::Result<String> {
    world.token = world.jwt(|claims| claims["jti"] = json!(person::random_text()));
    used(world).await
}

multi_step_attacks! {
    mod used_token_unchecked in opaque_once();

    the_same_opaque_token: "token-already-used", "replay a captured token",
        async |world: &mut World| { let token = used_opaque(world).await?; world.sign_in(&token).await };
    the_same_opaque_token_in_json: "token-already-used", "send it in the other form",
        async |world: &mut World| {
            let token = used_opaque(world).await?;
            world.sign_in(&json!({"access_token": token}).to_string()).await
        };
    the_same_opaque_token_with_the_long_prefix: "token-already-used", "write the organization id with 18 characters",
        async |world: &mut World| {
            let token = used_opaque(world).await?;
            replayed(world, token.replacen(person::short(ORGANIZATION), ORGANIZATION, 1)).await
        };
    the_same_opaque_token_with_dots: "token-already-used", "have it read as a JWT",
        async |world: &mut World| {
            for dots in [".", "..", "..."] {
                let rest = format!("{}{dots}{}", person::random_text(), person::random_text());
                world.token = world.granted(format!("{}!{rest}", person::short(ORGANIZATION)));
                used(world).await?;
                let reply = replayed(world, format!("{ORGANIZATION}!{rest}")).await?;
                ensure!(!reply.is_signed_in(), "{dots}");
            }
            world.sign_in(&world.token).await
        };
    the_same_jwt: "token-already-used", "replay a captured token",
        async |world: &mut World| { let token = used_jwt(world).await?; world.sign_in(&token).await };
    the_same_jwt_in_another_spelling: "token-malformed", "change the unused bits of the signature",
        async |world: &mut World| { let token = used_jwt(world).await?; replayed(world, respelled(&token)).await };
    the_same_jwt_with_padding: "token-malformed", "find a lenient decoder",
        async |world: &mut World| { let token = used_jwt(world).await?; replayed(world, format!("{token}==")).await };
    the_same_jwt_in_the_other_alphabet: "token-malformed", "use the alphabet of plain base64",
        async |world: &mut World| {
            let token = used_jwt(world).await?;
            let other = token.replace('-', "+").replace('_', "/");
            ensure!(other != token);
            replayed(world, other).await
        };
    the_same_jwt_with_a_line_break: "token-malformed", "find a decoder that skips blanks",
        async |world: &mut World| { let token = used_jwt(world).await?; replayed(world, format!("{token}\n")).await };
    the_same_jwt_without_a_signature: "token-malformed", "find a parser that needs no signature",
        async |world: &mut World| {
            let token = used_jwt(world).await?;
            replayed(world, token.rsplit_once('.').map(|(signed, _)| format!("{signed}.")).unwrap_or_default()).await
        };
    the_same_jwt_with_another_signature: "token-already-used", "find a parser that does not check the signature",
        async |world: &mut World| {
            let token = used_jwt(world).await?;
            replayed(world, token.rsplit_once('.').map(|(signed, _)| format!("{signed}.c2ln")).unwrap_or_default()).await
        };
}

/// Another text for the same signature: four bits of the last of 342 characters are unused.
fn respelled(token: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let next = ALPHABET.find(last).and_then(|at| ALPHABET.get(at + 1..at + 2)).unwrap_or_default();
    format!("{rest}{next}")
}

multi_step_attacks! {
    mod used_jwt in jwt_once();

    the_same_jwt: "token-already-used", "replay a captured token",
        async |world: &mut World| world.sign_in(&world.token).await;
    the_same_jwt_in_another_spelling: "token-malformed", "spell the same signature differently",
        async |world: &mut World| world.sign_in(&world.granted(respelled(&world.token))).await;
    the_same_jwt_with_padding: "token-malformed", "spell the same signature differently",
        async |world: &mut World| world.sign_in(&world.granted(format!("{}==", world.token))).await;
}

multi_step_attacks! {
    mod nonces in with_nonces();

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
    a_login_with_the_attackers_nonce: "id-token-nonce", "have the victim log in with the nonce of the attacker's challenge",
        async |world: &mut World| {
            world.cognito.add("bob", User::new("b0b", "bob@acme.example"));
            let (_, parameters) = world.challenge("bob").await?;
            world.sign_in(&world.answer_for(nonce(&parameters))).await
        };
    a_login_without_a_nonce: "id-token-nonce", "refresh a login, which returns no nonce",
        async |world: &mut World| world.sign_in(&world.answer()).await;
    a_nonce_in_another_letter_case: "id-token-nonce", "find a comparison that folds case",
        async |world: &mut World| world.sign_in_with_nonce(|nonce| world.answer_for(&nonce.to_lowercase())).await;
    a_nonce_cut_off: "id-token-nonce", "find a comparison of the start",
        async |world: &mut World| {
            world.sign_in_with_nonce(|nonce| world.answer_for(nonce.get(..8).unwrap_or_default())).await
        };
    a_nonce_with_padding: "id-token-nonce", "find a lenient decoder",
        async |world: &mut World| world.sign_in_with_nonce(|nonce| world.answer_for(&format!("{nonce}=="))).await;
}

/// Only Cognito can send the private parameters. With those of another attempt, only the `id_token` of that attempt is
/// valid.
#[tokio::test]
async fn with_the_private_parameters_of_another_attempt_the_id_token_is_denied() -> anyhow::Result<()> {
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

/// An empty nonce in the event and in the `id_token` must not match.
#[tokio::test]
async fn an_empty_nonce_on_both_sides_is_denied() -> anyhow::Result<()> {
    let world = with_nonces().start().await?;
    let mut event = world.event(VERIFY);
    event["request"]["privateChallengeParameters"]["nonce"] = json!("");
    event["request"]["challengeAnswer"] = json!(world.answer_for(""));
    assert_eq!(world.invoke(VERIFY, &event).await?, json!({"answerCorrect": false}));
    assert_eq!(world.last_reason()?, "challenge-not-ours");
    Ok(())
}
