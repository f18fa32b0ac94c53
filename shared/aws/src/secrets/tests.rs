//! The secret, fetched from a fake Secrets Manager.

use super::*;
use crate::clients::Endpoints;
use secrecy::ExposeSecret;
use serde_json::json;
use wiremock::matchers::{body_partial_json, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-AbCdEf";

async fn fetch(response: ResponseTemplate) -> Result<SecretString, Unavailable> {
    let server = MockServer::start().await;
    Mock::given(header("x-amz-target", "secretsmanager.GetSecretValue"))
        .and(body_partial_json(json!({"SecretId": ARN})))
        .respond_with(response)
        .expect(1)
        .mount(&server)
        .await;
    let aws = AwsClients::for_tests(Endpoints { secrets_manager: server.uri().parse().ok(), ..Endpoints::default() });
    Secret::new(&aws, ARN.to_owned()).fetch().await
}

#[tokio::test]
async fn the_text_of_the_secret_is_fetched() {
    for (body, text) in [(json!({"ARN": ARN, "SecretString": "a text"}), "a text"), (json!({"ARN": ARN}), "")] {
        let response = ResponseTemplate::new(200).set_body_raw(body.to_string(), "application/x-amz-json-1.1");
        assert_eq!(fetch(response).await.unwrap().expose_secret(), text);
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_fetched_is_unavailable_and_the_error_message_is_not_shown() {
    for (code, expected) in [
        ("ResourceNotFoundException", "introspection-secret-failed"),
        ("AccessDeniedException", "introspection-secret-not-authorized"),
        ("ThrottlingException", "introspection-secret-throttled"),
    ] {
        let body = json!({"__type": code, "message": "canary"}).to_string();
        let response = ResponseTemplate::new(400).set_body_raw(body, "application/x-amz-json-1.1");
        let error = fetch(response).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.detail.contains(code) && !error.detail.contains("canary"), "{error:?}");
    }
}
