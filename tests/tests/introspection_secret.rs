//! The consumer secret for introspection: Verify fetches it in the sign-in if it does not have it yet, and never logs
//! it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use integration_tests::builder::Services;
use integration_tests::cognito::{Reply, VERIFY};
use integration_tests::directory::error;
use integration_tests::faults::proxy::ConnectionFault::{HangsUp, NoFault, Silent};
use integration_tests::proofs::{CLIENT_SECRET, Mode};
use integration_tests::salesforce::Endpoint;
use integration_tests::world::{ALICE, Builder, World, unavailable};
use serde_json::json;
use wiremock::ResponseTemplate;

const CANARY: &str = "canary7f3a";

fn introspection() -> Builder {
    Builder::default().mode(Mode::Introspection)
}

fn as_alice() -> Reply {
    Reply::SignedIn { sub: ALICE.to_owned() }
}

async fn with_secret(secret: String) -> Result<World> {
    introspection().prepare(move |services: &Services<'_>| services.secrets.set_secret(&secret)).start().await
}

#[tokio::test]
async fn a_failure_of_secrets_manager_ends_in_the_public_error_and_the_next_sign_in_succeeds() -> Result<()> {
    let throttles = |services: &Services<'_>| services.secrets.script(error("ThrottlingException", CANARY));
    let world = introspection().prepare(throttles).start().await?;
    assert_eq!(world.valid_sign_in().await?, Reply::Failed(unavailable()));
    assert_eq!(world.last_reason()?, "introspection-secret-throttled");
    world.secrets.recover();
    assert_eq!(world.valid_sign_in().await?, as_alice());
    assert_eq!(world.valid_sign_in().await?, as_alice());
    assert_eq!(world.secrets.requests().await, 3, "once at the start, and once for each sign-in until Verify has it");
    Ok(())
}

#[tokio::test]
async fn a_connection_that_is_lost_once_is_replaced() -> Result<()> {
    let world = introspection().secrets_faults(&[HangsUp, NoFault]).start().await?;
    assert_eq!(world.valid_sign_in().await?, as_alice());
    assert_eq!(world.secrets.requests().await, 1);
    Ok(())
}

#[tokio::test]
async fn a_cold_start_with_silent_services_ends_before_cognitos_limit() -> Result<()> {
    let builder = introspection().secrets_faults(&[Silent]).salesforce_faults(&[Silent]);
    let begin = Instant::now();
    let world = builder.environments(1).start().await?;
    assert_eq!(world.valid_sign_in().await?, Reply::Failed(unavailable()));
    // This includes the start and the responses of the other two functions.
    ensure!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    Ok(())
}

#[tokio::test]
async fn a_malformed_secret_is_unavailable_and_is_not_logged() -> Result<()> {
    for text in [
        String::new(),
        CANARY.to_owned(),
        "{".to_owned(),
        "null".to_owned(),
        json!([CANARY, CANARY]).to_string(),
        json!({}).to_string(),
        json!({"client_id": CANARY}).to_string(),
        json!({"client_secret": CANARY}).to_string(),
        json!({"client_id": "", "client_secret": CANARY}).to_string(),
        json!({"client_id": CANARY, "client_secret": ""}).to_string(),
        json!({"client_id": 1, "client_secret": CANARY}).to_string(),
        json!({"client_id": CANARY, "client_secret": [CANARY]}).to_string(),
        json!({"client_id": null, "client_secret": CANARY}).to_string(),
        json!({"client_id": format!("{CANARY}:x"), "client_secret": CANARY}).to_string(),
        json!({"client": {"client_id": CANARY, "client_secret": CANARY}}).to_string(),
        json!({"clientId": CANARY, "clientSecret": CANARY}).to_string(),
        json!(json!({"client_id": CANARY, "client_secret": CANARY}).to_string()).to_string(),
        format!(r#"{{"client_id":"a","client_secret":"{CANARY}","client_secret":"b"}}"#),
        format!(r#"{{"client_id":"a","client_secret":"{CANARY}"}} {CANARY}"#),
    ] {
        let world = with_secret(text.clone()).await?;
        assert_eq!(world.valid_sign_in().await?, Reply::Failed(unavailable()), "{text}");
        assert_eq!(world.last_reason()?, "introspection-secret-unreadable", "{text}");
        assert!(!world.cognito.lambda().output(VERIFY).contains(CANARY), "{text}");
        assert_eq!(world.salesforce.requests_to(Endpoint::Introspection).await, 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_binary_secret_is_unavailable() -> Result<()> {
    let binary = |services: &Services<'_>| {
        let body = json!({"SecretBinary": "Y2FuYXJ5N2YzYQ=="});
        services.secrets.script(ResponseTemplate::new(200).set_body_json(body));
    };
    let world = introspection().prepare(binary).start().await?;
    assert_eq!(world.valid_sign_in().await?, Reply::Failed(unavailable()));
    assert_eq!(world.last_reason()?, "introspection-secret-unreadable");
    Ok(())
}

/// A process that has just fetched the secret does not fetch it again within a minute. The crate `salesforce` tests the
/// refresh after a rotation (`credentials_cache`).
#[tokio::test]
async fn a_rejected_client_does_not_cause_a_request_to_secrets_manager_for_each_sign_in() -> Result<()> {
    let world = introspection().start().await?;
    assert_eq!(world.valid_sign_in().await?, as_alice());
    let rejected = ResponseTemplate::new(401).set_body_json(json!({"error": "invalid_client"}));
    world.salesforce.script_at(Endpoint::Introspection, rejected);
    for _ in 0..5 {
        assert_eq!(world.valid_sign_in().await?, Reply::Failed(unavailable()));
        assert_eq!(world.last_reason()?, "salesforce-introspection-not-authorized");
    }
    assert_eq!(world.secrets.requests().await, 1);
    assert!(!world.cognito.lambda().output(VERIFY).contains(CLIENT_SECRET));
    Ok(())
}
