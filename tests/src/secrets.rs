//! A simulated AWS Secrets Manager: `GetSecretValue` of the one secret that Verify reads.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::directory::{reply, target};
use crate::proofs::{CLIENT_SECRET, CONSUMER_KEY, SECRET_ARN};

/// A running server; it ends when dropped.
pub struct Secrets {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

struct State {
    text: String,
    scripted: Option<ResponseTemplate>,
}

impl Secrets {
    /// Starts a server with the secret of our app.
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let text = json!({"client_id": CONSUMER_KEY, "client_secret": CLIENT_SECRET}).to_string();
        let state = Arc::new(Mutex::new(State { text, scripted: None }));
        Mock::given(any()).respond_with(GetSecretValue(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    /// The endpoint of Secrets Manager to configure.
    pub fn origin(&self) -> String {
        self.server.uri()
    }

    pub fn set_secret(&self, text: &str) {
        text.clone_into(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).text);
    }

    /// From now on, answers every request with this response.
    pub fn script(&self, response: ResponseTemplate) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).scripted = Some(response);
    }

    /// Ends [`script`](Self::script).
    pub fn recover(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).scripted = None;
    }

    pub async fn requests(&self) -> usize {
        self.server.received_requests().await.unwrap_or_default().len()
    }
}

struct GetSecretValue(Arc<Mutex<State>>);

impl Respond for GetSecretValue {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(response) = &state.scripted {
            return response.clone();
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match (target(request), body["SecretId"] == SECRET_ARN) {
            ("secretsmanager.GetSecretValue", true) => {
                let value = json!({"ARN": SECRET_ARN, "Name": "salesforce-app", "SecretString": state.text});
                reply(200, &value)
            }
            ("secretsmanager.GetSecretValue", false) => {
                let message = "Secrets Manager can't find the specified secret.";
                reply(400, &json!({"__type": "ResourceNotFoundException", "Message": message}))
            }
            _ => reply(400, &json!({"__type": "UnknownOperationException"})),
        }
    }
}
