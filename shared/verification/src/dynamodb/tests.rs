//! The table's client against a server that plays DynamoDB.

use super::*;
use crate::aws::Endpoints;
use serde_json::json;
use wiremock::matchers::{body_partial_json, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn claim_with(response: ResponseTemplate) -> Result<bool, Unavailable> {
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
    let aws = AwsClients::of(Endpoints { dynamodb: server.uri().parse().ok(), ..Endpoints::default() });
    let claimed = TokenUseTable::new(&aws, "used".to_owned()).claim("hash", "attempt").await;
    if claimed.is_ok() {
        let body = &server.received_requests().await.unwrap()[0].body;
        let item: serde_json::Value = serde_json::from_slice(body).unwrap();
        let expires_at: u64 = item["Item"]["expires_at"]["N"].as_str().unwrap().parse().unwrap();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert!((now + 86_000..now + 87_000).contains(&expires_at));
    }
    claimed
}

fn error(status: u16, code: &str) -> ResponseTemplate {
    let body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "m"});
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/x-amz-json-1.0")
}

#[tokio::test]
async fn an_unused_token_is_noted_with_its_attempt_for_a_day() {
    let written = ResponseTemplate::new(200).set_body_raw("{}", "application/x-amz-json-1.0");
    assert_eq!(claim_with(written).await, Ok(true));
}

#[tokio::test]
async fn a_token_that_another_attempt_used_is_a_no() {
    assert_eq!(claim_with(error(400, "ConditionalCheckFailedException")).await, Ok(false));
}

#[tokio::test]
async fn any_other_failure_is_no_answer() {
    for (status, code, expected) in [
        (400, "ProvisionedThroughputExceededException", "token-store-throttled"),
        (400, "AccessDeniedException", "token-store-not-authorized"),
        (400, "ResourceNotFoundException", "token-store-failed"),
        (500, "InternalServerError", "token-store-failed"),
    ] {
        assert_eq!(claim_with(error(status, code)).await.unwrap_err().to_string(), expected, "{code}");
    }
}
