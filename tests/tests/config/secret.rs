//! The secret for introspection: Verify does not start without it, and says nothing of what is in it.

use anyhow::Result;
use integration_tests::cognito::VERIFY;
use integration_tests::directory::reply;
use integration_tests::misbehaving::Manner::{self, HangsUp, Sends, Silent};
use integration_tests::misbehaving::Misbehaving;
use integration_tests::proofs::SECRET_ARN;
use integration_tests::secrets::Secrets;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{CANARY, refuses, starts};

const ARN: &str = "SALESFORCE_INTROSPECTION_SECRET_ARN";

/// Verify in introspection mode, with Secrets Manager at `endpoint`.
fn introspection(endpoint: &str) -> [(&str, Option<&str>); 3] {
    [
        ("SALESFORCE_AUDIENCE_MODE", Some("introspection")),
        (ARN, Some(SECRET_ARN)),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", Some(endpoint)),
    ]
}

/// Verify does not start with what Secrets Manager answers, and asks once.
async fn refuses_answer(answer: ResponseTemplate) -> Result<()> {
    let secrets = Secrets::start().await;
    secrets.script(answer);
    refuses(VERIFY, &introspection(&secrets.origin()), &[ARN])?;
    assert_eq!(secrets.requests().await, 1);
    Ok(())
}

#[tokio::test]
async fn verify_starts_with_the_secret_and_asks_once() -> Result<()> {
    let secrets = Secrets::start().await;
    starts(VERIFY, &introspection(&secrets.origin()))?;
    assert_eq!(secrets.requests().await, 1);
    Ok(())
}

#[tokio::test]
async fn the_secret_may_come_from_the_common_endpoint() -> Result<()> {
    let secrets = Secrets::start().await;
    let origin = secrets.origin();
    let [mode, arn, _] = introspection(&origin);
    starts(VERIFY, &[mode, arn, ("AWS_ENDPOINT_URL", Some(&origin))])
}

#[test]
fn the_name_of_the_secret_is_an_arn() -> Result<()> {
    for arn in [
        None,
        Some(""),
        Some(CANARY),
        Some("arn:aws:s3:::canary7f3a"),
        Some("arn:aws:secretsmanager:eu-west-1:1:secret:"),
    ] {
        refuses(VERIFY, &[("SALESFORCE_AUDIENCE_MODE", Some("introspection")), (ARN, arn)], &[ARN])?;
    }
    Ok(())
}

#[tokio::test]
async fn a_secret_of_another_form_is_refused_and_not_shown() -> Result<()> {
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
        format!(r#"{{"client_id":"a","client_secret":"{CANARY}","client_secret":"b"}}"#),
        format!(r#"{{"client_id":"a","client_secret":"{CANARY}"}} {CANARY}"#),
    ] {
        let secrets = Secrets::start().await;
        secrets.keep(&text);
        refuses(VERIFY, &introspection(&secrets.origin()), &[ARN])?;
    }
    Ok(())
}

#[tokio::test]
async fn a_secret_in_binary_form_is_refused() -> Result<()> {
    refuses_answer(reply(200, &json!({"ARN": SECRET_ARN, "SecretBinary": "Y2FuYXJ5N2YzYQ=="}))).await
}

#[tokio::test]
async fn a_refusal_of_secrets_manager_is_named_without_its_text() -> Result<()> {
    for (status, kind) in [
        (400, "ResourceNotFoundException"),
        (400, "AccessDeniedException"),
        (400, "DecryptionFailure"),
        (400, "ExpiredTokenException"),
        (500, "InternalServiceError"),
    ] {
        refuses_answer(reply(status, &json!({"__type": kind, "Message": CANARY}))).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_answer_is_refused() -> Result<()> {
    refuses_answer(ResponseTemplate::new(200).set_body_string("<html>canary7f3a</html>")).await?;
    refuses_answer(ResponseTemplate::new(503).set_body_string("canary7f3a")).await?;
    refuses_answer(ResponseTemplate::new(302).insert_header("location", "https://canary7f3a.example/")).await
}

/// These run on several threads: the server that misbehaves lives in the test's own process.
#[tokio::test(flavor = "multi_thread")]
async fn a_secrets_manager_that_cannot_be_reached_is_named() -> Result<()> {
    const BROKEN: [&[Manner]; 4] = [&[], &[HangsUp], &[Silent], &[Sends("HTTP/1.1 200 OK\r\nContent-Len")]];
    for manners in BROKEN {
        let before = Misbehaving::start(manners, "http://127.0.0.1:9").await?;
        refuses(VERIFY, &introspection(before.origin()), &[ARN])?;
    }
    Ok(())
}
