//! The secret, fetched from a server that plays Secrets Manager.

use super::*;
use crate::aws::Endpoints;
use serde_json::json;
use wiremock::matchers::{body_partial_json, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-AbCdEf";

async fn fetch(response: ResponseTemplate) -> Result<ClientCredentials, Unavailable> {
    let server = MockServer::start().await;
    Mock::given(header("x-amz-target", "secretsmanager.GetSecretValue"))
        .and(body_partial_json(json!({"SecretId": ARN})))
        .respond_with(response)
        .expect(1)
        .mount(&server)
        .await;
    let aws = AwsClients::of(Endpoints { secrets_manager: server.uri().parse().ok(), ..Endpoints::default() });
    Secret::new(&aws, ARN.to_owned()).fetch().await
}

fn secret(text: &str) -> ResponseTemplate {
    let body = json!({"ARN": ARN, "SecretString": text}).to_string();
    ResponseTemplate::new(200).set_body_raw(body, "application/x-amz-json-1.1")
}

#[tokio::test]
async fn a_secret_of_the_documented_form_is_read() {
    let credentials = fetch(secret(r#"{"client_id":"3MVG9.a_b","client_secret":"0123ABC"}"#)).await.unwrap();
    assert_eq!(credentials.client_id, "3MVG9.a_b");
    assert!(!format!("{credentials:?}").contains("0123ABC"));
}

#[tokio::test]
async fn a_secret_of_another_form_is_refused_without_repeating_it() {
    for text in [
        "",
        "canary",
        "[]",
        r#"["canary","canary"]"#,
        r#"{"client_id":"a"}"#,
        r#"{"client_id":"a","client_secret":1}"#,
        r#"{"client_id":"a","client_secret":""}"#,
        r#"{"client_id":"a:b","client_secret":"canary"}"#,
        r#"{"client_id":"a","client_secret":"can ary"}"#,
        r#"{"client_id":"a","client_id":"b","client_secret":"c"}"#,
    ] {
        let error = fetch(secret(text)).await.unwrap_err();
        assert_eq!(error.to_string(), "introspection-secret-unreadable", "{text}");
        assert!(!error.detail.contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_fetched_is_no_answer_and_its_text_is_not_shown() {
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
