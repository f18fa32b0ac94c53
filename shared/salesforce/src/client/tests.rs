//! The client against faulty servers.

use super::*;
use crate::credentials_cache::tests::FakeSecretStore;
use crate::endpoint_call::MAX_BODY;
use https::Transport;
use settings::time_budget::BUDGET;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use verification::DenyReason;
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A client for the servers of a test: plain http is allowed.
pub(crate) fn https_for_tests() -> HttpsClient {
    HttpsClient::new(&Transport { plain_http: true, ..Transport::default() }).unwrap()
}

fn client(origin: &str, secret: Option<FakeSecretStore>) -> SalesforceClient<FakeSecretStore> {
    SalesforceClient::new(&https_for_tests(), &origin.parse().unwrap(), secret)
}

async fn ask(origin: &str) -> Result<UserInfo, Refusal> {
    (&client(origin, None)).user_info(&AccessToken::parse("00DSG000009FYVd!AQ4").unwrap()).await
}

async fn answer_to(response: ResponseTemplate) -> Result<UserInfo, Refusal> {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(response).expect(1).mount(&server).await;
    ask(&server.uri()).await
}

fn cause<T>(answer: Result<T, Refusal>) -> Option<Cause> {
    match answer {
        Err(Refusal::Unavailable(unavailable)) => Some(unavailable.cause),
        _ => None,
    }
}

async fn cause_of(response: ResponseTemplate) -> Option<Cause> {
    cause(answer_to(response).await)
}

/// A server that handles each connection as the list says, in order. `None` closes the connection without a response.
async fn raw_server(connections: Vec<Option<&'static str>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for reply in connections {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            if let Some(reply) = reply {
                stream.write_all(reply.as_bytes()).await.unwrap();
            }
        }
    });
    origin
}

fn json(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "application/json;charset=UTF-8")
}

