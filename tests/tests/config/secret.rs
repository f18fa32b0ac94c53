//! The secret for introspection: Verify does not start without it, and says nothing of what is in it.

use anyhow::Result;
use integration_tests::cognito::VERIFY;
use integration_tests::directory::reply;
use integration_tests::proofs::SECRET_ARN;
use integration_tests::secrets::Secrets;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{CANARY, Change, refuses, starts};

pub const ARN: &str = "SALESFORCE_INTROSPECTION_SECRET_ARN";

/// Verify in introspection mode, with Secrets Manager at `endpoint`.
pub fn introspection(endpoint: &str) -> [Change<'_>; 3] {
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

#[tokio::test]
async fn a_configuration_that_is_refused_asks_for_no_secret() -> Result<()> {
    let secrets = Secrets::start().await;
    let origin = secrets.origin();
    let [mode, arn, endpoint] = introspection(&origin);
    refuses(VERIFY, &[mode, arn, endpoint, ("DIRECTORY_MODE", Some(CANARY))], &["DIRECTORY_MODE"])?;
    assert_eq!(secrets.requests().await, 0);
    Ok(())
}

#[tokio::test]
async fn a_secret_that_does_not_exist_is_named() -> Result<()> {
    let secrets = Secrets::start().await;
    let origin = secrets.origin();
    let [mode, _, endpoint] = introspection(&origin);
    let other = SECRET_ARN.replace("salesforce-app", CANARY);
    refuses(VERIFY, &[mode, (ARN, Some(&other)), endpoint], &[ARN])?;
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
        json!({"client": {"client_id": CANARY, "client_secret": CANARY}}).to_string(),
        json!({"clientId": CANARY, "clientSecret": CANARY}).to_string(),
        json!(json!({"client_id": CANARY, "client_secret": CANARY}).to_string()).to_string(),
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
        (400, "InvalidSignatureException"),
        (400, "ThrottlingException"),
        (500, "InternalServiceError"),
    ] {
        refuses_answer(reply(status, &json!({"__type": kind, "Message": CANARY}))).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_answer_is_refused() -> Result<()> {
    refuses_answer(ResponseTemplate::new(200).set_body_string("<html>canary7f3a</html>")).await?;
    refuses_answer(ResponseTemplate::new(500).set_body_string("canary7f3a")).await?;
    refuses_answer(ResponseTemplate::new(503).set_body_string("canary7f3a")).await?;
    refuses_answer(ResponseTemplate::new(302).insert_header("location", "https://canary7f3a.example/")).await
}
