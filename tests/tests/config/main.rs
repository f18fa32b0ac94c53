//! A function that is not configured as it must be does not start, and says in one line which variables
//! to change; it never repeats what they are set to.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod secret;
mod verify;

use std::io::Read;
use std::net::TcpListener;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use integration_tests::cognito::{CREATE, DEFINE, VERIFY};
use integration_tests::person::ORGANIZATION;
use integration_tests::world::World;
use integration_tests::{process, repository};
use serde_json::Value;

/// Stands in every bad value that can hold it.
const CANARY: &str = "canary7f3a";

/// Longer than any process takes that ends by itself.
const LIMIT: Duration = Duration::from_secs(5);

/// The variables with which a function starts.
fn valid(function: &str) -> Vec<(&'static str, String)> {
    let of_function = match function {
        DEFINE => vec![("ALLOWED_CLIENT_IDS", "1example23456789")],
        CREATE => vec![("SALESFORCE_DOMAIN_URL", "https://acme.my.salesforce.com")],
        _ => vec![
            ("SALESFORCE_DOMAIN_URL", "https://acme.my.salesforce.com"),
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

/// What came of starting a function.
struct Started {
    /// How it ended; `None` if it asked for its first invocation instead.
    ended: Option<ExitStatus>,
    output: String,
}

/// Starts a function with some variables changed, or removed, until it ends or asks for an invocation.
fn start(function: &str, changes: &[(&str, Option<&str>)]) -> Result<Started> {
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
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let end = Instant::now() + LIMIT;
    let ended = loop {
        // In this order: a connection that was made before the process ended is seen.
        let ended = child.try_wait()?;
        let asked = runtime_api.accept().is_ok();
        if asked || ended.is_some() || Instant::now() > end {
            child.kill()?;
            child.wait()?;
            ensure!(asked || ended.is_some(), "{function} neither ended nor asked for an invocation");
            break ended.filter(|_| !asked);
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let mut output = String::new();
    for pipe in [
        child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read>),
        child.stderr.take().map(|pipe| Box::new(pipe) as _),
    ] {
        pipe.map_or(Ok(0), |mut pipe| pipe.read_to_string(&mut output))?;
    }
    Ok(Started { ended, output })
}

/// The function must refuse to start, and name exactly these variables.
fn refuses(function: &str, changes: &[(&str, Option<&str>)], named: &[&str]) -> Result<()> {
    let Started { ended, output } = start(function, changes)?;
    ensure!(ended.is_some_and(|status| !status.success()), "{function} {changes:?} started: {output}");
    ensure!(output.lines().count() == 1, "{function} {changes:?}: {output}");
    let line: Value = serde_json::from_str(&output)?;
    ensure!(line["level"] == "ERROR", "{line}");
    let reason = line["reason"].as_str().unwrap_or_default();
    let says = |name: &str| reason.split([' ', ';', ':']).filter(|word| *word == name).count() == 1;
    let variables = valid(function).into_iter().map(|(name, _)| name).chain(named.iter().copied());
    for variable in variables {
        ensure!(says(variable) == named.contains(&variable), "{function} {changes:?}: {variable} in {reason}");
    }
    ensure!(!output.to_ascii_lowercase().contains(CANARY), "{output}");
    Ok(())
}

fn starts(function: &str, changes: &[(&str, Option<&str>)]) -> Result<()> {
    let Started { ended, output } = start(function, changes)?;
    ensure!(ended.is_none(), "{function} {changes:?}: {ended:?} {output}");
    Ok(())
}

/// Each value alone keeps the function from starting.
fn refuses_each(function: &str, name: &str, values: &[&str]) -> Result<()> {
    values.iter().try_for_each(|value| refuses(function, &[(name, Some(value))], &[name]))
}

#[test]
fn a_valid_configuration_starts() -> Result<()> {
    [DEFINE, CREATE, VERIFY].iter().try_for_each(|function| starts(function, &[]))
}

#[test]
fn what_is_optional_may_be_missing() -> Result<()> {
    starts(DEFINE, &[("ALLOWED_CLIENT_IDS", None)])?;
    starts(CREATE, &[("SALESFORCE_DOMAIN_URL", None)])
}

#[test]
fn a_variable_that_is_set_to_nothing_is_refused() -> Result<()> {
    for function in [DEFINE, CREATE, VERIFY] {
        for (name, _) in valid(function).iter().take_while(|(name, _)| !name.starts_with("AWS")) {
            refuses_each(function, name, &["", "  "])?;
        }
    }
    Ok(())
}

#[test]
fn define_refuses_what_is_no_list_of_app_clients() -> Result<()> {
    refuses_each(
        DEFINE,
        "ALLOWED_CLIENT_IDS",
        &["canary7f3a,", ",", "canary7f3a;b", "*", "canary7f3a b", &CANARY.repeat(13)],
    )
}

#[test]
fn create_refuses_what_is_no_origin() -> Result<()> {
    refuses_each(
        CREATE,
        "SALESFORCE_DOMAIN_URL",
        &["http://canary7f3a.example", "canary7f3a", "https://a.example/canary7f3a"],
    )
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
