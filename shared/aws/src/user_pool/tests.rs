//! The directory client against a faulty pool endpoint.

use super::*;
use crate::clients::Endpoints;
use proptest::prelude::*;
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, header, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(super) const POOL: &str = "eu-west-1_EXAMPLE";

pub(super) fn directory(origin: &str) -> CognitoDirectory {
    CognitoDirectory::new(&AwsClients::for_tests(Endpoints { cognito: origin.parse().ok(), ..Endpoints::default() }))
}

async fn ask(origin: &str) -> Result<Vec<DirectoryUser>, Unavailable> {
    directory(origin).users_by_email(POOL, &"alice@example.com".parse().unwrap(), |_| false).await
}

pub(super) fn page(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_string(), "application/x-amz-json-1.1")
}

fn user(sub: &str) -> Value {
    json!({
        "Username": sub, "Enabled": true, "UserStatus": "CONFIRMED",
        "Attributes": [
            {"Name": "sub", "Value": sub}, {"Name": "email", "Value": "alice@example.com"},
            {"Name": "email_verified", "Value": "true"}, {"Name": "custom:x"},
            {"Name": "custom:salesforce_user_id", "Value": "org/user"},
        ],
    })
}

pub(super) fn error(status: u16, code: &str) -> ResponseTemplate {
    let body = json!({"__type": code, "message": "canary alice@example.com"});
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/x-amz-json-1.1")
}

async fn answer_to(response: ResponseTemplate) -> Result<Vec<DirectoryUser>, Unavailable> {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(response).expect(1).mount(&server).await;
    ask(&server.uri()).await
}

#[tokio::test]
async fn searches_the_pool_for_the_exact_address() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(header("x-amz-target", "AWSCognitoIdentityProviderService.ListUsers"))
        .and(body_partial_json(json!({"UserPoolId": POOL, "Filter": "email = \"alice@example.com\""})))
        .respond_with(page(&json!({"Users": [user("s")]})))
        .expect(1)
        .mount(&server)
        .await;
    let users = ask(&server.uri()).await.unwrap();
    assert_eq!(users.len(), 1);
    assert_eq!((users[0].sub.as_deref(), users[0].email.as_deref()), (Some("s"), Some("alice@example.com")));
    assert!(users[0].email_verified && users[0].enabled);
    assert_eq!((users[0].status.as_deref(), users[0].link.as_deref()), (Some("CONFIRMED"), Some("org/user")));
}

#[tokio::test]
async fn a_user_without_the_flags_counts_as_disabled_and_unverified() {
    let users = answer_to(page(&json!({"Users": [{"Username": "s"}]}))).await.unwrap();
    assert!(!users[0].enabled && !users[0].email_verified && users[0].sub.is_none());
}

#[tokio::test]
async fn an_empty_page_with_a_pagination_token_is_not_the_last() {
    let server = MockServer::start().await;
    for (token, next, users) in [
        (None, Some("2"), json!([])),
        (Some("2"), Some("3"), json!([user("one")])),
        (Some("3"), None, json!([user("two")])),
    ] {
        let mut reply = json!({"Users": users});
        if let Some(next) = next {
            reply["PaginationToken"] = json!(next);
        }
        let mock = match token {
            None => Mock::given(|request: &wiremock::Request| {
                !String::from_utf8_lossy(&request.body).contains("Pagination")
            }),
            Some(token) => Mock::given(body_partial_json(json!({"PaginationToken": token}))),
        };
        mock.respond_with(page(&reply)).expect(1).mount(&server).await;
    }
    let subs: Vec<_> = ask(&server.uri()).await.unwrap().into_iter().filter_map(|user| user.sub).collect();
    assert_eq!(subs, ["one", "two"]);
}

/// A pool that returns one user on each page, and always another page.
async fn endless(pages: u64) -> MockServer {
    let server = MockServer::start().await;
    let answer = page(&json!({"Users": [user("s")], "PaginationToken": "more"}));
    Mock::given(method("POST")).respond_with(answer).expect(pages).mount(&server).await;
    server
}

#[tokio::test]
async fn more_than_three_pages_are_unavailable() {
    let server = endless(3).await;
    assert_eq!(ask(&server.uri()).await.unwrap_err().to_string(), "directory-too-many-pages");
}

#[tokio::test]
async fn a_page_with_more_than_60_users_is_unavailable() {
    for (users, answer) in [(60, Ok(60)), (61, Err("directory-too-large".to_owned()))] {
        let found = answer_to(page(&json!({"Users": vec![user("s"); users]}))).await;
        assert_eq!(found.map(|found| found.len()).map_err(|error| error.to_string()), answer);
    }
}

