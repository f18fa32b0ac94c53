//! The lines of the release binary of Verify from which CloudWatch makes metrics.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod format;
mod recordings;

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use integration_tests::cognito::{User, VERIFY};
use integration_tests::directory::reply;
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION, USER};
use integration_tests::proofs::{self, Mode};
use integration_tests::signing_keys::SigningKey;
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

const NAMESPACE: &str = "SalesforceCognitoAuth";

/// The names of the metrics of a line.
fn names(line: &Value) -> BTreeSet<&str> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten();
    let metrics = directives.flat_map(|directive| directive["Metrics"].as_array().into_iter().flatten());
    metrics.filter_map(|metric| metric["Name"].as_str()).collect()
}

/// Worlds with a sign-in of each outcome, and sign-ins without a call of each service.
async fn all_outcomes(mode: Mode) -> Result<Vec<World>> {
    let world = Builder::default().mode(mode).start().await?;
    world.valid_sign_in().await?;
    world.sign_in("not a token").await?;
    world.sign_in(&person::token_of(OTHER_ORGANIZATION)).await?;
    world.sign_in_as("unknown@acme.example", &world.token).await?;
    world.salesforce.script(ResponseTemplate::new(503));
    world.valid_sign_in().await?;
    world.directory.script(reply(400, &json!({"__type": "TooManyRequestsException"})));
    world.valid_sign_in().await?;
    let by_event = Builder::default().mode(mode).verify("DIRECTORY_MODE", "event").start().await?;
    by_event.valid_sign_in().await?;
    Ok(vec![world, by_event])
}

#[tokio::test]
async fn every_metric_line_is_in_the_embedded_metric_format() -> Result<()> {
    for mode in Mode::ALL {
        for world in all_outcomes(mode).await? {
            let lines = world.metric_lines()?;
            ensure!(!lines.is_empty());
            for line in lines {
                format::check(&line)?;
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn each_verdict_has_each_outcome_once_and_a_refusal_its_reason() -> Result<()> {
    for world in all_outcomes(Mode::Introspection).await? {
        let (verdicts, lines) = (world.verdicts()?, world.metric_lines()?);
        let mut lines = lines.iter();
        for verdict in &verdicts {
            let line = lines.next().unwrap_or(&Value::Null);
            for (outcome, word) in [("Allowed", "allowed"), ("Denied", "denied"), ("Unavailable", "unavailable")] {
                let expected = if verdict["verdict"] == word { 1.0 } else { 0.0 };
                assert_eq!(line[outcome], json!([expected]), "{verdict} {line}");
            }
            if let Some(reason) = verdict.get("reason") {
                let line = lines.next().unwrap_or(&Value::Null);
                assert_eq!((&line["Reason"], &line["Refusals"]), (reason, &json!(1)), "{line}");
            }
        }
        assert!(lines.next().is_none() && !verdicts.is_empty());
    }
    Ok(())
}

#[tokio::test]
async fn a_metric_names_the_function_and_the_reason_and_no_user() -> Result<()> {
    for world in all_outcomes(Mode::IdToken).await? {
        for line in world.metric_lines()? {
            let text = line.to_string();
            for identifier in [world.email.as_str(), "unknown@acme.example", &world.token, ORGANIZATION, USER] {
                ensure!(!text.contains(identifier), "{text}");
            }
            for directive in line["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten() {
                assert_eq!(directive["Namespace"], NAMESPACE);
                let sets = directive["Dimensions"].to_string();
                ensure!([r#"[["FunctionName"]]"#, r#"[["FunctionName","Reason"]]"#].contains(&sets.as_str()), "{sets}");
            }
            assert_eq!(line["FunctionName"], VERIFY);
            assert_eq!(line["audience_mode"], "id_token");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_process_is_cold_once_and_counts_unchecked_verdicts_only_in_that_mode() -> Result<()> {
    for mode in Mode::ALL {
        let world = Builder::default().mode(mode).start().await?;
        for _ in 0..3 {
            world.valid_sign_in().await?;
        }
        let lines = world.metric_lines()?;
        let cold: Vec<_> = lines.iter().map(|line| names(line).contains("ColdStarts")).collect();
        assert_eq!(cold, [true, false, false]);
        let unchecked = |line: &Value| line["AudienceUnchecked"] == 1;
        assert!(lines.iter().all(|line| unchecked(line) == (mode == Mode::Unchecked)), "{mode:?}");
    }
    Ok(())
}

#[tokio::test]
async fn only_a_service_that_was_called_has_a_latency() -> Result<()> {
    let latencies = |line: &Value| {
        let names = names(line);
        (names.contains("UserInfoLatency"), names.contains("DirectoryLatency"))
    };
    let world = World::start().await?;
    world.sign_in("not a token").await?;
    world.sign_in(&world.token).await?;
    let lines: Vec<_> = world.metric_lines()?.into_iter().filter(|line| line.get("Allowed").is_some()).collect();
    assert_eq!(lines.iter().map(latencies).collect::<Vec<_>>(), [(false, false), (true, true)]);
    let by_event = Builder::default().verify("DIRECTORY_MODE", "event").start().await?;
    by_event.sign_in(&by_event.token).await?;
    assert_eq!(by_event.metric_lines()?.iter().map(latencies).collect::<Vec<_>>(), [(true, false)]);
    Ok(())
}

#[tokio::test]
async fn an_unknown_user_is_measured_like_a_known_one() -> Result<()> {
    const BOB: &str = "bob@acme.example";
    let mut world = World::start().await?;
    world.cognito.add(BOB, User::new("b0b", BOB));
    world.valid_sign_in().await?;
    let before = world.metric_lines()?.len();
    world.sign_in_as("unknown@acme.example", &world.token).await?;
    world.sign_in_as(BOB, &world.token).await?;
    let lines = world.metric_lines()?.split_off(before);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(names(&lines[0]), names(&lines[2]));
    assert_eq!(names(&lines[1]), names(&lines[3]));
    assert_eq!((&lines[1]["Reason"], &lines[3]["Reason"]), (&json!("user-not-found"), &json!("email-mismatch")));
    Ok(())
}

/// An attacker who sends unknown `kid`s must not cause the alarm on outages.
#[tokio::test]
async fn an_unknown_kid_in_the_cooldown_counts_as_no_outcome() -> Result<()> {
    let world = Builder::default().mode(Mode::IdToken).start().await?;
    let attacker = SigningKey::of_attacker();
    let mut header = proofs::id_header();
    header["kid"] = json!(attacker.id());
    let answer = world.with_id_token(&attacker.sign(&header, &world.id_claims()));
    for outcome in [("Denied", "id-token-key-unknown"), ("", "salesforce-keys-cooldown")] {
        let before = world.metric_lines()?.len();
        world.sign_in(&answer).await?;
        let lines = world.metric_lines()?.split_off(before);
        for name in ["Allowed", "Denied", "Unavailable"] {
            assert_eq!(lines[0][name], json!([f64::from(u8::from(name == outcome.0))]), "{lines:?}");
        }
        assert_eq!((&lines[1]["Reason"], &lines[1]["Refusals"]), (&json!(outcome.1), &json!(1)));
    }
    Ok(())
}
