//! The user directory: `ListUsers` of the Cognito API, as far as Verify uses it.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// A running directory; it ends when dropped.
pub struct Directory {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    users: Vec<Value>,
    scripted: Option<ResponseTemplate>,
}

/// A user in the form that `ListUsers` returns.
pub fn user(sub: &str, email: &str, email_verified: bool, enabled: bool) -> Value {
    json!({
        "Username": sub, "Enabled": enabled, "UserStatus": "CONFIRMED",
        "Attributes": [
            {"Name": "sub", "Value": sub}, {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": email_verified.to_string()},
        ],
    })
}

impl Directory {
    /// Starts an empty directory on a free port.
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::default();
        Mock::given(any()).respond_with(ListUsers(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    /// What to configure as the endpoint of the Cognito API.
    pub fn origin(&self) -> String {
        self.server.uri()
    }

    /// Adds a user.
    pub fn add(&self, user: Value) {
        self.with(|state| state.users.push(user));
    }

    /// Removes all users.
    pub fn clear(&self) {
        self.with(|state| state.users.clear());
    }

    /// Answers every request with this from now on.
    pub fn script(&self, response: ResponseTemplate) {
        self.with(|state| state.scripted = Some(response));
    }

    /// How many requests there were.
    pub async fn requests(&self) -> usize {
        self.server.received_requests().await.unwrap_or_default().len()
    }

    /// The filters of all requests.
    pub async fn filters(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap_or_default();
        let filter = |body: Value| body["Filter"].as_str().map(ToOwned::to_owned);
        requests.iter().filter_map(|request| filter(request.body_json().ok()?)).collect()
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct ListUsers(Arc<Mutex<State>>);

impl Respond for ListUsers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(response) = &state.scripted {
            return response.clone();
        }
        let target = request.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let wanted = body["Filter"].as_str().and_then(|filter| filter.strip_prefix("email = \"")?.strip_suffix('"'));
        match (target, wanted) {
            (Some("AWSCognitoIdentityProviderService.ListUsers"), Some(wanted)) => {
                let found: Vec<_> = state.users.iter().filter(|user| has_email(user, wanted)).collect();
                reply(200, &json!({"Users": found}))
            }
            _ => reply(400, &json!({"__type": "InvalidParameterException", "message": "Error while parsing filter."})),
        }
    }
}

/// A reply in the protocol of the Cognito API.
pub fn reply(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/x-amz-json-1.1")
}

fn has_email(user: &Value, wanted: &str) -> bool {
    let attributes = user["Attributes"].as_array().map(Vec::as_slice).unwrap_or_default();
    attributes.iter().any(|attribute| {
        attribute["Name"] == "email"
            && attribute["Value"].as_str().is_some_and(|email| email.eq_ignore_ascii_case(wanted))
    })
}
