//! The same in every audience mode: proofs, nonces, the consumer secret, and the responses of the services.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use integration_tests::builder::Services;
use integration_tests::cognito::{CREATE, DEFINE, VERIFY};
use integration_tests::directory::reply;
use integration_tests::person;
use integration_tests::proofs::{CLIENT_SECRET, CONSUMER_KEY, Mode};
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::CANARY;

/// A world, and the secrets that occur in it.
struct SecretSearch {
    world: World,
    /// The triggers must not log these.
    secrets: BTreeSet<String>,
    /// Of these, the secrets that the caller does not know. The replies must not contain them.
    hidden_from_caller: BTreeSet<String>,
    replies: Vec<String>,
}

/// The secret parts of an answer. The first part of a token is not secret: it is its header or its organization.
fn secret_parts(answer: &str) -> Vec<String> {
    let tokens: Value = serde_json::from_str(answer).unwrap_or_else(|_| json!([answer]));
    let tokens = tokens.as_object().map(|members| members.values().cloned().collect()).or(tokens.as_array().cloned());
    let tokens: Vec<_> = tokens.unwrap_or_default().iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
    let parts = tokens.iter().flat_map(|token| token.split(['.', '!']).skip(1));
    parts.filter(|part| part.len() >= 16).map(ToOwned::to_owned).collect()
}

impl SecretSearch {
    async fn start(mode: Mode) -> Result<Self> {
        Self::start_with(mode, |_| ()).await
    }

    /// The same with changed services.
    async fn start_with(mode: Mode, prepare: impl Fn(&Services<'_>) + Send + Sync + 'static) -> Result<Self> {
        let mut builder = Builder::default().mode(mode).one_time_use().link().prepare(prepare);
        if mode == Mode::IdToken {
            builder = builder.verify("SALESFORCE_REQUIRE_NONCE", "true").verify("SALESFORCE_REQUIRE_AT_HASH", "true");
        }
        let world = builder.start().await?;
        let basic = STANDARD.encode(format!("{CONSUMER_KEY}:{CLIENT_SECRET}"));
        let hidden_from_caller =
            BTreeSet::from([CANARY.to_owned(), CLIENT_SECRET.to_owned(), basic, world.email.clone()]);
        Ok(Self { world, secrets: hidden_from_caller.clone(), hidden_from_caller, replies: Vec::new() })
    }

    /// Signs in with a new token and a changed answer, and returns the verdict.
    async fn sign_in(&mut self, change: impl FnOnce(&World, String) -> String) -> Result<String> {
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

    /// Searches the logs and the replies for the secrets.
    fn finds_nothing(&self) -> Result<()> {
        ensure!(self.secrets.len() >= self.hidden_from_caller.len() + 2, "no secrets: {:?}", self.secrets);
        for function in [DEFINE, CREATE, VERIFY] {
            let output = self.world.cognito.lambda().output(function).to_lowercase();
            let leak = self.secrets.iter().find(|secret| output.contains(&secret.to_lowercase()));
            ensure!(leak.is_none(), "{function} logged {leak:?}:\n{output}");
        }
        let replies = self.replies.join("\n");
        let leak = self.hidden_from_caller.iter().find(|secret| replies.contains(*secret));
        ensure!(leak.is_none(), "a reply contains {leak:?}");
        Ok(())
    }
}

#[tokio::test]
async fn no_mode_logs_a_secret_of_a_sign_in_or_a_denial() -> Result<()> {
    for mode in Mode::ALL {
        let mut search = SecretSearch::start(mode).await?;
        assert_eq!(search.sign_in(|_, answer| answer).await?, "allowed", "{mode:?}");
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
            assert_eq!(search.sign_in(change).await?, "denied", "{mode:?}");
        }
        search.finds_nothing()?;
    }
    Ok(())
}

#[tokio::test]
async fn no_mode_logs_an_error_response_of_salesforce() -> Result<()> {
    for (mode, endpoint) in [
        (Mode::IdToken, Endpoint::Keys),
        (Mode::AccessTokenJwt, Endpoint::Keys),
        (Mode::Introspection, Endpoint::Introspection),
    ] {
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
            let answer = answer.set_body_raw(body, content_type);
            let script = move |services: &Services<'_>| services.salesforce.script_at(endpoint, answer.clone());
            let mut search = SecretSearch::start_with(mode, script).await?;
            assert_eq!(search.sign_in(|_, answer| answer).await?, "unavailable", "{mode:?} {status} {body}");
            search.finds_nothing()?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn error_responses_of_the_table_and_the_directory_are_not_logged() -> Result<()> {
    for mode in Mode::ALL {
        let mut search = SecretSearch::start(mode).await?;
        for (status, kind) in
            [(400, "ValidationException"), (400, "AccessDeniedException"), (500, "InternalServerError")]
        {
            let said =
                json!({"__type": kind, "message": format!("c4n4ry {} {}", search.world.email, search.world.token)});
            search.world.directory.script_updates(reply(status, &said));
            assert_eq!(search.sign_in(|_, answer| answer).await?, "unavailable", "{mode:?} {kind}");
        }
        search.world.directory.recover_updates();
        let said =
            json!({"__type": "ConditionalCheckFailedException", "message": "c4n4ry", "Item": {"a": {"S": "c4n4ry"}}});
        search.world.token_store.script(reply(400, &said));
        assert_eq!(search.sign_in(|_, answer| answer).await?, "denied", "{mode:?}");
        search.world.token_store.script(reply(500, &json!({"__type": "InternalServerError", "message": "c4n4ry"})));
        assert_eq!(search.sign_in(|_, answer| answer).await?, "unavailable", "{mode:?}");
        search.finds_nothing()?;
    }
    Ok(())
}
