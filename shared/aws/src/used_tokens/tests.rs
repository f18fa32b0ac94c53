//! The table's client against a server that plays DynamoDB.

use super::*;
use crate::clients::Endpoints;
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn claim(until: Option<u64>, response: ResponseTemplate) -> (Result<Claim, Unavailable>, Value) {
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
    let token = UsedToken { hash: "hash".to_owned(), until };
    let claimed = TokenUseTable::new(&aws, "used".to_owned()).claim(&token, "attempt").await;
    let mut body: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    (claimed, body["Item"]["expires_at"].take())
}

async fn claim_with(response: ResponseTemplate) -> Result<Claim, Unavailable> {
    claim(None, response).await.0
}

fn written() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw("{}", "application/x-amz-json-1.0")
}

fn error(status: u16, code: &str) -> ResponseTemplate {
    let body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "m"});
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/x-amz-json-1.0")
}

#[tokio::test]
async fn an_unused_token_is_noted_with_its_attempt_until_its_end() {
    assert_eq!(claim(Some(1_800_000_000), written()).await, (Ok(Claim::Claimed), json!({"N": "1800000000"})));
}

#[tokio::test]
async fn a_token_without_an_end_is_noted_for_good() {
    assert_eq!(claim(None, written()).await, (Ok(Claim::Claimed), Value::Null));
}

#[tokio::test]
async fn a_token_that_another_attempt_used_is_a_no() {
    assert_eq!(claim_with(error(400, "ConditionalCheckFailedException")).await, Ok(Claim::AlreadyUsed));
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
