//! The faults of each single service: there is no sign-in and no denial, the caller gets `temporarily_unavailable`, and
//! the log names the service and the cause. For UserInfo and `ListUsers`, the matrix in `main.rs` has the faults that
//! both can have. This file has the others.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::Result;
use integration_tests::cognito::Reply;
use integration_tests::directory::{UPDATE, reply};
use integration_tests::faults::Fault;
use integration_tests::faults::proxy::ConnectionFault::{self, HangsUp, Sends, Silent};
use integration_tests::faults::proxy::FaultProxy;
use integration_tests::token_store;
use integration_tests::world::unavailable;
use serde_json::json;
use verification::{Cause, Service, Unavailable};
use wiremock::ResponseTemplate;

use crate::call::Call;
use crate::case::Case;
use crate::outcome::{Verdict, expected};

/// Connections are refused.
pub const REFUSES: &[ConnectionFault] = &[];

/// The fault of a service.
enum Outage {
    /// The service gets one request, and sends this response.
    Responds(ResponseTemplate),
    /// The connections have these faults; Verify makes this many.
    Connections(&'static [ConnectionFault], usize),
}
use Outage::{Connections, Responds};

async fn is_unavailable(call: Call, cause: Cause, outage: Outage) -> Result<()> {
    let (builder, connections) = match outage {
        Responds(response) => (call.with_response(response), None),
        Connections(faults, connections) => (call.with_faults(faults), Some(connections)),
    };
    let world = builder.start().await?;
    let start = Instant::now();
    let reply = world.sign_in(&world.answer()).await?;
    assert!(start.elapsed() < Duration::from_millis(4500), "{:?}", start.elapsed());
    assert_eq!(reply, Reply::Failed(unavailable()), "{:?}", world.verdicts()?);
    let verdict = world.only_verdict()?;
    assert_eq!((&verdict["verdict"], &verdict["level"]), (&json!("unavailable"), &json!("ERROR")));
    assert_eq!(verdict["reason"], json!(code(call.service(), cause)), "{verdict}");
    if let Some(connections) = connections {
        let proxies = [&world.salesforce_proxy, &world.directory_proxy, &world.token_store_proxy, &world.secrets_proxy];
        assert_eq!(proxies.into_iter().flatten().map(FaultProxy::connections).sum::<usize>(), connections);
    } else {
        let times = if call.is_prefetched() { 2 } else { 1 };
        assert_eq!(call.requests(&world).await, times);
    }
    let links = world.directory.requests_for(UPDATE).await;
    let may_link = matches!(call, Call::Link | Call::TokenStore);
    assert!(links == 0 || may_link, "a link was written before all rules passed");
    Ok(())
}

fn code(service: Service, cause: Cause) -> String {
    Unavailable { service, cause, detail: String::new() }.to_string()
}

/// One test for each line; the pairs of service and cause together are [`TESTED`].
macro_rules! outages {
    ($($claim:ident: $call:ident, $cause:ident, $outage:expr;)*) => {
        mod unavailable_is {
            use super::*;

            $(
                #[tokio::test]
                async fn $claim() -> Result<()> {
                    is_unavailable(Call::$call, Cause::$cause, $outage).await
                }
            )*
        }
        const TESTED: &[(Service, Cause)] = &[$((Call::$call.service(), Cause::$cause)),*];
    };
}

fn with_body(status: u16, body: impl Into<Vec<u8>>, content_type: &str) -> Outage {
    Responds(ResponseTemplate::new(status).set_body_raw(body, content_type))
}

fn dynamodb_error(status: u16, code: &str) -> Outage {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
    Responds(token_store::answer(status, &json!({"__type": kind, "message": "Not now."})))
}

fn aws_error(status: u16, code: &str) -> Outage {
    Responds(reply(status, &json!({"__type": code, "message": "Not now."})))
}

const JSON: &str = "application/json";
const HALF_JSON: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"sub\":";
const HALF_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: applic";

outages! {
    // After a connection that is refused, lost, or silent for one second, Verify tries a second time, and not a third
    // time. The server does not see a refused connection. The keys and the secret are requested twice: at the start of
    // Verify, and in the sign-in.
    salesforce_silent_after_a_lost_connection: UserInfo, Timeout, Connections(&[HangsUp, Silent], 2);
    salesforce_answering_400: UserInfo, Failed, Responds(ResponseTemplate::new(400));
    salesforce_answering_without_content: UserInfo, Failed, Responds(ResponseTemplate::new(204));
    salesforce_answering_json_as_text: UserInfo, NotJson, with_body(200, "{}", "text/plain");
    salesforce_sending_more_than_64_kib: UserInfo, TooLarge,
        with_body(200, format!(r#"{{"pad":"{}"}}"#, "a".repeat(64 * 1024)), "application/json");
    salesforce_sending_invalid_json: UserInfo, Unreadable, with_body(200, r#"{"sub":"#, "application/json");

    the_directory_sending_more_than_a_mebibyte: ListUsers, TooLarge,
        with_body(200, format!(r#"{{"Users":[]}}{}"#, " ".repeat(1024 * 1024)), JSON);
    the_directory_throttling: ListUsers, Throttled, aws_error(400, "TooManyRequestsException");
    the_directory_denying_access: ListUsers, NotAuthorized, aws_error(400, "AccessDeniedException");
    the_directory_refusing_expired_credentials: ListUsers, NotAuthorized, aws_error(400, "ExpiredTokenException");
    the_directory_answering_429_without_a_body: ListUsers, Throttled, Responds(ResponseTemplate::new(429));
    the_directory_without_the_pool: ListUsers, Failed, aws_error(400, "ResourceNotFoundException");
    the_directory_sending_half_a_list: ListUsers, Unreadable, with_body(200, r#"{"Users":["#, "application/json");

    // The keys and introspection come from the host of UserInfo, on other connections.
    the_keys_hanging_up_twice: Keys, Connection, Connections(&[HangsUp], 4);
    the_keys_silent: Keys, Timeout, Connections(&[Silent], 3);
    the_keys_answering_429: Keys, Throttled, Responds(ResponseTemplate::new(429));
    the_keys_answering_500: Keys, Failed, Responds(ResponseTemplate::new(500));
    the_keys_answering_401: Keys, Failed, Responds(ResponseTemplate::new(401));
    the_keys_missing: Keys, Failed, Responds(ResponseTemplate::new(404));
    the_keys_redirecting: Keys, Redirected,
        Responds(ResponseTemplate::new(301).insert_header("location", "https://a.example/"));
    the_keys_as_a_page: Keys, NotJson, with_body(200, "<html></html>", "text/html");
    the_keys_cut_off: Keys, Truncated, Connections(&[Sends(HALF_JSON)], 2);
    the_keys_of_more_than_64_kib: Keys, TooLarge,
        with_body(200, format!(r#"{{"pad":"{}"}}"#, "a".repeat(64 * 1024)), JSON);
    the_keys_as_a_list: Keys, Unreadable, with_body(200, "[]", JSON);
    the_keys_without_keys: Keys, Unreadable, with_body(200, "{}", JSON);
    the_keys_cut_short: Keys, Unreadable, with_body(200, r#"{"keys":["#, JSON);

    // Without the secret, Verify cannot call introspection.
    the_secret_refusing_connections: Secret, Connection, Connections(REFUSES, 0);
    the_secret_hanging_up_twice: Secret, Connection, Connections(&[HangsUp], 4);
    the_secret_lost_within_the_head: Secret, Connection, Connections(&[Sends(HALF_HEAD)], 4);
    the_secret_silent: Secret, Timeout, Connections(&[Silent], 3);
    the_secret_cut_off_in_the_body: Secret, Truncated, Connections(&[Sends(HALF_JSON)], 2);
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
        Responds(ResponseTemplate::new(302).insert_header("location", "https://a.example/"));
    the_secret_as_a_page: Secret, Unreadable, with_body(200, "<html></html>", "text/html");

    introspection_hanging_up_twice: Introspection, Connection, Connections(&[HangsUp], 2);
    introspection_silent: Introspection, Timeout, Connections(&[Silent], 2);
    introspection_answering_429: Introspection, Throttled, Responds(ResponseTemplate::new(429));
    introspection_answering_500: Introspection, Failed, Responds(ResponseTemplate::new(500));
    introspection_missing: Introspection, Failed, Responds(ResponseTemplate::new(404));
    introspection_redirecting: Introspection, Redirected,
        Responds(ResponseTemplate::new(302).insert_header("location", "https://a.example/"));
    introspection_refusing_our_client: Introspection, NotAuthorized,
        with_body(401, r#"{"error":"invalid_client"}"#, JSON);
    introspection_refusing_our_client_with_400: Introspection, NotAuthorized,
        with_body(400, r#"{"error":"invalid_client_id"}"#, JSON);
    introspection_forbidden: Introspection, NotAuthorized, Responds(ResponseTemplate::new(403));
    introspection_as_a_page: Introspection, NotJson, with_body(200, "<html></html>", "text/html");
    introspection_cut_off: Introspection, Truncated, Connections(&[Sends(HALF_JSON)], 1);
    introspection_of_more_than_64_kib: Introspection, TooLarge,
        with_body(200, format!(r#"{{"pad":"{}"}}"#, "a".repeat(64 * 1024)), JSON);
    introspection_cut_short: Introspection, Unreadable, with_body(200, r#"{"active":"#, JSON);

    // There are no tokens before the link is written and the token is recorded as used.
    the_link_hanging_up_twice: Link, Connection, Connections(&[HangsUp], 2);
    the_link_silent: Link, Timeout, Connections(&[Silent], 2);
    the_link_throttled: Link, Throttled, aws_error(400, "TooManyRequestsException");
    the_link_denied: Link, NotAuthorized, aws_error(400, "AccessDeniedException");
    the_link_without_the_attribute: Link, Failed, aws_error(400, "InvalidParameterException");
    the_link_without_the_user: Link, Failed, aws_error(400, "UserNotFoundException");
    the_link_answering_500: Link, Failed, aws_error(500, "InternalErrorException");
    the_link_redirecting: Link, Redirected,
        Responds(ResponseTemplate::new(302).insert_header("location", "https://a.example/"));

    the_token_store_refusing_connections: TokenStore, Connection, Connections(REFUSES, 0);
    the_token_store_hanging_up_twice: TokenStore, Connection, Connections(&[HangsUp], 2);
    the_token_store_silent: TokenStore, Timeout, Connections(&[Silent], 2);
    the_token_store_cut_off_in_the_body: TokenStore, Truncated, Connections(&[Sends(HALF_JSON)], 1);
    the_token_store_sending_more_than_a_mebibyte: TokenStore, TooLarge,
        with_body(200, format!("{{}}{}", " ".repeat(1024 * 1024)), JSON);
    the_token_store_throttling: TokenStore, Throttled, dynamodb_error(400, "ProvisionedThroughputExceededException");
    the_token_store_limiting: TokenStore, Throttled, dynamodb_error(400, "RequestLimitExceeded");
    the_token_store_denying_access: TokenStore, NotAuthorized, dynamodb_error(400, "AccessDeniedException");
    the_token_store_without_the_table: TokenStore, Failed, dynamodb_error(400, "ResourceNotFoundException");
    the_token_store_with_another_key: TokenStore, Failed, dynamodb_error(400, "ValidationException");
    the_token_store_answering_500: TokenStore, Failed, dynamodb_error(500, "InternalServerError");
    the_token_store_redirecting: TokenStore, Redirected,
        Responds(ResponseTemplate::new(302).insert_header("location", "https://a.example/"));
    the_token_store_sending_html: TokenStore, Unreadable, with_body(200, "<html></html>", "text/html");
}

/// The combinations that cannot occur.
const IMPOSSIBLE: [(Service, Cause); 5] = [
    // With 401 and 403, Salesforce rejects the token: a denial.
    (Service::Salesforce, Cause::NotAuthorized),
    // The keys are public, so 401 and 403 are like any other error.
    (Service::SalesforceKeys, Cause::NotAuthorized),
    // The SDK ignores the content type: a response that is not JSON is `Unreadable`.
    (Service::IntrospectionSecret, Cause::NotJson),
    (Service::Directory, Cause::NotJson),
    (Service::TokenStore, Cause::NotJson),
];

/// The causes that only one service has. They need several requests: see `attacks/keys.rs` and
/// `duplicate_addresses.rs`.
const OF_ONE_SERVICE: [Cause; 2] = [Cause::Cooldown, Cause::TooManyPages];

/// The reasons that occur in the matrix.
fn reasons_of_the_matrix() -> HashSet<String> {
    let alone = |fault: Fault| [(Some(fault), None), (None, Some(fault))];
    let cases = Fault::ALL
        .into_iter()
        .flat_map(alone)
        .flat_map(|(salesforce, directory)| [false, true].map(|warm| expected(Case { salesforce, directory, warm })));
    cases
        .filter_map(|outcome| match outcome.ok()?.verdict {
            Verdict::Unavailable(reason) => Some(reason),
            _ => None,
        })
        .collect()
}

#[test]
fn every_service_and_cause_is_tested_or_impossible() {
    let known: HashSet<_> = TESTED.iter().chain(&IMPOSSIBLE).copied().collect();
    let of_the_matrix = reasons_of_the_matrix();
    for service in Service::ALL {
        for cause in Cause::ALL.into_iter().filter(|cause| !OF_ONE_SERVICE.contains(cause)) {
            let reason = code(service, cause);
            assert!(known.contains(&(service, cause)) || of_the_matrix.contains(&reason), "{reason}");
        }
    }
    assert!(IMPOSSIBLE.iter().all(|pair| !TESTED.contains(pair)));
}
