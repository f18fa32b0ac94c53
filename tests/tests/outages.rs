//! Every way in which Salesforce or the directory can fail to answer: nobody is let in, nobody is
//! denied, the caller is told to try again, and the log says who failed and how.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::Result;
use integration_tests::cognito::{Reply, VERIFY};
use integration_tests::directory::reply;
use integration_tests::misbehaving::Manner::{self, HangsUp, Sends, Silent};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::salesforce::Salesforce;
use integration_tests::world::{Builder, World, denied, unavailable};
use serde_json::json;
use verification::{Cause, Service, Unavailable};
use wiremock::ResponseTemplate;

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

async fn is_unavailable(service: Service, cause: Cause, outage: Outage) -> Result<()> {
    let mut builder = Builder::default();
    if let Loses(manners, _) = outage {
        builder = match service {
            Service::Salesforce => builder.before_salesforce(manners),
            Service::Directory => builder.before_directory(manners),
        };
    }
    let world = builder.start().await?;
    if let Answers(answer) = &outage {
        match service {
            Service::Salesforce => world.salesforce.script(answer.clone()),
            Service::Directory => world.directory.script(answer.clone()),
        }
    }
    let start = Instant::now();
    let answer = world.sign_in(&world.token).await?;
    assert!(start.elapsed() < Duration::from_millis(4500), "{:?}", start.elapsed());
    assert_eq!(answer, Reply::Failed(unavailable()));
    let verdict = world.only_verdict()?;
    assert_eq!((&verdict["verdict"], &verdict["level"]), (&json!("unavailable"), &json!("ERROR")));
    assert_eq!(verdict["reason"], json!(code(service, cause)));
    let (before, requests) = match service {
        Service::Salesforce => (&world.before_salesforce, world.salesforce.requests().await),
        Service::Directory => (&world.before_directory, world.directory.requests().await),
    };
    match (outage, before) {
        (Loses(_, connections), Some(before)) => assert_eq!(before.connections(), connections),
        (_, _) => assert_eq!(requests, 1),
    }
    Ok(())
}

fn code(service: Service, cause: Cause) -> String {
    Unavailable { service, cause, detail: String::new() }.to_string()
}

/// One test for each line; the pairs of service and cause together are [`TESTED`].
macro_rules! outages {
    ($($claim:ident: $service:ident, $cause:ident, $outage:expr;)*) => {
        mod unavailable_is {
            use super::*;

            $(
                #[tokio::test]
                async fn $claim() -> Result<()> {
                    is_unavailable(Service::$service, Cause::$cause, $outage).await
                }
            )*
        }
        const TESTED: &[(Service, Cause)] = &[$((Service::$service, Cause::$cause)),*];
    };
}

fn with_body(status: u16, body: impl Into<Vec<u8>>, content_type: &str) -> Outage {
    Answers(ResponseTemplate::new(status).set_body_raw(body, content_type))
}

fn aws_error(status: u16, code: &str) -> Outage {
    Answers(reply(status, &json!({"__type": code, "message": "Not now."})))
}

const HALF_JSON: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"sub\":";
const HALF_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: applic";

