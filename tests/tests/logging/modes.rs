//! The same in every audience mode: proofs, nonces, the client secret and what the services say of them.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use integration_tests::cognito::{CREATE, DEFINE, VERIFY};
use integration_tests::directory::reply;
use integration_tests::person;
use integration_tests::proofs::{CLIENT_SECRET, CONSUMER_KEY, Mode};
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::CANARY;

/// A world whose secrets are collected as they come up.
struct Watched {
    world: World,
    /// Nobody may print these.
    secrets: BTreeSet<String>,
    /// The caller, who knows some of the secrets, may not be told these either.
    untold: BTreeSet<String>,
    replies: Vec<String>,
}

/// The parts of an answer that only its sender may know; the first part of a token is its kind or its organization.
fn secret_parts(answer: &str) -> Vec<String> {
    let tokens: Value = serde_json::from_str(answer).unwrap_or_else(|_| json!([answer]));
    let tokens = tokens.as_object().map(|members| members.values().cloned().collect()).or(tokens.as_array().cloned());
    let tokens: Vec<_> = tokens.unwrap_or_default().iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
    let parts = tokens.iter().flat_map(|token| token.split(['.', '!']).skip(1));
    parts.filter(|part| part.len() >= 16).map(ToOwned::to_owned).collect()
}

impl Watched {
    async fn start(mode: Mode) -> Result<Self> {
        let mut builder = Builder::default().mode(mode).one_time_use().link();
        if mode == Mode::IdToken {
            builder = builder.verify("SALESFORCE_REQUIRE_NONCE", "true").verify("SALESFORCE_REQUIRE_AT_HASH", "true");
        }
        let world = builder.start().await?;
        let basic = STANDARD.encode(format!("{CONSUMER_KEY}:{CLIENT_SECRET}"));
        let untold = BTreeSet::from([CANARY.to_owned(), CLIENT_SECRET.to_owned(), basic, world.email.clone()]);
        Ok(Self { world, secrets: untold.clone(), untold, replies: Vec::new() })
    }

    /// Signs in with a new token, which may be changed on its way, and returns the verdict.
    async fn attempt(&mut self, change: impl FnOnce(&World, String) -> String) -> Result<String> {
        self.world.token = self.world.new_token();
        let mut claims = person::claims(&self.world.email);
        for name in ["name", "nickname", "given_name", "preferred_username"] {
            claims[name] = json!(format!("{CANARY} {name}"));
        }
        self.world.salesforce.grant(&self.world.token, claims);
        let (world, mut sent, mut nonces) = (&self.world, String::new(), String::new());
        let reply = world
            .sign_in_with_nonce(|nonce| {
                sent = change(world, world.answer_for(nonce));
                nonce.clone_into(&mut nonces);
                sent.clone()
            })
            .await?;
        self.secrets.extend(secret_parts(&sent));
        self.secrets.insert(nonces);
        self.replies.push(format!("{reply:?}"));
        let verdict = self.world.verdicts()?.pop().context("no verdict")?;
        Ok(verdict["verdict"].as_str().unwrap_or_default().to_owned())
    }

    /// Searches everything that was printed and said.
    fn show_nothing(&self) -> Result<()> {
        ensure!(self.secrets.len() > self.untold.len() + 2, "there was nothing to print: {:?}", self.secrets);
        for function in [DEFINE, CREATE, VERIFY] {
            let output = self.world.cognito.lambda().output(function).to_lowercase();
            let leak = self.secrets.iter().find(|secret| output.contains(&secret.to_lowercase()));
            ensure!(leak.is_none(), "{function} printed {leak:?}:\n{output}");
        }
        let replies = self.replies.join("\n");
        let leak = self.untold.iter().find(|secret| replies.contains(*secret));
        ensure!(leak.is_none(), "the caller was told {leak:?}");
        Ok(())
    }
}

