//! Every way in which Salesforce or AWS can fail to answer: nobody is let in, nobody is
//! denied, the caller is told to try again, and the log says who failed and how.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod asked;
mod several;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::Result;
use integration_tests::cognito::Reply;
use integration_tests::directory::{UPDATE, reply};
use integration_tests::misbehaving::Manner::{self, HangsUp, Sends, Silent};
use integration_tests::misbehaving::Misbehaving;
use integration_tests::token_store;
use integration_tests::world::unavailable;
use serde_json::json;
use verification::{Cause, Service, Unavailable};
use wiremock::ResponseTemplate;

use crate::asked::Asked;

/// Nobody listens.
const ABSENT: &[Manner] = &[];

/// What happens in place of an answer.
enum Outage {
    /// The service answers with this, to the one request that it gets.
    Answers(ResponseTemplate),
    /// The connections go wrong; this many are made.
    Loses(&'static [Manner], usize),
}
use Outage::{Answers, Loses};

async fn is_unavailable(asked: Asked, cause: Cause, outage: Outage) -> Result<()> {
    let (builder, connections) = match outage {
        Answers(answer) => (asked.answers(answer), None),
        Loses(manners, connections) => (asked.loses(manners), Some(connections)),
    };
    let world = builder.start().await?;
    let start = Instant::now();
    let answer = world.sign_in(&world.answer()).await?;
    assert!(start.elapsed() < Duration::from_millis(4500), "{:?}", start.elapsed());
    assert_eq!(answer, Reply::Failed(unavailable()), "{:?}", world.verdicts()?);
    let verdict = world.only_verdict()?;
    assert_eq!((&verdict["verdict"], &verdict["level"]), (&json!("unavailable"), &json!("ERROR")));
    assert_eq!(verdict["reason"], json!(code(asked.service(), cause)), "{verdict}");
    if let Some(connections) = connections {
        let before =
            [&world.before_salesforce, &world.before_directory, &world.before_token_store, &world.before_secrets];
        assert_eq!(before.into_iter().flatten().map(Misbehaving::connections).sum::<usize>(), connections);
    } else {
        let times = if asked.is_fetched_ahead() { 2 } else { 1 };
        assert_eq!(asked.requests(&world).await, times);
    }
    let links = world.directory.requests_for(UPDATE).await;
    let may_link = matches!(asked, Asked::Link | Asked::TokenStore);
    assert!(links == 0 || may_link, "a link was written before all rules said yes");
    Ok(())
}

fn code(service: Service, cause: Cause) -> String {
    Unavailable { service, cause, detail: String::new() }.to_string()
}

/// One test for each line; the pairs of service and cause together are [`TESTED`].
macro_rules! outages {
    ($($claim:ident: $asked:ident, $cause:ident, $outage:expr;)*) => {
        mod unavailable_is {
            use super::*;

            $(
                #[tokio::test]
                async fn $claim() -> Result<()> {
                    is_unavailable(Asked::$asked, Cause::$cause, $outage).await
                }
            )*
        }
        const TESTED: &[(Service, Cause)] = &[$((Asked::$asked.service(), Cause::$cause)),*];
    };
}

fn with_body(status: u16, body: impl Into<Vec<u8>>, content_type: &str) -> Outage {
    Answers(ResponseTemplate::new(status).set_body_raw(body, content_type))
}

fn dynamodb_error(status: u16, code: &str) -> Outage {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
    Answers(token_store::answer(status, &json!({"__type": kind, "message": "Not now."})))
}

fn aws_error(status: u16, code: &str) -> Outage {
    Answers(reply(status, &json!({"__type": code, "message": "Not now."})))
}

const JSON: &str = "application/json";
const HALF_JSON: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"sub\":";
const HALF_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: applic";

outages! {
    // A connection that is refused, lost or silent for a second is tried once more, and no third time. A refused one never
    // shows at the server. What is fetched while Verify starts is asked for twice: then, and by the sign-in.
    salesforce_refusing_connections: UserInfo, Connection, Loses(ABSENT, 0);
    salesforce_hanging_up_twice: UserInfo, Connection, Loses(&[HangsUp], 2);
    salesforce_lost_within_the_head: UserInfo, Connection, Loses(&[Sends(HALF_HEAD)], 2);
    salesforce_silent: UserInfo, Timeout, Loses(&[Silent], 2);
    salesforce_silent_after_a_lost_connection: UserInfo, Timeout, Loses(&[HangsUp, Silent], 2);
    salesforce_answering_429: UserInfo, Throttled, Answers(ResponseTemplate::new(429));
    salesforce_answering_500: UserInfo, Failed, Answers(ResponseTemplate::new(500));
    salesforce_answering_503: UserInfo, Failed, with_body(503, "<html>Down for maintenance</html>", "text/html");
    salesforce_answering_400: UserInfo, Failed, Answers(ResponseTemplate::new(400));
    salesforce_answering_without_content: UserInfo, Failed, Answers(ResponseTemplate::new(204));
    salesforce_redirecting: UserInfo, Redirected,
        Answers(ResponseTemplate::new(302).insert_header("location", "https://login.example/"));
    salesforce_answering_200_with_html: UserInfo, NotJson, with_body(200, "<html>Log in</html>", "text/html");
    salesforce_answering_json_as_text: UserInfo, NotJson, with_body(200, "{}", "text/plain");
    salesforce_cut_off_in_the_body: UserInfo, Truncated, Loses(&[Sends(HALF_JSON)], 1);
    salesforce_sending_more_than_64_kib: UserInfo, TooLarge,
        with_body(200, format!(r#"{{"pad":"{}"}}"#, "a".repeat(64 * 1024)), "application/json");
    salesforce_sending_invalid_json: UserInfo, Unreadable, with_body(200, r#"{"sub":"#, "application/json");
    salesforce_sending_nothing: UserInfo, Unreadable, with_body(200, "", "application/json");

    the_directory_refusing_connections: ListUsers, Connection, Loses(ABSENT, 0);
    the_directory_hanging_up_twice: ListUsers, Connection, Loses(&[HangsUp], 2);
    the_directory_silent: ListUsers, Timeout, Loses(&[Silent], 2);
    the_directory_cut_off_in_the_body: ListUsers, Truncated, Loses(&[Sends(HALF_JSON)], 1);
    the_directory_sending_more_than_a_mebibyte: ListUsers, TooLarge,
        with_body(200, format!(r#"{{"Users":[]}}{}"#, " ".repeat(1024 * 1024)), JSON);
    the_directory_throttling: ListUsers, Throttled, aws_error(400, "TooManyRequestsException");
    the_directory_throttling_by_status: ListUsers, Throttled, aws_error(429, "Unknown");
    the_directory_denying_access: ListUsers, NotAuthorized, aws_error(400, "AccessDeniedException");
    the_directory_refusing_expired_credentials: ListUsers, NotAuthorized, aws_error(400, "ExpiredTokenException");
    the_directory_answering_500: ListUsers, Failed, aws_error(500, "InternalErrorException");
    the_directory_answering_503_with_a_page: ListUsers, Failed, with_body(503, "<html></html>", "text/html");
    the_directory_answering_429_without_a_body: ListUsers, Throttled, Answers(ResponseTemplate::new(429));
    the_directory_without_the_pool: ListUsers, Failed, aws_error(400, "ResourceNotFoundException");
    the_directory_redirecting: ListUsers, Redirected,
        Answers(ResponseTemplate::new(302).insert_header("location", "https://login.example/"));
    the_directory_sending_html: ListUsers, Unreadable, with_body(200, "<html></html>", "text/html");
    the_directory_sending_half_a_list: ListUsers, Unreadable, with_body(200, r#"{"Users":["#, "application/json");

    // The keys and introspection come from the same host as UserInfo, along connections of their own.
    the_keys_hanging_up_twice: Keys, Connection, Loses(&[HangsUp], 4);
    the_keys_silent: Keys, Timeout, Loses(&[Silent], 3);
    the_keys_answering_429: Keys, Throttled, Answers(ResponseTemplate::new(429));
    the_keys_answering_500: Keys, Failed, Answers(ResponseTemplate::new(500));
    the_keys_answering_401: Keys, Failed, Answers(ResponseTemplate::new(401));
    the_keys_missing: Keys, Failed, Answers(ResponseTemplate::new(404));
    the_keys_redirecting: Keys, Redirected,
        Answers(ResponseTemplate::new(301).insert_header("location", "https://a.example/"));
    the_keys_as_a_page: Keys, NotJson, with_body(200, "<html></html>", "text/html");
    the_keys_cut_off: Keys, Truncated, Loses(&[Sends(HALF_JSON)], 2);
    the_keys_of_more_than_64_kib: Keys, TooLarge,
        with_body(200, format!(r#"{{"pad":"{}"}}"#, "a".repeat(64 * 1024)), JSON);
    the_keys_as_a_list: Keys, Unreadable, with_body(200, "[]", JSON);
    the_keys_without_keys: Keys, Unreadable, with_body(200, "{}", JSON);
    the_keys_cut_short: Keys, Unreadable, with_body(200, r#"{"keys":["#, JSON);

    // Without the secret, introspection cannot be asked.
    the_secret_refusing_connections: Secret, Connection, Loses(ABSENT, 0);
    the_secret_hanging_up_twice: Secret, Connection, Loses(&[HangsUp], 4);
    the_secret_lost_within_the_head: Secret, Connection, Loses(&[Sends(HALF_HEAD)], 4);
    the_secret_silent: Secret, Timeout, Loses(&[Silent], 3);
    the_secret_cut_off_in_the_body: Secret, Truncated, Loses(&[Sends(HALF_JSON)], 2);
    the_secret_of_more_than_a_mebibyte: Secret, TooLarge,
        with_body(200, format!("{{}}{}", " ".repeat(1024 * 1024)), JSON);
    the_secret_throttled: Secret, Throttled, aws_error(400, "ThrottlingException");
    the_secret_denied: Secret, NotAuthorized, aws_error(400, "AccessDeniedException");
    the_secret_refusing_expired_credentials: Secret, NotAuthorized, aws_error(400, "ExpiredTokenException");
    the_secret_that_does_not_exist: Secret, Failed, aws_error(400, "ResourceNotFoundException");
    the_secret_that_cannot_be_decrypted: Secret, Failed, aws_error(400, "DecryptionFailure");
    the_secret_answering_500: Secret, Failed, aws_error(500, "InternalServiceError");
    the_secret_answering_503_with_a_page: Secret, Failed, with_body(503, "<html></html>", "text/html");
    the_secret_redirecting: Secret, Redirected,
        Answers(ResponseTemplate::new(302).insert_header("location", "https://a.example/"));
    the_secret_as_a_page: Secret, Unreadable, with_body(200, "<html></html>", "text/html");

    introspection_hanging_up_twice: Introspection, Connection, Loses(&[HangsUp], 2);
    introspection_silent: Introspection, Timeout, Loses(&[Silent], 2);
    introspection_answering_429: Introspection, Throttled, Answers(ResponseTemplate::new(429));
    introspection_answering_500: Introspection, Failed, Answers(ResponseTemplate::new(500));
    introspection_missing: Introspection, Failed, Answers(ResponseTemplate::new(404));
    introspection_redirecting: Introspection, Redirected,
        Answers(ResponseTemplate::new(302).insert_header("location", "https://a.example/"));
    introspection_refusing_our_client: Introspection, NotAuthorized,
        with_body(401, r#"{"error":"invalid_client"}"#, JSON);
    introspection_refusing_our_client_with_400: Introspection, NotAuthorized,
        with_body(400, r#"{"error":"invalid_client_id"}"#, JSON);
    introspection_forbidden: Introspection, NotAuthorized, Answers(ResponseTemplate::new(403));
    introspection_as_a_page: Introspection, NotJson, with_body(200, "<html></html>", "text/html");
    introspection_cut_off: Introspection, Truncated, Loses(&[Sends(HALF_JSON)], 1);
    introspection_of_more_than_64_kib: Introspection, TooLarge,
        with_body(200, format!(r#"{{"pad":"{}"}}"#, "a".repeat(64 * 1024)), JSON);
    introspection_cut_short: Introspection, Unreadable, with_body(200, r#"{"active":"#, JSON);

    // There are no tokens before the link is written ...
    the_link_hanging_up_twice: Link, Connection, Loses(&[HangsUp], 2);
    the_link_silent: Link, Timeout, Loses(&[Silent], 2);
    the_link_throttled: Link, Throttled, aws_error(400, "TooManyRequestsException");
    the_link_denied: Link, NotAuthorized, aws_error(400, "AccessDeniedException");
    the_link_without_the_attribute: Link, Failed, aws_error(400, "InvalidParameterException");
    the_link_without_the_user: Link, Failed, aws_error(400, "UserNotFoundException");
    the_link_answering_500: Link, Failed, aws_error(500, "InternalErrorException");
    the_link_redirecting: Link, Redirected,
        Answers(ResponseTemplate::new(302).insert_header("location", "https://a.example/"));

    // ... and the token is noted as used.
    the_token_store_refusing_connections: TokenStore, Connection, Loses(ABSENT, 0);
    the_token_store_hanging_up_twice: TokenStore, Connection, Loses(&[HangsUp], 2);
    the_token_store_silent: TokenStore, Timeout, Loses(&[Silent], 2);
    the_token_store_cut_off_in_the_body: TokenStore, Truncated, Loses(&[Sends(HALF_JSON)], 1);
    the_token_store_sending_more_than_a_mebibyte: TokenStore, TooLarge,
        with_body(200, format!("{{}}{}", " ".repeat(1024 * 1024)), JSON);
    the_token_store_throttling: TokenStore, Throttled, dynamodb_error(400, "ProvisionedThroughputExceededException");
    the_token_store_limiting: TokenStore, Throttled, dynamodb_error(400, "RequestLimitExceeded");
    the_token_store_denying_access: TokenStore, NotAuthorized, dynamodb_error(400, "AccessDeniedException");
    the_token_store_without_the_table: TokenStore, Failed, dynamodb_error(400, "ResourceNotFoundException");
    the_token_store_with_another_key: TokenStore, Failed, dynamodb_error(400, "ValidationException");
    the_token_store_answering_500: TokenStore, Failed, dynamodb_error(500, "InternalServerError");
    the_token_store_redirecting: TokenStore, Redirected,
        Answers(ResponseTemplate::new(302).insert_header("location", "https://a.example/"));
    the_token_store_sending_html: TokenStore, Unreadable, with_body(200, "<html></html>", "text/html");
}

/// What cannot occur, and why.
const IMPOSSIBLE: [(Service, Cause); 5] = [
    // 401 and 403 are Salesforce's "no" to the token: a denial.
    (Service::Salesforce, Cause::NotAuthorized),
    // The keys are public: 401 and 403 are like any other error.
    (Service::SalesforceKeys, Cause::NotAuthorized),
    // The SDK does not look at the content type: what is not JSON is `Unreadable`.
    (Service::IntrospectionSecret, Cause::NotJson),
    (Service::Directory, Cause::NotJson),
    (Service::TokenStore, Cause::NotJson),
];

/// The causes that one service alone has. They take more than one request: see `attacks/keys.rs` and `duplicate_addresses.rs`.
const OF_ONE_SERVICE: [Cause; 2] = [Cause::Cooldown, Cause::TooManyPages];

#[test]
fn every_service_and_cause_is_tested_here_or_impossible() {
    let known: HashSet<_> = TESTED.iter().chain(&IMPOSSIBLE).copied().collect();
    for service in Service::ALL {
        for cause in Cause::ALL.into_iter().filter(|cause| !OF_ONE_SERVICE.contains(cause)) {
            assert!(known.contains(&(service, cause)), "{}", code(service, cause));
        }
    }
    assert!(IMPOSSIBLE.iter().all(|pair| !TESTED.contains(pair)));
}
