//! A function with a bad configuration does not start. One log line names the variables to change, and never contains
//! their values.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod one_variable;
mod secret_at_start;
mod several_variables;
mod variables;

use std::ffi::OsStr;
use std::fmt::Debug;
use std::io::Read;
use std::net::TcpListener;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use integration_tests::cognito::{CREATE, DEFINE, PRE_SIGN_UP, VERIFY};
use integration_tests::person::ORGANIZATION;
use integration_tests::proofs::{Mode, SECRET_ARN};
use integration_tests::secrets::Secrets;
use integration_tests::world::World;
use integration_tests::{process, repository};
use serde_json::Value;

/// A text in every bad value that can contain it.
const CANARY: &str = "canary7f3a";

/// An origin without a server: no name is looked up, and no request leaves the machine.
const UNREACHABLE: &str = "https://127.0.0.1:9";

/// Longer than a function takes to reject its configuration.
const LIMIT: Duration = Duration::from_secs(5);

/// A variable with another value than the valid one, or without a value.
type Change<'a, V = &'a str> = (&'a str, Option<V>);

/// The valid configuration.
const UNCHANGED: [Change<'_>; 0] = [];

/// The variables with which a function starts.
fn valid(function: &str) -> Vec<(&'static str, String)> {
    let of_function = match function {
        DEFINE => vec![("ALLOWED_CLIENT_IDS", "1example23456789")],
        CREATE => vec![("SALESFORCE_DOMAIN_URL", "https://acme.my.salesforce.com")],
        PRE_SIGN_UP => vec![
            ("SAML_PROVIDERS", "Okta"),
            ("SAML_NAME_ID_ATTRIBUTE", "custom:name_id"),
            ("ALLOWED_EMAIL_DOMAINS", "acme.example"),
            ("CREATE_LOCAL_PROFILES", "email"),
            ("AWS_ENDPOINT_URL", UNREACHABLE),
        ],
        _ => vec![
            ("SALESFORCE_DOMAIN_URL", UNREACHABLE),
            ("AWS_ENDPOINT_URL", UNREACHABLE),
            ("SALESFORCE_ORGANIZATION_IDS", ORGANIZATION),
            ("SALESFORCE_AUDIENCE_MODE", "unchecked"),
            ("DIRECTORY_MODE", "list_users"),
            ("ALLOWED_EMAIL_DOMAINS", "acme.example"),
            ("SALESFORCE_CLIENT_IDS", "3MVG9example"),
            ("LINK_ON_FIRST_SIGN_IN", "true"),
            ("TOKEN_USE_TABLE", "used-tokens"),
        ],
    };
    let of_lambda = [
        ("AWS_LAMBDA_FUNCTION_NAME", function),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("RUST_LOG", "trace"),
    ];
    of_function.into_iter().chain(of_lambda).map(|(name, value)| (name, value.to_owned())).collect()
}

/// The changes from Verify's valid configuration to another audience mode.
fn of_mode(mode: Mode) -> Vec<Change<'static>> {
    let secret = ("SALESFORCE_INTROSPECTION_SECRET_ARN", Some(SECRET_ARN));
    let secret = (mode == Mode::Introspection).then_some(secret);
    [("SALESFORCE_AUDIENCE_MODE", Some(mode.name()))].into_iter().chain(secret).collect()
}

/// The result of starting a function.
struct Started {
    /// How it ended; `None` if it polled for an invocation.
    ended: Option<ExitStatus>,
    output: String,
    after: Duration,
}

/// Starts a function with changed variables, and waits until it ends or polls for an invocation.
fn start<V: AsRef<OsStr>>(function: &str, changes: &[Change<'_, V>]) -> Result<Started> {
    let runtime_api = TcpListener::bind("127.0.0.1:0")?;
    runtime_api.set_nonblocking(true)?;
    let mut command = Command::new(repository::binary(function)?);
    process::clean(&mut command)
        .envs(valid(function))
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api.local_addr()?.to_string());
    for (name, value) in changes {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let begin = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (polled, ended) = loop {
        // In this order, a connection from before the end of the process is seen.
        let ended = child.try_wait()?;
        let polled = runtime_api.accept().is_ok();
        if polled || ended.is_some() || begin.elapsed() > LIMIT {
            child.kill()?;
            child.wait()?;
            break (polled, ended);
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let after = begin.elapsed();
    let mut output = String::new();
    for pipe in [
        child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read>),
        child.stderr.take().map(|pipe| Box::new(pipe) as _),
    ] {
        pipe.map_or(Ok(0), |mut pipe| pipe.read_to_string(&mut output))?;
    }
    ensure!(polled || ended.is_some(), "{function} neither ended nor polled for an invocation: {output}");
    Ok(Started { ended: ended.filter(|_| !polled), output, after })
}

/// The function must not start, and must name exactly these variables. Returns how long that took.
fn refuses<V: AsRef<OsStr> + Debug>(function: &str, changes: &[Change<'_, V>], named: &[&str]) -> Result<Duration> {
    let Started { ended, output, after } = start(function, changes)?;
    ensure!(ended.is_some_and(|status| !status.success()), "{function} {changes:?} started: {output}");
    ensure!(output.lines().count() == 1, "{function} {changes:?}: {output}");
    let line: Value = serde_json::from_str(&output)?;
    ensure!(line["level"] == "ERROR", "{line}");
    let reason = line["reason"].as_str().unwrap_or_default();
    let says = |name: &str| reason.split([' ', ';', ':']).filter(|word| *word == name).count() == 1;
    for name in variables::of(function).iter().map(|variable| variable.name).chain(named.iter().copied()) {
        ensure!(says(name) == named.contains(&name), "{function} {changes:?}: {name} in {reason}");
    }
    ensure!(!output.to_ascii_lowercase().contains(CANARY), "{output}");
    Ok(after)
}

fn starts(function: &str, changes: &[Change<'_>]) -> Result<()> {
    let Started { ended, output, .. } = start(function, changes)?;
    ensure!(ended.is_none(), "{function} {changes:?}: {ended:?} {output}");
    Ok(())
}

/// Verify must start in this mode with these changes, and with the variables that the mode needs.
fn starts_in(mode: Mode, secrets: &Secrets, changes: &[Change<'_>]) -> Result<()> {
    let endpoint = secrets.origin();
    let reachable = ("AWS_ENDPOINT_URL_SECRETS_MANAGER", Some(endpoint.as_str()));
    let reachable = (mode == Mode::Introspection).then_some(reachable);
    starts(VERIFY, &of_mode(mode).into_iter().chain(changes.iter().copied()).chain(reachable).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_valid_configuration_starts() -> Result<()> {
    [DEFINE, CREATE, VERIFY, PRE_SIGN_UP].iter().try_for_each(|function| starts(function, &UNCHANGED))?;
    let secrets = Secrets::start().await;
    Mode::ALL.into_iter().try_for_each(|mode| starts_in(mode, &secrets, &UNCHANGED))
}

#[tokio::test]
async fn the_unchecked_mode_warns_once_at_every_cold_start() -> Result<()> {
    for _ in 0..2 {
        let world = World::start().await?;
        world.sign_in(&world.token).await?;
        world.sign_in(&world.token).await?;
        let warnings: Vec<_> = world.log(VERIFY)?.into_iter().filter(|line| line["level"] == "WARN").collect();
        ensure!(warnings.len() == 1, "{warnings:?}");
        assert_eq!(warnings[0]["audience_mode"], "unchecked");
    }
    Ok(())
}