#[tokio::test]
async fn no_mode_prints_a_secret_when_somebody_signs_in_or_is_denied() -> Result<()> {
    for mode in Mode::ALL {
        let mut watched = Watched::start(mode).await?;
        assert_eq!(watched.attempt(|_, answer| answer).await?, "allowed", "{mode:?}");
        for change in [
            |_: &World, answer: String| format!("\r\n{answer}"),
            |_: &World, answer: String| format!("{answer}x"),
            |world: &World, _| {
                let first = r#"{"c4n4ry":"c4n4ry","#;
                world.with_id_token("e30.c4n4ryc4n4ryc4n4ry.c4n4ryc4n4ryc4n4ry").replacen('{', first, 1)
            },
            |_: &World, _| person::token_of(person::ORGANIZATION),
            |_: &World, _| format!("{}!c4n4ryc4n4ryc4n4ry", person::short(person::OTHER_ORGANIZATION)),
            |world: &World, _| {
                world.claim("email", json!("c4n4ry.other@acme.example"));
                world.introspected_with("client_id", json!("c4n4ry"));
                world.with_id_claim("aud", json!("c4n4ry"))
            },
        ] {
            assert_eq!(watched.attempt(change).await?, "denied", "{mode:?}");
        }
        watched.show_nothing()?;
    }
    Ok(())
}

#[tokio::test]
async fn no_mode_prints_what_a_service_says_in_place_of_an_answer() -> Result<()> {
    for (mode, endpoint) in [
        (Mode::IdToken, Endpoint::Keys),
        (Mode::AccessTokenJwt, Endpoint::Keys),
        (Mode::Introspection, Endpoint::Introspection),
    ] {
        let mut watched = Watched::start(mode).await?;
        for (status, body, content_type) in [
            (500, "c4n4ry", "text/plain"),
            (429, r#"{"message":"c4n4ry"}"#, "application/json"),
            (401, r#"{"error":"c4n4ry","error_description":"c4n4ry"}"#, "application/json"),
            (400, r#"{"error":"c4n4ry"}"#, "application/json"),
            (200, "<html>c4n4ry</html>", "text/html; c4n4ry=1"),
            (200, r#"{"c4n4ry":"c4n4ry"#, "application/json"),
            (302, "c4n4ry", "text/html"),
        ] {
            let answer = ResponseTemplate::new(status).insert_header("location", "https://c4n4ry.example/");
            watched.world.salesforce.script_at(endpoint, answer.set_body_raw(body, content_type));
            assert_eq!(watched.attempt(|_, answer| answer).await?, "unavailable", "{mode:?} {status} {body}");
        }
        watched.show_nothing()?;
    }
    Ok(())
}

#[tokio::test]
async fn what_the_table_and_the_directory_say_is_not_printed() -> Result<()> {
    for mode in Mode::ALL {
        let mut watched = Watched::start(mode).await?;
        for (status, kind) in
            [(400, "ValidationException"), (400, "AccessDeniedException"), (500, "InternalServerError")]
        {
            let said =
                json!({"__type": kind, "message": format!("c4n4ry {} {}", watched.world.email, watched.world.token)});
            watched.world.directory.script_updates(reply(status, &said));
            assert_eq!(watched.attempt(|_, answer| answer).await?, "unavailable", "{mode:?} {kind}");
        }
        watched.world.directory.recover_updates();
        let said =
            json!({"__type": "ConditionalCheckFailedException", "message": "c4n4ry", "Item": {"a": {"S": "c4n4ry"}}});
        watched.world.token_store.script(reply(400, &said));
        assert_eq!(watched.attempt(|_, answer| answer).await?, "denied", "{mode:?}");
        watched.world.token_store.script(reply(500, &json!({"__type": "InternalServerError", "message": "c4n4ry"})));
        assert_eq!(watched.attempt(|_, answer| answer).await?, "unavailable", "{mode:?}");
        watched.show_nothing()?;
    }
    Ok(())
}
