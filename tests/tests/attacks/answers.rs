//! Answers that two parsers could read differently, that contain a header, or that are huge.

use integration_tests::cognito::Reply;
use integration_tests::proofs::Mode;
use integration_tests::world::{Builder, World, denied};
use serde_json::{Value, json};

use crate::attack::attacks;

fn mode() -> Builder {
    Builder::default().mode(Mode::IdToken)
}

/// The valid answer with another member in front.
fn with_first(world: &World, member: &str) -> String {
    world.answer().replacen('{', &format!("{{{member},"), 1)
}

/// The valid answer with one member changed or added.
fn with_member(world: &World, name: &str, value: Value) -> String {
    let mut answer = json!({"access_token": world.token, "id_token": world.id_token(|_| ())});
    answer[name] = value;
    answer.to_string()
}

attacks! {
    mod json_answers in mode();

    two_access_tokens: "answer-malformed", "prove one token and use the other",
        |world| with_first(world, r#""access_token":"a""#);
    two_id_tokens: "answer-malformed", "show two parsers two proofs",
        |world| with_first(world, r#""id_token":"a.b.c""#);
    two_id_tokens_in_two_spellings: "answer-malformed", "hide the second key in an escape",
        |world| with_first(world, r#""id\u005ftoken":"a.b.c""#);
    a_host_in_the_answer: "answer-malformed", "choose the host by the answer",
        |world| with_member(world, "instance_url", json!("https://evil.example"));
    a_nonce_in_the_answer: "answer-malformed", "choose the nonce by the answer",
        |world| with_member(world, "nonce", json!("n"));
    an_audience_mode_in_the_answer: "answer-malformed", "choose the audience mode by the answer",
        |world| with_member(world, "mode", json!("unchecked"));
    a_key_in_capitals: "answer-malformed", "find a parser that folds case",
        |world| with_member(world, "Access_Token", json!("a"));
    a_list_of_access_tokens: "answer-malformed", "send several tokens",
        |world| { let tokens = json!([world.token]); with_member(world, "access_token", tokens) };
    an_object_for_an_access_token: "answer-malformed", "send a structure",
        |world| with_member(world, "access_token", json!({"a": 1}));
    a_number_for_an_access_token: "answer-malformed", "send a number",
        |world| with_member(world, "access_token", json!(1));
    a_null_for_an_access_token: "answer-malformed", "send no token",
        |world| with_member(world, "access_token", Value::Null);
    a_list_of_id_tokens: "answer-malformed", "send several proofs",
        |world| with_member(world, "id_token", json!(["a.b.c"]));
    an_object_for_an_id_token: "answer-malformed", "send claims without a signature",
        |world| { let claims = world.id_claims(); with_member(world, "id_token", claims) };
    a_null_for_an_id_token: "answer-malformed", "send no proof", |world| with_member(world, "id_token", Value::Null);
    a_true_for_an_id_token: "answer-malformed", "send true instead of a proof", |world| with_member(world, "id_token", json!(true));
    a_line_break_in_an_id_token: "answer-malformed", "reach a log or a header",
        |world| {
            let token = format!("{}\r\nX-Evil: 1", world.id_token(|_| ()));
            with_member(world, "id_token", json!(token))
        };
    a_look_alike_in_an_id_token: "answer-malformed", "find a decoder that replaces look-alike letters",
        |world| {
            let token = world.id_token(|_| ()).replacen('e', "\u{435}", 1);
            with_member(world, "id_token", json!(token))
        };
    a_second_answer_after_the_first: "answer-malformed", "have a second answer read",
        |world| format!("{0}{0}", world.answer());
    a_comment_in_the_answer: "answer-malformed", "find a lenient parser",
        |world| world.answer().replacen('{', "{/**/", 1);
    an_extra_comma: "answer-malformed", "find a lenient parser", |world| world.answer().replacen('}', ",}", 1);
    a_byte_order_mark: "token-malformed", "have the answer decoded differently",
        |world| format!("\u{feff}{}", world.answer());
    an_answer_in_a_list: "token-malformed", "have members read by position", |world| format!("[{}]", world.answer());
    a_quoted_answer: "token-malformed", "have the answer decoded twice", |world| json!(world.answer()).to_string();
    a_look_alike_exclamation_mark: "token-malformed", "hide the organization in the prefix",
        |world| {
            let token = world.token.replacen('!', "\u{ff01}", 1);
            with_member(world, "access_token", json!(token))
        };
    an_empty_access_token: "token-malformed", "send no token with a valid proof",
        |world| with_member(world, "access_token", json!(""));
    a_valid_answer_that_is_too_long: "answer-too-long", "make the parser work",
        |world| format!("{}{}", world.answer(), " ".repeat(16 * 1024));
}

#[tokio::test]
async fn a_token_cannot_add_a_header() -> anyhow::Result<()> {
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
async fn a_huge_answer_is_denied_and_the_process_continues() -> anyhow::Result<()> {
    let world = World::start().await?;
    let deep = format!("{{\"access_token\":{}", "[".repeat(16_000));
    for answer in ["a".repeat(1024 * 1024), "{".repeat(1024 * 1024), "\u{1f600}".repeat(100_000), deep] {
        assert_eq!(world.sign_in(&answer).await?, Reply::Failed(denied()), "{answer:.20}");
    }
    assert_eq!(world.requests().await, (0, 0));
    assert!(world.sign_in(&world.token).await?.is_signed_in());
    Ok(())
}
