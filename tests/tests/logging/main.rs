//! With the most verbose log level, the triggers neither log nor return data of the caller, of Salesforce or of the
//! directory. Every secret contains a canary, and the tests search all output for it.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod modes;

use anyhow::{Context, Result, ensure};
use integration_tests::cognito::{CREATE, DEFINE, Reply, User, VERIFY};
use integration_tests::directory::{reply, user};
use integration_tests::faults::proxy::ConnectionFault;
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION};
use integration_tests::world::{ALICE, Builder, CLIENT, World};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

const CANARY: &str = "c4n4ry";
const EMAIL: &str = "c4n4ry.email@acme.example";
const ID_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.c4n4ry-id-claims.c4n4ry-id-signature";
const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.c4n4ry-claims-AA.c4n4ry-signature";

/// The user name. It is not secret, because Cognito returns it to the caller.
const USERNAME: &str = "user-1";

/// A world in which all data of Alice contain the canary, and the replies to the caller.
struct Canaries {
    world: World,
    token: String,
    replies: Vec<String>,
}

impl Canaries {
    async fn start(builder: Builder) -> Result<Self> {
        let mut world = builder.start().await?;
        let token = format!("{}!c4n4ry.token", person::short(ORGANIZATION));
        let mut claims = person::claims(EMAIL);
        for name in ["name", "nickname", "given_name", "family_name", "preferred_username", "zoneinfo"] {
            claims[name] = json!(format!("c4n4ry {name}"));
        }
        world.salesforce.grant(&token, claims.clone());
        world.salesforce.grant(JWT, claims);
        world.set_directory_users([user(ALICE, EMAIL, true, true)]);
        let mut alice = User::new(ALICE, EMAIL);
        alice.attributes["name"] = json!("c4n4ry name");
        alice.attributes["phone_number"] = json!("+49 c4n4ry");
        world.cognito.add(USERNAME, alice);
        Ok(Self { world, token, replies: Vec::new() })
    }

    async fn sign_in(&mut self, answer: &str) -> Result<Reply> {
        let (session, parameters) = self.world.challenge(USERNAME).await?;
        let metadata = json!({"c4n4ry key": "c4n4ry metadata", "access_token": self.token});
        let reply = self.world.cognito.respond(&session, answer, Some(&metadata)).await?;
        self.replies.push(format!("{parameters} {reply:?}"));
        Ok(reply)
    }

    async fn verdict(&mut self, answer: &str) -> Result<Value> {
        self.sign_in(answer).await?;
        let verdict = self.world.verdicts()?.pop().context("no verdict")?;
        Ok(verdict["verdict"].clone())
    }

    /// Searches the logs and the replies for the canary.
    fn are_not_shown(&self) -> Result<()> {
        for function in [DEFINE, CREATE, VERIFY] {
            let output = self.world.cognito.lambda().output(function);
            ensure!(!output.to_lowercase().contains(CANARY), "{function} logged:\n{output}");
            for line in self.world.log(function)? {
                let level = line["level"].as_str().unwrap_or_default();
                ensure!(["INFO", "WARN", "ERROR"].contains(&level), "{line}");
                ensure!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
            }
        }
        ensure!(!self.replies.is_empty());
        let leak = self.replies.iter().find(|reply| reply.to_lowercase().contains(CANARY));
        ensure!(leak.is_none(), "a reply contains {leak:?}");
        Ok(())
    }
}

#[tokio::test]
async fn a_sign_in_logs_no_secret() -> Result<()> {
    let mut canaries = Canaries::start(Builder::default()).await?;
    let token = canaries.token.clone();
    let with_id_token = json!({"access_token": token, "id_token": ID_TOKEN}).to_string();
    for answer in [token.as_str(), &with_id_token, JWT] {
        assert_eq!(canaries.verdict(answer).await?, "allowed");
    }
    canaries.are_not_shown()?;
    // The test is valid: Verify had the secrets.
    assert!(canaries.world.directory.filters().await.iter().all(|filter| filter.contains(EMAIL)));
    assert_eq!(canaries.world.requests().await, (3, 3));
    Ok(())
}

