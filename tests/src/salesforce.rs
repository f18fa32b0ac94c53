//! A stand-in for the My Domain of an organization: UserInfo, signing keys, introspection and revocation, with the
//! quirks of Salesforce.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wiremock::http::Method;
use wiremock::matchers::any;
use wiremock::{Mock, MockBuilder, MockServer, Request, Respond, ResponseTemplate};

use crate::proofs::{CLIENT_SECRET, CONSUMER_KEY};
use crate::signing_keys::{jwks, mixed_set};

/// The endpoints that Verify calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    UserInfo,
    Keys,
    Introspection,
}

/// A running server; it ends when dropped.
pub struct Salesforce {
    server: MockServer,
    state: Arc<State>,
}

struct State {
    /// UserInfo claims by access token.
    tokens: Mutex<HashMap<String, Value>>,
    /// Introspection responses by access token.
    introspections: Mutex<HashMap<String, Value>>,
    keys: Mutex<Value>,
    /// The response to every request to an endpoint, if set.
    scripted: Mutex<HashMap<Endpoint, ResponseTemplate>>,
}

impl Endpoint {
    pub const fn path(self) -> &'static str {
        match self {
            Self::UserInfo => "/services/oauth2/userinfo",
            Self::Keys => "/id/keys",
            Self::Introspection => "/services/oauth2/introspect",
        }
    }
}

impl Salesforce {
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::new(State {
            tokens: Mutex::default(),
            introspections: Mutex::default(),
            keys: Mutex::new(Value::Null),
            scripted: Mutex::default(),
        });
        Mock::given(any()).respond_with(Endpoints(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    /// The value of `SALESFORCE_DOMAIN_URL`.
    pub fn origin(&self) -> String {
        self.server.uri()
    }

    /// Makes `token` an access token for which UserInfo returns these claims.
    pub fn grant(&self, token: &str, claims: Value) {
        lock(&self.state.tokens).insert(token.to_owned(), claims);
    }

    /// Sets the introspection response for a token. Other tokens are inactive.
    pub fn introspect(&self, token: &str, answer: Value) {
        lock(&self.state.introspections).insert(token.to_owned(), answer);
    }

    /// Adds an endpoint, which takes precedence over the others.
    pub async fn serve_also(&self, endpoint: MockBuilder, respond: impl Respond + 'static) {
        endpoint.respond_with(respond).with_priority(1).mount(&self.server).await;
    }

    /// Publishes these keys only.
    pub fn publish(&self, keys: &[Value]) {
        *lock(&self.state.keys) = jwks(keys);
    }

    /// From now on, answers every UserInfo request with this response.
    pub fn script(&self, response: ResponseTemplate) {
        self.script_at(Endpoint::UserInfo, response);
    }

    /// From now on, answers every request to an endpoint with this response.
    pub fn script_at(&self, endpoint: Endpoint, response: ResponseTemplate) {
        lock(&self.state.scripted).insert(endpoint, response);
    }

    /// Ends [`script_at`](Self::script_at) for an endpoint.
    pub fn recover(&self, endpoint: Endpoint) {
        lock(&self.state.scripted).remove(&endpoint);
    }

    pub async fn requests(&self) -> usize {
        self.server.received_requests().await.unwrap_or_default().len()
    }

    pub async fn received(&self, endpoint: Endpoint) -> Vec<Request> {
        let mut requests = self.server.received_requests().await.unwrap_or_default();
        requests.retain(|request| request.url.path() == endpoint.path());
        requests
    }

    pub async fn requests_to(&self, endpoint: Endpoint) -> usize {
        self.received(endpoint).await.len()
    }
}

struct Endpoints(Arc<State>);

impl Respond for Endpoints {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        match (&request.method, request.url.path()) {
            (&Method::GET, "/services/oauth2/userinfo") => {
                self.or_scripted(Endpoint::UserInfo, || self.user_info(request))
            }
            (&Method::GET, "/id/keys") => self.or_scripted(Endpoint::Keys, || self.keys()),
            (&Method::POST, "/services/oauth2/introspect") => {
                self.or_scripted(Endpoint::Introspection, || self.introspection(request))
            }
            (&Method::POST, "/services/oauth2/revoke") => self.revoke(request),
            _ => ResponseTemplate::new(404),
        }
    }
}

impl Endpoints {
    fn or_scripted(&self, endpoint: Endpoint, answer: impl FnOnce() -> ResponseTemplate) -> ResponseTemplate {
        let scripted = lock(&self.0.scripted).get(&endpoint).cloned();
        scripted.unwrap_or_else(answer)
    }

    fn user_info(&self, request: &Request) -> ResponseTemplate {
        let authorization = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        let token = authorization.and_then(|value| value.strip_prefix("Bearer "));
        match token.and_then(|token| lock(&self.0.tokens).get(token).cloned()) {
            Some(claims) => json(200, &claims),
            // Salesforce rejects a token with 403 and plain text, not with 401 and JSON.
            None => ResponseTemplate::new(403).set_body_raw("Bad_OAuth_Token", "text/html;charset=UTF-8"),
        }
    }

    fn keys(&self) -> ResponseTemplate {
        let mut keys = lock(&self.0.keys);
        // Generating a key takes time, and most tests need none.
        if keys.is_null() {
            *keys = mixed_set();
        }
        json(200, &keys)
    }

    fn introspection(&self, request: &Request) -> ResponseTemplate {
        let client = format!("Basic {}", STANDARD.encode(format!("{CONSUMER_KEY}:{CLIENT_SECRET}")));
        let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if header("authorization") != client {
            return json(401, &json!({"error": "invalid_client", "error_description": "invalid client credentials"}));
        }
        let form = parse_form(&request.body);
        let is_form = header("content-type").starts_with("application/x-www-form-urlencoded");
        match form.get("token") {
            Some(token) if is_form && form.get("token_type_hint").is_some_and(|hint| hint == "access_token") => {
                let answer = lock(&self.0.introspections).get(token).cloned();
                json(200, &answer.unwrap_or_else(|| json!({"active": false})))
            }
            _ => json(400, &json!({"error": "invalid_request"})),
        }
    }

    fn revoke(&self, request: &Request) -> ResponseTemplate {
        match parse_form(&request.body).get("token").and_then(|token| lock(&self.0.tokens).remove(token)) {
            Some(_) => ResponseTemplate::new(200),
            None => json(400, &json!({"error": "invalid_token"})),
        }
    }
}

fn json(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/json;charset=UTF-8")
}

/// The fields of `application/x-www-form-urlencoded`.
pub fn parse_form(body: &[u8]) -> HashMap<String, String> {
    wiremock::http::Url::parse(&format!("http://form/?{}", String::from_utf8_lossy(body)))
        .map(|url| url.query_pairs().into_owned().collect())
        .unwrap_or_default()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
