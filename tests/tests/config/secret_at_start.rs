//! Verify starts without waiting for Secrets Manager, and even if Secrets Manager fails. `introspection_secret.rs`
//! tests the sign-ins after that.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use integration_tests::cognito::VERIFY;
use integration_tests::directory::reply;
use integration_tests::faults::proxy::ConnectionFault::{self, HangsUp, Sends, Silent};
use integration_tests::faults::proxy::FaultProxy;
use integration_tests::proofs::SECRET_ARN;
use integration_tests::secrets::Secrets;
use integration_tests::{process, repository};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{CANARY, Change, Started, refuses, start, starts};

const ARN: &str = "SALESFORCE_INTROSPECTION_SECRET_ARN";

/// The limit for the initialisation, and for the start of a process on a busy machine.
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
async fn a_function_with_a_bad_configuration_does_not_request_the_secret() -> Result<()> {
    let secrets = Secrets::start().await;
    let origin = secrets.origin();
    let [mode, arn, endpoint] = introspection(&origin);
    refuses(VERIFY, &[mode, arn, endpoint, ("DIRECTORY_MODE", Some(CANARY))], &["DIRECTORY_MODE"])?;
    assert_eq!(secrets.requests().await, 0);
    Ok(())
}

#[tokio::test]
async fn verify_starts_after_every_response_of_secrets_manager_and_does_not_log_it() -> Result<()> {
    for response in [
        reply(400, &json!({"__type": "AccessDeniedException", "Message": CANARY})),
        reply(500, &json!({"__type": "InternalServiceError", "Message": CANARY})),
        reply(200, &json!({"ARN": SECRET_ARN, "SecretString": CANARY})),
        ResponseTemplate::new(200).set_body_string("<html>canary7f3a</html>"),
    ] {
        let secrets = Secrets::start().await;
        secrets.script(response);
        starts_soon(&introspection(&secrets.origin()))?;
        assert_eq!(secrets.requests().await, 1);
    }
    Ok(())
}

// The tests have several threads, because the proxy runs in the process of the test.

#[tokio::test(flavor = "multi_thread")]
async fn a_secrets_manager_that_does_not_respond_does_not_delay_the_start() -> Result<()> {
    const FAULTS: [&[ConnectionFault]; 4] = [&[], &[HangsUp], &[Silent], &[Sends("HTTP/1.1 200 OK\r\nContent-Len")]];
    for faults in FAULTS {
        starts_soon(&introspection(FaultProxy::start(faults, "http://127.0.0.1:9").await?.origin()))?;
    }
    Ok(())
}

/// Replaces a name server that does not respond, because the C library takes its address from `/etc/resolv.conf` only.
const SLOW_RESOLVER: &str = "#include <unistd.h>\nint getaddrinfo(void) { sleep(60); return -3; }\n";

#[test]
fn a_name_server_that_does_not_respond_does_not_delay_the_start() -> Result<()> {
    let directory = repository::scratch()?;
    let (source, library) = (directory.path().join("lookup.c"), directory.path().join("lookup.so"));
    std::fs::write(&source, SLOW_RESOLVER)?;
    process::run(Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]))?;
    let preload = library.to_string_lossy();
    let changes = introspection("https://secrets.example").into_iter().chain([("LD_PRELOAD", Some(&*preload))]);
    starts_soon(&changes.collect::<Vec<_>>())
}
