//! The table's client against a fake DynamoDB.

use super::*;
use crate::clients::Endpoints;
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn record(expires_at: Option<u64>, response: ResponseTemplate) -> (Result<TokenUse, Unavailable>, Value) {
    let server = MockServer::start().await;
    Mock::given(header("x-amz-target", "DynamoDB_20120810.PutItem"))
        .and(body_partial_json(json!({
            "TableName": "used",
            "ConditionExpression": "attribute_not_exists(token_hash) OR attempt_id = :attempt_id",
            "ExpressionAttributeValues": {":attempt_id": {"S": "attempt"}},
            "Item": {"token_hash": {"S": "hash"}, "attempt_id": {"S": "attempt"}},
        })))
        .respond_with(response)
        .expect(1)
        .mount(&server)
        .await;
    let aws = AwsClients::for_tests(Endpoints { dynamodb: server.uri().parse().ok(), ..Endpoints::default() });
    let token = UsedToken { hash: "hash".to_owned(), expires_at };
    let token_use = TokenUseTable::new(&aws, "used".to_owned()).record_use(&token, "attempt").await;
    let mut body: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    (token_use, body["Item"]["expires_at"].take())
}

async fn record_with(response: ResponseTemplate) -> Result<TokenUse, Unavailable> {
    record(None, response).await.0
}

fn written() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw("{}", "application/x-amz-json-1.0")
}

fn error(status: u16, code: &str) -> ResponseTemplate {
    let body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "m"});
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/x-amz-json-1.0")
}

#[tokio::test]
async fn an_unused_token_is_recorded_with_its_attempt_and_its_expiry() {
    assert_eq!(record(Some(1_800_000_000), written()).await, (Ok(TokenUse::ThisAttempt), json!({"N": "1800000000"})));
}

#[tokio::test]
async fn a_token_without_an_expiry_is_recorded_without_ttl() {
    assert_eq!(record(None, written()).await, (Ok(TokenUse::ThisAttempt), Value::Null));
}

#[tokio::test]
async fn a_token_that_another_attempt_used_is_reported() {
    assert_eq!(record_with(error(400, "ConditionalCheckFailedException")).await, Ok(TokenUse::AnotherAttempt));
}

#[tokio::test]
async fn any_other_error_is_unavailable() {
    for (status, code, expected) in [
        (400, "ProvisionedThroughputExceededException", "token-store-throttled"),
        (400, "AccessDeniedException", "token-store-not-authorized"),
        (400, "ResourceNotFoundException", "token-store-failed"),
        (500, "InternalServerError", "token-store-failed"),
    ] {
        assert_eq!(record_with(error(status, code)).await.unwrap_err().to_string(), expected, "{code}");
    }
}
