//! A simulated table of used tokens: `PutItem` of `DynamoDB` with the condition that Verify sets.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::directory::target;

pub const TABLE: &str = "salesforce-token-use";

/// The only condition that the simulation supports.
const CONDITION: &str = "attribute_not_exists(token_hash) OR attempt_id = :attempt_id";

/// A running table; it ends when dropped.
pub struct TokenStore {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Items by their key.
    items: HashMap<String, Value>,
    scripted: Option<ResponseTemplate>,
}

impl TokenStore {
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::default();
        Mock::given(any()).respond_with(PutItem(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    /// The endpoint of `DynamoDB` to configure.
    pub fn origin(&self) -> String {
        self.server.uri()
    }

    /// From now on, answers every request with this response.
    pub fn script(&self, response: ResponseTemplate) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).scripted = Some(response);
    }

    /// Ends [`script`](Self::script).
    pub fn recover(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).scripted = None;
    }

    pub fn items(&self) -> Vec<Value> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).items.values().cloned().collect()
    }

    pub fn clear(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).items.clear();
    }

    pub async fn requests(&self) -> usize {
        self.server.received_requests().await.unwrap_or_default().len()
    }

    /// The request bodies.
    pub async fn bodies(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap_or_default();
        requests.iter().map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect()
    }
}

struct PutItem(Arc<Mutex<State>>);

impl Respond for PutItem {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(response) = &state.scripted {
            return response.clone();
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let Some((hash, attempt)) = read_put_item(request, &body) else {
            return error(
                "com.amazon.coral.validate#ValidationException",
                "The simulation does not support this request.",
            );
        };
        if state.items.get(&hash).is_some_and(|item| item["attempt_id"]["S"] != attempt) {
            let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
            return error(kind, "The conditional request failed");
        }
        state.items.insert(hash, body["Item"].clone());
        answer(200, &json!({}))
    }
}

/// The key of the item, and the attempt that may overwrite it. `None` if this is not the request that Verify sends.
fn read_put_item(request: &Request, body: &Value) -> Option<(String, Value)> {
    let item = &body["Item"];
    let (hash, attempt) = (item["token_hash"]["S"].as_str()?, &item["attempt_id"]["S"]);
    let expires = item["expires_at"]["N"].as_str().map(str::parse::<u64>);
    let members = item.as_object()?.len();
    let values = &body["ExpressionAttributeValues"];
    let is_supported = target(request) == "DynamoDB_20120810.PutItem"
        && body["TableName"] == TABLE
        && body["ConditionExpression"] == CONDITION
        && *values == json!({":attempt_id": {"S": attempt}})
        && attempt.is_string();
    let expiry_is_a_time = expires.as_ref().is_none_or(Result::is_ok);
    (is_supported && expiry_is_a_time && members == 2 + usize::from(expires.is_some()) && !hash.is_empty())
        .then(|| (hash.to_owned(), attempt.clone()))
}

fn error(kind: &str, message: &str) -> ResponseTemplate {
    answer(400, &json!({"__type": kind, "message": message}))
}

/// A response in the protocol of `DynamoDB`.
pub fn answer(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/x-amz-json-1.0")
}
