//! A simulated user directory: the operations of the Cognito API that the triggers call.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod profiles;
mod providers;

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub const LIST_USERS: &str = "AWSCognitoIdentityProviderService.ListUsers";
pub const UPDATE: &str = "AWSCognitoIdentityProviderService.AdminUpdateUserAttributes";
/// The attribute with the link.
pub const LINK: &str = "custom:salesforce_user_id";

pub use self::profiles::{CREATE_USER, LINK_IDENTITY, identities};
use self::providers::Providers;
pub use self::providers::{DESCRIBE_PROVIDER, LIST_PROVIDERS, described, listed};

/// The maximum and the default of `Limit` of `ListUsers`.
const MAX_PAGE: usize = 60;

/// A running directory; it ends when dropped.
pub struct Directory {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    users: Vec<Value>,
    providers: Providers,
    scripted: Option<ResponseTemplate>,
    scripted_updates: Option<ResponseTemplate>,
    /// The response to one operation.
    scripted_for: Option<(&'static str, ResponseTemplate)>,
    /// The address whose look-ups are throttled.
    throttled: Option<String>,
    page_size: Option<usize>,
    empty_first_page: bool,
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

/// The user with one attribute more.
pub fn with_attribute(mut user: Value, name: &str, value: &str) -> Value {
    set_attribute(&mut user, name, value);
    user
}

impl Directory {
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::default();
        Mock::given(any()).respond_with(Operations(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    /// The endpoint of the Cognito API to configure.
    pub fn origin(&self) -> String {
        self.server.uri()
    }

    pub fn add(&self, user: Value) {
        self.with(|state| state.users.push(user));
    }

    /// Adds an identity provider, or changes its attribute mapping.
    pub fn map(&self, provider: &str, mapping: &[(&str, &str)]) {
        self.with(|state| state.providers.map(provider, mapping));
    }

    pub fn clear(&self) {
        self.with(|state| state.users.clear());
    }

    /// From now on, answers every request with this response.
    pub fn script(&self, response: ResponseTemplate) {
        self.with(|state| state.scripted = Some(response));
    }

    /// From now on, answers every request for one operation with this response.
    pub fn script_for(&self, operation: &'static str, response: ResponseTemplate) {
        self.with(|state| state.scripted_for = Some((operation, response)));
    }

    /// From now on, answers every `AdminUpdateUserAttributes` with this response.
    pub fn script_updates(&self, response: ResponseTemplate) {
        self.with(|state| state.scripted_updates = Some(response));
    }

    /// Ends [`script_updates`](Self::script_updates).
    pub fn recover_updates(&self) {
        self.with(|state| state.scripted_updates = None);
    }

    /// From now on, throttles every look-up of this address.
    pub fn throttle(&self, email: &str) {
        self.with(|state| state.throttled = Some(email.to_owned()));
    }

    /// Returns so many users per page, and an empty page before them if `empty_first_page`.
    pub fn page(&self, size: usize, empty_first_page: bool) {
        self.with(|state| (state.page_size, state.empty_first_page) = (Some(size), empty_first_page));
    }

    pub fn attribute(&self, sub: &str, name: &str) -> Option<String> {
        let find = |user: &Value| attribute(user, name).map(ToOwned::to_owned);
        self.with(|state| state.users.iter().find(|user| attribute(user, "sub") == Some(sub)).and_then(find))
    }

    pub fn users(&self) -> Vec<Value> {
        self.with(|state| state.users.clone())
    }

    pub async fn requests(&self) -> usize {
        self.server.received_requests().await.unwrap_or_default().len()
    }

    pub async fn requests_for(&self, operation: &str) -> usize {
        let requests = self.server.received_requests().await.unwrap_or_default();
        requests.iter().filter(|request| target(request) == operation).count()
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

struct Operations(Arc<Mutex<State>>);

impl Respond for Operations {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(response) = &state.scripted {
            return response.clone();
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match (target(request), &state.scripted_for) {
            (operation, Some((scripted, response))) if operation == *scripted => response.clone(),
            (LIST_USERS, _) => state.list(&body),
            (UPDATE, _) => state.update(&body),
            (CREATE_USER, _) => state.create(&body),
            (LINK_IDENTITY, _) => state.link(&body),
            (LIST_PROVIDERS, _) => state.providers.list(),
            (DESCRIBE_PROVIDER, _) => state.providers.describe(&body),
            _ => error("UnknownOperationException", "There is no such operation."),
        }
    }
}

impl State {
    fn list(&self, body: &Value) -> ResponseTemplate {
        let filter = body["Filter"].as_str();
        let Some(wanted) = filter.and_then(|filter| filter.strip_prefix("email = \"")?.strip_suffix('"')) else {
            return error("InvalidParameterException", "Error while parsing filter.");
        };
        if self.throttled.as_deref() == Some(wanted) {
            return error("TooManyRequestsException", "Not now.");
        }
        let has_email =
            |user: &&Value| attribute(user, "email").is_some_and(|email| email.eq_ignore_ascii_case(wanted));
        let found: Vec<_> = self.users.iter().filter(has_email).collect();
        let first = body["PaginationToken"].as_str().and_then(|token| token.parse().ok());
        if self.empty_first_page && first.is_none() {
            return reply(200, &json!({"Users": [], "PaginationToken": "0"}));
        }
        let (size, first): (usize, usize) = (self.page_size.unwrap_or(MAX_PAGE), first.unwrap_or_default());
        let mut page = json!({"Users": found.iter().skip(first).take(size).collect::<Vec<_>>()});
        if first + size < found.len() {
            page["PaginationToken"] = json!((first + size).to_string());
        }
        reply(200, &page)
    }

    fn update(&mut self, body: &Value) -> ResponseTemplate {
        if let Some(response) = &self.scripted_updates {
            return response.clone();
        }
        let name = body["Username"].as_str().unwrap_or_default();
        // Cognito takes the user name, an alias or the `sub`.
        let is_meant = |user: &&mut Value| {
            user["Username"] == name || attribute(user, "sub") == Some(name) || attribute(user, "email") == Some(name)
        };
        let Some(user) = self.users.iter_mut().find(is_meant) else {
            return error("UserNotFoundException", "User does not exist.");
        };
        for attribute in body["UserAttributes"].as_array().into_iter().flatten() {
            if let (Some(name), Some(value)) = (attribute["Name"].as_str(), attribute["Value"].as_str()) {
                set_attribute(user, name, value);
            }
        }
        reply(200, &json!({}))
    }
}

/// A response in the protocol of the Cognito API.
pub fn reply(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/x-amz-json-1.1")
}

/// The operation of an AWS SDK request.
pub fn target(request: &Request) -> &str {
    request.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// An error of the Cognito API.
pub fn error(kind: &str, message: &str) -> ResponseTemplate {
    reply(400, &json!({"__type": kind, "message": message}))
}

fn attribute<'a>(user: &'a Value, name: &str) -> Option<&'a str> {
    let attributes = user["Attributes"].as_array()?;
    attributes.iter().find(|attribute| attribute["Name"] == name)?["Value"].as_str()
}

fn set_attribute(user: &mut Value, name: &str, value: &str) {
    if let Some(attributes) = user["Attributes"].as_array_mut() {
        attributes.retain(|attribute| attribute["Name"] != name);
        attributes.push(json!({"Name": name, "Value": value}));
    }
}