#[tokio::test]
async fn a_denied_answer_is_not_logged() -> Result<()> {
    let mut canaries = Canaries::start(Builder::default()).await?;
    let token = canaries.token.clone();
    for answer in [
        format!("{}!c4n4ry", person::short(OTHER_ORGANIZATION)),
        format!("c4n4ry!{token}"),
        format!("{token}\r\nX-C4n4ry: 1"),
        format!("{token}\u{e9}"),
        json!({"access_token": token, "c4n4ry": 1}).to_string(),
        json!({"access_token": token, "id_token": {"c4n4ry": 1}}).to_string(),
        format!("{{\"access_token\":\"{token}"),
        CANARY.repeat(20_000),
    ] {
        assert_eq!(canaries.verdict(&answer).await?, "denied", "{answer:.60}");
    }
    canaries.are_not_shown()
}

#[tokio::test]
async fn a_response_of_salesforce_that_leads_to_a_denial_is_not_logged() -> Result<()> {
    let mut canaries = Canaries::start(Builder::default()).await?;
    let token = canaries.token.clone();
    let other_email = json!({"email": "c4n4ry.other@acme.example"});
    for (status, body) in [
        (401, "c4n4ry".to_owned()),
        (403, "Bad_OAuth_Token c4n4ry".to_owned()),
        (404, "<html>c4n4ry</html>".to_owned()),
        (200, r#"["c4n4ry"]"#.to_owned()),
        (200, r#"{"email":"c4n4ry","email":"c4n4ry"}"#.to_owned()),
        (200, r#"{"organization_id":"c4n4ry","user_id":"c4n4ry"}"#.to_owned()),
        (200, json!({"organization_id": ORGANIZATION, "user_id": "c4n4ry", "sub": "c4n4ry"}).to_string()),
        (200, other_email.to_string()),
    ] {
        canaries.world.salesforce.script(ResponseTemplate::new(status).set_body_raw(body.clone(), "application/json"));
        assert_eq!(canaries.verdict(&token).await?, "denied", "{status} {body}");
    }
    canaries.are_not_shown()
}

#[tokio::test]
async fn users_of_the_directory_are_not_logged() -> Result<()> {
    let mut canaries = Canaries::start(Builder::default()).await?;
    let token = canaries.token.clone();
    canaries.world.set_directory_users([user("c4n4ry-sub", EMAIL, true, true)]);
    assert_eq!(canaries.verdict(&token).await?, "denied");
    canaries.are_not_shown()
}

#[tokio::test]
async fn an_error_response_of_salesforce_is_not_logged() -> Result<()> {
    let mut canaries = Canaries::start(Builder::default()).await?;
    let token = canaries.token.clone();
    for (status, body, content_type) in [
        (500, "c4n4ry", "text/plain"),
        (503, "<html>c4n4ry</html>", "text/html"),
        (429, r#"{"message":"c4n4ry"}"#, "application/json"),
        (200, "<html>c4n4ry</html>", "text/html; c4n4ry=1"),
        (200, r#"{"c4n4ry":"c4n4ry"#, "application/json"),
    ] {
        let answer = ResponseTemplate::new(status).insert_header("x-c4n4ry", CANARY).set_body_raw(body, content_type);
        canaries.world.salesforce.script(answer);
        assert_eq!(canaries.verdict(&token).await?, "unavailable", "{status} {body}");
    }
    let redirect = ResponseTemplate::new(302).insert_header("location", "https://c4n4ry.example/c4n4ry");
    canaries.world.salesforce.script(redirect);
    assert_eq!(canaries.verdict(&token).await?, "unavailable");
    canaries.are_not_shown()
}

#[tokio::test]
async fn an_error_response_of_the_directory_is_not_logged() -> Result<()> {
    let mut canaries = Canaries::start(Builder::default()).await?;
    let token = canaries.token.clone();
    for (status, code) in [(400, "InvalidParameterException"), (400, "AccessDeniedException"), (500, "InternalError")] {
        let message = format!("email = \"{EMAIL}\" is not a filter for user {ALICE}");
        canaries.world.directory.script(reply(status, &json!({"__type": code, "message": message})));
        assert_eq!(canaries.verdict(&token).await?, "unavailable", "{code}");
    }
    for body in [r#"{"Users":["c4n4ry"#, "<html>c4n4ry</html>"] {
        canaries.world.directory.script(ResponseTemplate::new(200).set_body_string(body));
        assert_eq!(canaries.verdict(&token).await?, "unavailable", "{body}");
    }
    canaries.are_not_shown()
}

#[tokio::test]
async fn a_connection_fault_logs_no_secret() -> Result<()> {
    const FAULTS: [&[ConnectionFault]; 4] = [
        &[],
        &[ConnectionFault::HangsUp],
        &[ConnectionFault::Sends("c4n4ry\r\n\r\n")],
        &[ConnectionFault::Sends(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"c4n4ry\":",
        )],
    ];
    for faults in FAULTS {
        for builder in [Builder::default().salesforce_faults(faults), Builder::default().directory_faults(faults)] {
            let mut canaries = Canaries::start(builder).await?;
            let token = canaries.token.clone();
            assert_eq!(canaries.verdict(&token).await?, "unavailable", "{faults:?}");
            canaries.are_not_shown()?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_event_of_another_kind_is_not_logged() -> Result<()> {
    let mut canaries = Canaries::start(Builder::default()).await?;
    for function in [DEFINE, CREATE, VERIFY] {
        let mut event = canaries.world.event(function);
        event["triggerSource"] = json!("c4n4ry_Source");
        event["request"]["challengeAnswer"] = json!(canaries.token);
        let unreadable = event.to_string().replace("c4n4ry_Source", r"c4n4ry\ud83d");
        for event in [event.to_string(), json!(CANARY).to_string(), unreadable] {
            let invoked = canaries.world.cognito.lambda().invoke_with_text(function, event).await?;
            canaries.replies.push(format!("{invoked:?}"));
        }
    }
    canaries.are_not_shown()
}

#[tokio::test]
async fn define_logs_in_one_line_that_an_app_client_is_not_allowed() -> Result<()> {
    let world = Builder::default().variable(DEFINE, "ALLOWED_CLIENT_IDS", "another").start().await?;
    world.cognito.initiate_auth(CLIENT, &world.email).await?;
    let log = world.log(DEFINE)?;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0]["reason"], "client-not-allowed");
    Ok(())
}

#[tokio::test]
async fn a_denial_is_one_log_line_of_verify_and_one_of_define() -> Result<()> {
    let world = World::start().await?;
    world.sign_in("wrong").await?;
    let levels = |log: Vec<Value>| log.into_iter().map(|line| line["level"].clone()).collect::<Vec<_>>();
    // The first line of Verify is the warning of its cold start.
    assert_eq!(levels(world.log(VERIFY)?), ["WARN", "INFO"]);
    assert_eq!(levels(world.log(DEFINE)?), ["INFO"]);
    assert_eq!(levels(world.log(CREATE)?), Vec::<Value>::new());
    Ok(())
}

#[tokio::test]
async fn an_outage_is_one_log_line_of_verify() -> Result<()> {
    let world = World::start().await?;
    world.salesforce.script(ResponseTemplate::new(503));
    world.sign_in(&world.token).await?;
    let log = world.log(VERIFY)?;
    let levels: Vec<_> = log.iter().map(|line| line["level"].as_str().unwrap_or_default()).collect();
    assert_eq!(levels, ["WARN", "ERROR"], "{log:?}");
    Ok(())
}