outages! {
    // A refused or lost connection is tried once more, and no third time. A refused one never shows at the server.
    salesforce_refusing_connections: Salesforce, Connection, Loses(ABSENT, 0);
    salesforce_hanging_up_twice: Salesforce, Connection, Loses(&[HangsUp], 2);
    salesforce_lost_within_the_head: Salesforce, Connection, Loses(&[Sends(HALF_HEAD)], 2);
    salesforce_silent: Salesforce, Timeout, Loses(&[Silent], 1);
    salesforce_silent_after_a_lost_connection: Salesforce, Timeout, Loses(&[HangsUp, Silent], 2);
    salesforce_answering_429: Salesforce, Throttled, Answers(ResponseTemplate::new(429));
    salesforce_answering_500: Salesforce, Failed, Answers(ResponseTemplate::new(500));
    salesforce_answering_503: Salesforce, Failed, with_body(503, "<html>Down for maintenance</html>", "text/html");
    salesforce_answering_400: Salesforce, Failed, Answers(ResponseTemplate::new(400));
    salesforce_answering_without_content: Salesforce, Failed, Answers(ResponseTemplate::new(204));
    salesforce_redirecting: Salesforce, Redirected,
        Answers(ResponseTemplate::new(302).insert_header("location", "https://login.example/"));
    salesforce_answering_200_with_html: Salesforce, NotJson, with_body(200, "<html>Log in</html>", "text/html");
    salesforce_answering_json_as_text: Salesforce, NotJson, with_body(200, "{}", "text/plain");
    salesforce_cut_off_in_the_body: Salesforce, Truncated, Loses(&[Sends(HALF_JSON)], 1);
    salesforce_sending_more_than_64_kib: Salesforce, TooLarge,
        with_body(200, format!(r#"{{"pad":"{}"}}"#, "a".repeat(64 * 1024)), "application/json");
    salesforce_sending_invalid_json: Salesforce, Unreadable, with_body(200, r#"{"sub":"#, "application/json");
    salesforce_sending_nothing: Salesforce, Unreadable, with_body(200, "", "application/json");

    the_directory_refusing_connections: Directory, Connection, Loses(ABSENT, 0);
    the_directory_hanging_up_twice: Directory, Connection, Loses(&[HangsUp], 2);
    the_directory_silent: Directory, Timeout, Loses(&[Silent], 1);
    the_directory_cut_off_in_the_body: Directory, Unreadable, Loses(&[Sends(HALF_JSON)], 1);
    the_directory_throttling: Directory, Throttled, aws_error(400, "TooManyRequestsException");
    the_directory_throttling_by_status: Directory, Throttled, aws_error(429, "Unknown");
    the_directory_denying_access: Directory, NotAuthorized, aws_error(400, "AccessDeniedException");
    the_directory_refusing_expired_credentials: Directory, NotAuthorized, aws_error(400, "ExpiredTokenException");
    the_directory_answering_500: Directory, Failed, aws_error(500, "InternalErrorException");
    the_directory_answering_503_with_a_page: Directory, Failed, with_body(503, "<html></html>", "text/html");
    the_directory_answering_429_without_a_body: Directory, Throttled, Answers(ResponseTemplate::new(429));
    the_directory_without_the_pool: Directory, Failed, aws_error(400, "ResourceNotFoundException");
    the_directory_redirecting: Directory, Redirected,
        Answers(ResponseTemplate::new(302).insert_header("location", "https://login.example/"));
    the_directory_sending_html: Directory, Unreadable, with_body(200, "<html></html>", "text/html");
    the_directory_sending_half_a_list: Directory, Unreadable, with_body(200, r#"{"Users":["#, "application/json");
}

/// What cannot occur, and why.
const IMPOSSIBLE: [(Service, Cause); 4] = [
    // 401 and 403 are Salesforce's "no" to the token: a denial.
    (Service::Salesforce, Cause::NotAuthorized),
    // The SDK does not look at the content type: what is not JSON is `Unreadable`.
    (Service::Directory, Cause::NotJson),
    // To the SDK, half a body is one that cannot be parsed: `Unreadable`.
    (Service::Directory, Cause::Truncated),
    // No limit is set on what AWS itself answers.
    (Service::Directory, Cause::TooLarge),
];

#[test]
fn every_service_and_cause_is_tested_here_or_impossible() {
    let known: HashSet<_> = TESTED.iter().chain(&IMPOSSIBLE).copied().collect();
    for service in Service::ALL {
        for cause in Cause::ALL {
            assert!(known.contains(&(service, cause)), "{}", code(service, cause));
        }
    }
    assert!(IMPOSSIBLE.iter().all(|pair| !TESTED.contains(pair)));
}

#[tokio::test]
async fn a_redirect_is_not_followed() -> Result<()> {
    for status in [301, 302, 303, 307, 308] {
        let (world, elsewhere) = (World::start().await?, Salesforce::start().await);
        elsewhere.grant(&world.token, person::claims(&world.email));
        let location = format!("{}/services/oauth2/userinfo", elsewhere.origin());
        world.salesforce.script(ResponseTemplate::new(status).insert_header("location", location));
        assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()), "{status}");
        assert_eq!(elsewhere.requests().await, 0, "{status}");
    }
    Ok(())
}

#[tokio::test]
async fn salesforce_is_named_when_both_are_down() -> Result<()> {
    let world = Builder::default().before_salesforce(&[HangsUp]).before_directory(&[HangsUp]).start().await?;
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()));
    assert_eq!(world.only_verdict()?["reason"], "salesforce-connection");
    Ok(())
}

#[tokio::test]
async fn both_silent_take_no_longer_than_one() -> Result<()> {
    let world = Builder::default().before_salesforce(&[Silent]).before_directory(&[Silent]).start().await?;
    let start = Instant::now();
    assert_eq!(world.sign_in(&world.token).await?, Reply::Failed(unavailable()));
    assert!(start.elapsed() < Duration::from_millis(4500), "{:?}", start.elapsed());
    Ok(())
}

#[tokio::test]
async fn salesforces_no_stands_while_the_directory_is_down() -> Result<()> {
    let world = Builder::default().before_directory(&[HangsUp]).start().await?;
    assert_eq!(world.sign_in(&person::token_of(ORGANIZATION)).await?, Reply::Failed(denied()));
    assert_eq!(world.only_verdict()?["reason"], "token-rejected");
    Ok(())
}

#[tokio::test]
async fn a_token_of_another_organization_is_denied_while_everything_is_down() -> Result<()> {
    let world = Builder::default().before_salesforce(ABSENT).before_directory(ABSENT).start().await?;
    assert_eq!(world.sign_in(&person::token_of(person::OTHER_ORGANIZATION)).await?, Reply::Failed(denied()));
    Ok(())
}

#[tokio::test]
async fn the_log_has_the_detail_of_an_outage() -> Result<()> {
    let world = World::start().await?;
    world.salesforce.script(ResponseTemplate::new(503));
    world.sign_in(&world.token).await?;
    assert_eq!(world.only_verdict()?["detail"], "HTTP status 503");
    let starts = world.log(VERIFY)?.iter().filter(|line| line["level"] == "WARN").count();
    assert_eq!(starts, 1, "the process that met the outage goes on");
    Ok(())
}