#[tokio::test]
async fn sends_the_token_in_the_header_to_user_info_and_accepts_json() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/services/oauth2/userinfo"))
        .and(header("authorization", "Bearer 00DSG000009FYVd!AQ4"))
        .and(header("accept", "application/json"))
        .respond_with(json(r#"{"email_verified":true}"#))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(ask(&server.uri()).await.unwrap().email_verified, Some(true));
}

#[tokio::test]
async fn a_rejected_token_is_denied() {
    for status in [401, 403, 404] {
        let response = ResponseTemplate::new(status).set_body_string("Bad_OAuth_Token");
        assert_eq!(answer_to(response).await.err(), Some(DenyReason::TokenRejected.into()), "{status}");
    }
}

#[tokio::test]
async fn error_statuses_are_unavailable_and_not_retried() {
    for (status, cause) in [(429, Cause::Throttled), (500, Cause::Failed), (503, Cause::Failed), (400, Cause::Failed)] {
        assert_eq!(cause_of(ResponseTemplate::new(status)).await, Some(cause), "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other_host = MockServer::start().await;
    Mock::given(method("GET")).respond_with(json("{}")).expect(0).mount(&other_host).await;
    let redirect = ResponseTemplate::new(302).insert_header("location", other_host.uri());
    assert_eq!(cause_of(redirect).await, Some(Cause::Redirected));
}

#[tokio::test]
async fn no_request_is_sent_without_tls() {
    let server = MockServer::start().await;
    let https = HttpsClient::new(&Transport::default()).unwrap();
    assert!(https.send(https.get(&server.uri()).build().unwrap()).await.is_err());
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_html_page_is_unavailable() {
    let page = ResponseTemplate::new(200).set_body_raw("<html>", "text/html");
    assert_eq!(cause_of(page).await, Some(Cause::NotJson));
    assert_eq!(cause_of(json("<html>")).await, Some(Cause::Unreadable));
}

#[tokio::test]
async fn a_body_of_64_kib_is_read_and_a_longer_one_is_not() {
    let padded = |length: usize| json(&format!("{{}}{}", " ".repeat(length - 2)));
    assert!(answer_to(padded(MAX_BODY)).await.is_ok());
    assert_eq!(cause_of(padded(MAX_BODY + 1)).await, Some(Cause::TooLarge));
}

#[tokio::test]
async fn a_body_that_ends_early_is_truncated() {
    let reply = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"email\"";
    let origin = raw_server(vec![Some(reply)]).await;
    assert_eq!(cause(ask(&origin).await), Some(Cause::Truncated));
}

#[tokio::test]
async fn a_connection_lost_before_a_response_is_retried() {
    let reply = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    let origin = raw_server(vec![None, Some(reply)]).await;
    assert!(ask(&origin).await.is_ok());
}

#[tokio::test]
async fn a_request_is_retried_only_once() {
    let reply = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    let origin = raw_server(vec![None, None, Some(reply)]).await;
    assert_eq!(cause(ask(&origin).await), Some(Cause::Connection));
}

#[tokio::test]
async fn a_refused_connection_is_unavailable_and_shows_no_token() {
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let Err(Refusal::Unavailable(unavailable)) = ask(&format!("http://{unused}")).await else { panic!("an answer") };
    assert_eq!(unavailable.to_string(), "salesforce-connection");
    assert!(unavailable.detail.contains("refused"), "{}", unavailable.detail);
    assert!(!unavailable.detail.contains("AQ4"));
}

async fn introspect_at(server: &MockServer) -> Result<Introspection, Refusal> {
    let client = client(&server.uri(), Some(FakeSecretStore::of(&["secret"])));
    let deadline = Instant::now() + BUDGET;
    (&client).introspect(&AccessToken::parse("00DSG000009FYVd!A+4").unwrap(), deadline).await
}

async fn introspect(response: ResponseTemplate) -> Result<Introspection, Refusal> {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(response).expect(1).mount(&server).await;
    introspect_at(&server).await
}

#[tokio::test]
async fn introspection_sends_the_token_in_a_form_with_basic_authentication() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/services/oauth2/introspect"))
        .and(header("authorization", "Basic Y2xpZW50OnNlY3JldA=="))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .and(body_string("token=00DSG000009FYVd%21A%2B4&token_type_hint=access_token"))
        .respond_with(json(r#"{"active":true}"#))
        .expect(1)
        .mount(&server)
        .await;
    assert!(introspect_at(&server).await.is_ok());
}

#[tokio::test]
async fn introspection_errors_are_about_the_token_or_our_client() {
    let error = |status: u16, code: &str| {
        let body = format!(r#"{{"error":"{code}"}}"#);
        ResponseTemplate::new(status).set_body_raw(body, "application/json")
    };
    let denied = introspect(error(400, "unsupported_token_type")).await;
    assert_eq!(denied.err(), Some(DenyReason::IntrospectionInactive.into()));
    for (status, code) in [(400, "invalid_client_id"), (401, "invalid_client"), (403, "x"), (401, "invalid_token")] {
        let cause = cause(introspect(error(status, code)).await);
        assert_eq!(cause, Some(Cause::NotAuthorized), "{status} {code}");
    }
}

#[tokio::test]
async fn introspection_without_a_usable_response_is_unavailable() {
    for (response, code) in [
        (ResponseTemplate::new(503), "salesforce-introspection-failed"),
        (ResponseTemplate::new(302), "salesforce-introspection-redirected"),
        (ResponseTemplate::new(200).set_body_raw("<html>", "text/html"), "salesforce-introspection-not-json"),
        (json("{"), "salesforce-introspection-unreadable"),
    ] {
        assert_eq!(introspect(response).await.err().map(|error| error.to_string()).as_deref(), Some(code));
    }
    let denied = introspect(json("[true]")).await;
    assert_eq!(denied.err(), Some(DenyReason::IntrospectionInactive.into()));
}
