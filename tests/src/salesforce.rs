//! A stand-in for an organization's My Domain: UserInfo and revocation, with Salesforce's own quirks.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use wiremock::http::Method;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// A running stand-in; it ends when dropped.
pub struct Salesforce {
    server: MockServer,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Claims by access token.
    tokens: Mutex<HashMap<String, Value>>,
    /// Answers every UserInfo request, if set.
    scripted: Mutex<Option<ResponseTemplate>>,
}

impl Salesforce {
    /// Starts a stand-in on a free port.
    pub async fn start() -> Self {
        Self::serve(MockServer::start().await).await
    }

    /// Starts a stand-in on a port of the caller's choice.
    pub async fn start_on(listener: TcpListener) -> Self {
        Self::serve(MockServer::builder().listener(listener).start().await).await
    }

    async fn serve(server: MockServer) -> Self {
        let state = Arc::new(State::default());
        Mock::given(any()).respond_with(Endpoints(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    /// What to configure as `SALESFORCE_DOMAIN_URL`.
    pub fn origin(&self) -> String {
        self.server.uri()
    }

    /// Makes `token` an access token of the person whom `claims` describe.
    pub fn grant(&self, token: &str, claims: Value) {
        lock(&self.state.tokens).insert(token.to_owned(), claims);
    }

    /// Answers every UserInfo request with this from now on.
    pub fn script(&self, response: ResponseTemplate) {
        *lock(&self.state.scripted) = Some(response);
    }

    /// How many requests there were.
    pub async fn requests(&self) -> usize {
        self.server.received_requests().await.unwrap_or_default().len()
    }
}

struct Endpoints(Arc<State>);

impl Respond for Endpoints {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        match (&request.method, request.url.path()) {
            (&Method::GET, "/services/oauth2/userinfo") => self.user_info(request),
            (&Method::POST, "/services/oauth2/revoke") => self.revoke(request),
            _ => ResponseTemplate::new(404),
        }
    }
}

impl Endpoints {
    fn user_info(&self, request: &Request) -> ResponseTemplate {
        if let Some(response) = &*lock(&self.0.scripted) {
            return response.clone();
        }
        let authorization = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        let token = authorization.and_then(|value| value.strip_prefix("Bearer "));
        match token.and_then(|token| lock(&self.0.tokens).get(token).cloned()) {
            Some(claims) => {
                ResponseTemplate::new(200).set_body_raw(claims.to_string(), "application/json;charset=UTF-8")
            }
            // Not 401, and not JSON: that is how Salesforce refuses.
            None => ResponseTemplate::new(403).set_body_raw("Bad_OAuth_Token", "text/html;charset=UTF-8"),
        }
    }

    fn revoke(&self, request: &Request) -> ResponseTemplate {
        let body = String::from_utf8_lossy(&request.body);
        let token = body.strip_prefix("token=").map(|token| token.replace("%21", "!"));
        match token.and_then(|token| lock(&self.0.tokens).remove(&token)) {
            Some(_) => ResponseTemplate::new(200),
            None => ResponseTemplate::new(400).set_body_raw(r#"{"error":"invalid_token"}"#, "application/json"),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