#[tokio::test]
async fn no_page_is_read_after_enough_users() {
    let server = endless(2).await;
    let email = "alice@example.com".parse().unwrap();
    let found = directory(&server.uri()).users_by_email(POOL, &email, |found| found.len() > 1).await;
    assert_eq!(found.unwrap().len(), 2);
}

#[tokio::test]
async fn service_errors_have_their_own_causes_and_are_not_retried() {
    for (status, code, cause) in [
        (400, "TooManyRequestsException", Cause::Throttled),
        (429, "Unknown", Cause::Throttled),
        (400, "AccessDeniedException", Cause::NotAuthorized),
        (400, "InvalidParameterException", Cause::Failed),
        (500, "InternalErrorException", Cause::Failed),
        (503, "ServiceUnavailable", Cause::Failed),
    ] {
        let unavailable = answer_to(error(status, code)).await.unwrap_err();
        assert_eq!(unavailable.cause, cause, "{status} {code}");
    }
}

#[tokio::test]
async fn the_detail_of_a_service_error_never_quotes_its_message() {
    let unavailable = answer_to(error(400, "InvalidParameterException")).await.unwrap_err();
    assert_eq!(unavailable.detail, "HTTP status 400, InvalidParameterException");
}

#[tokio::test]
async fn an_unknown_error_code_is_not_logged() {
    for (status, cause) in [(400, Cause::Failed), (429, Cause::Throttled)] {
        let unavailable = answer_to(error(status, "canary alice")).await.unwrap_err();
        assert_eq!((unavailable.cause, unavailable.detail), (cause, format!("HTTP status {status}, other")));
    }
}

#[tokio::test]
async fn a_page_of_another_server_is_classified_by_its_status() {
    for (status, cause) in
        [(200, Cause::Unreadable), (302, Cause::Redirected), (429, Cause::Throttled), (503, Cause::Failed)]
    {
        let response = ResponseTemplate::new(status).set_body_raw("<html>", "text/html");
        assert_eq!(answer_to(response).await.unwrap_err().cause, cause, "{status}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let unavailable = ask(&format!("http://{unused}")).await.unwrap_err();
    assert_eq!(unavailable.to_string(), "directory-connection");
    assert!(!unavailable.detail.contains("alice"), "{}", unavailable.detail);
}

#[tokio::test]
async fn a_link_is_written_for_the_user_and_an_error_is_reported() {
    let server = MockServer::start().await;
    Mock::given(header("x-amz-target", "AWSCognitoIdentityProviderService.AdminUpdateUserAttributes"))
        .and(body_partial_json(json!({
            "UserPoolId": POOL, "Username": "alice",
            "UserAttributes": [{"Name": "custom:salesforce_user_id", "Value": "org/user"}],
        })))
        .respond_with(page(&json!({})))
        .expect(1)
        .mount(&server)
        .await;
    directory(&server.uri()).link(POOL, "alice", "org/user").await.unwrap();
    let refusing = MockServer::start().await;
    Mock::given(method("POST")).respond_with(error(400, "AccessDeniedException")).expect(1).mount(&refusing).await;
    let refused = directory(&refusing.uri()).link(POOL, "alice", "org/user").await.unwrap_err();
    assert_eq!(refused.to_string(), "directory-not-authorized");
}

proptest! {
    #[test]
    fn a_filter_is_one_quoted_value_that_is_the_address(
        text in "[!-~]{1,12}@[!-~]{1,12}|[a-z0-9.+]{1,9}@[a-z0-9.-]{1,9}",
    ) {
        if let Ok(email) = text.parse::<EmailAddress>() {
            let filter = filter(&email);
            prop_assert_eq!(filter.split('"').collect::<Vec<_>>(), ["email = ", text.as_str(), ""]);
            prop_assert!(!filter.contains('\\') && filter.len() <= 256, "{}", filter);
        }
    }
}

#[tokio::test]
async fn a_response_without_a_list_is_unavailable() {
    for body in ["", "{}", r#"{"pad":"a"}"#, r#"{"Users":null}"#] {
        let answer = ResponseTemplate::new(200).set_body_raw(body, "application/x-amz-json-1.1");
        let unavailable = answer_to(answer).await.unwrap_err();
        assert_eq!((unavailable.service, unavailable.cause), (Service::Directory, Cause::Unreadable), "{body}");
    }
    assert!(answer_to(page(&json!({"Users": []}))).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_response_of_more_than_one_mebibyte_is_unavailable() {
    let padded = |length: usize| {
        let body = format!("{{\"Users\":[]}}{}", " ".repeat(length - 12));
        ResponseTemplate::new(200).set_body_raw(body, "application/x-amz-json-1.1")
    };
    assert!(answer_to(padded(1024 * 1024)).await.is_ok());
    let unavailable = answer_to(padded(1024 * 1024 + 1)).await.unwrap_err();
    assert_eq!((unavailable.service, unavailable.cause), (Service::Directory, Cause::TooLarge));
}
