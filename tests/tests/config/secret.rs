//! The secret for introspection: Verify starts whatever Secrets Manager does, without waiting for it. What a sign-in
//! comes to then is in `introspection_secret.rs`.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use integration_tests::cognito::VERIFY;
use integration_tests::directory::reply;
use integration_tests::misbehaving::Manner::{self, HangsUp, Sends, Silent};
use integration_tests::misbehaving::Misbehaving;
use integration_tests::proofs::SECRET_ARN;
use integration_tests::secrets::Secrets;
use integration_tests::{process, repository};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{CANARY, Change, Started, refuses, start, starts};

const ARN: &str = "SALESFORCE_INTROSPECTION_SECRET_ARN";

/// What the initialisation may wait for, and the start of a process on a machine that is busy.
const AT_MOST: Duration = Duration::from_millis(1500);

/// Verify in introspection mode, with Secrets Manager at `endpoint`.
fn introspection(endpoint: &str) -> [Change<'_>; 3] {
    [
        ("SALESFORCE_AUDIENCE_MODE", Some("introspection")),
        (ARN, Some(SECRET_ARN)),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", Some(endpoint)),
    ]
}

fn starts_soon(changes: &[Change<'_>]) -> Result<()> {
    let Started { ended, output, after } = start(VERIFY, changes)?;
    ensure!(ended.is_none() && !output.contains(CANARY), "{ended:?} {output}");
    ensure!(after < AT_MOST, "{after:?}");
    Ok(())
}

#[tokio::test]
async fn verify_fetches_the_secret_while_it_starts() -> Result<()> {
    let secrets = Secrets::start().await;
    starts(VERIFY, &introspection(&secrets.origin()))?;
    assert_eq!(secrets.requests().await, 1);
    Ok(())
}

#[tokio::test]
async fn the_secret_may_come_from_the_common_endpoint() -> Result<()> {
    let secrets = Secrets::start().await;
    let origin = secrets.origin();
    let [mode, arn, _] = introspection(&origin);
    starts(VERIFY, &[mode, arn, ("AWS_ENDPOINT_URL", Some(&origin))])?;
    assert_eq!(secrets.requests().await, 1);
    Ok(())
}

#[tokio::test]
async fn a_configuration_that_is_refused_asks_for_no_secret() -> Result<()> {
    let secrets = Secrets::start().await;
    let origin = secrets.origin();
    let [mode, arn, endpoint] = introspection(&origin);
    refuses(VERIFY, &[mode, arn, endpoint, ("DIRECTORY_MODE", Some(CANARY))], &["DIRECTORY_MODE"])?;
    assert_eq!(secrets.requests().await, 0);
    Ok(())
}

#[tokio::test]
async fn verify_starts_whatever_secrets_manager_answers_and_says_nothing_of_it() -> Result<()> {
    for answer in [
        reply(400, &json!({"__type": "AccessDeniedException", "Message": CANARY})),
        reply(500, &json!({"__type": "InternalServiceError", "Message": CANARY})),
        reply(200, &json!({"ARN": SECRET_ARN, "SecretString": CANARY})),
        ResponseTemplate::new(200).set_body_string("<html>canary7f3a</html>"),
    ] {
        let secrets = Secrets::start().await;
        secrets.script(answer);
        starts_soon(&introspection(&secrets.origin()))?;
        assert_eq!(secrets.requests().await, 1);
    }
    Ok(())
}

// The tests run on several threads: the server that misbehaves lives in the test's own process.

#[tokio::test(flavor = "multi_thread")]
async fn a_secrets_manager_that_does_not_answer_does_not_hold_the_start_up() -> Result<()> {
    const BROKEN: [&[Manner]; 4] = [&[], &[HangsUp], &[Silent], &[Sends("HTTP/1.1 200 OK\r\nContent-Len")]];
    for manners in BROKEN {
        starts_soon(&introspection(Misbehaving::start(manners, "http://127.0.0.1:9").await?.origin()))?;
    }
    Ok(())
}

/// In place of a name server that says nothing, which no loopback address can be made to be.
const NO_NAME_SERVER: &str = "#include <unistd.h>\nint getaddrinfo(void) { sleep(60); return -3; }\n";

#[test]
fn a_name_that_is_not_looked_up_does_not_hold_the_start_up() -> Result<()> {
    let directory = repository::scratch()?;
    let (source, library) = (directory.path().join("lookup.c"), directory.path().join("lookup.so"));
    std::fs::write(&source, NO_NAME_SERVER)?;
    process::run(Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]))?;
    let preload = library.to_string_lossy();
    let changes = introspection("https://secrets.example").into_iter().chain([("LD_PRELOAD", Some(&*preload))]);
    starts_soon(&changes.collect::<Vec<_>>())
}
