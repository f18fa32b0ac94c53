//! The log lines of Verify and Pre Sign-up for each event that an alarm is about. The CDK tests evaluate the alarms
//! with these recordings, so they must be what the release binaries log.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use integration_tests::cognito::VERIFY;
use integration_tests::directory::{LINK, reply};
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION};
use integration_tests::proofs::Mode;
use integration_tests::repository;
use integration_tests::sign_ups::{PROVIDER, SignUps, alice_event};
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::format;

/// A recording in the repository, and the sign-in in it.
struct Recording {
    name: &'static str,
    mode: Mode,
    /// Changes a world in which Alice could sign in. She then signs in with this answer, or with a valid one if `None`.
    change: fn(&mut World) -> Option<String>,
}

const fn in_id_token_mode(name: &'static str, change: fn(&mut World) -> Option<String>) -> Recording {
    Recording { name, mode: Mode::IdToken, change }
}

const RECORDINGS: [Recording; 8] = [
    in_id_token_mode("allowed", |_| None),
    Recording { name: "allowed-unchecked", mode: Mode::Unchecked, change: |_| None },
    in_id_token_mode("denied-email-mismatch", |world| {
        world.claim("email", json!("bob@acme.example"));
        None
    }),
    in_id_token_mode("denied-link-mismatch", |world| {
        world.attributes(&[(LINK, json!(format!("{ORGANIZATION}/005xx000001SwiVAAS")))]);
        None
    }),
    in_id_token_mode("denied-organization-not-allowed", |world| {
        let claims = person::claims_in(OTHER_ORGANIZATION, &world.email);
        world.salesforce.grant(&world.token, claims);
        None
    }),
    in_id_token_mode("denied-token-of-another-organization", |world| {
        let token = person::token_of(OTHER_ORGANIZATION);
        Some(json!({"access_token": token, "id_token": world.id_token(|_| {})}).to_string())
    }),
    in_id_token_mode("unavailable-salesforce-failed", |world| {
        world.salesforce.script(ResponseTemplate::new(503));
        None
    }),
    in_id_token_mode("unavailable-directory-throttled", |world| {
        world.directory.script(reply(400, &json!({"__type": "TooManyRequestsException"})));
        None
    }),
];

/// Replaces the values that differ between two runs.
fn stable(mut line: Value) -> Value {
    for (pointer, constant) in [
        ("/timestamp", json!("2026-01-01T00:00:00.000000Z")),
        ("/request_id", json!("00000000-0000-4000-8000-000000000000")),
        ("/_aws/Timestamp", json!(1_767_225_600_000_u64)),
        ("/UserInfoLatency", json!([180.5])),
        ("/DirectoryLatency", json!([40.25])),
    ] {
        if let Some(value) = line.pointer_mut(pointer) {
            *value = constant;
        }
    }
    line
}

/// The lines of the second sign-in of a process, because the first one is a cold start.
async fn record(recording: &Recording) -> Result<String> {
    let mut world = Builder::default().mode(recording.mode).start().await?;
    ensure!(world.valid_sign_in().await?.is_signed_in(), "{}", recording.name);
    let before = world.lines(VERIFY)?.len();
    match (recording.change)(&mut world) {
        Some(answer) => world.sign_in(&answer).await?,
        None => world.valid_sign_in().await?,
    };
    let lines = world.lines(VERIFY)?.split_off(before);
    Ok(lines.into_iter().map(|line| stable(line).to_string() + "\n").collect())
}

/// The lines of a sign-up through a provider whose user names another provider can have.
async fn record_sign_up() -> Result<String> {
    let world = SignUps::start(&[]).await?;
    world.directory.map(&format!("{PROVIDER}_Partners"), &[]);
    world.returns_unchanged(&alice_event()).await?;
    let lines = [world.verdicts()?, world.metric_lines()?].concat();
    Ok(lines.into_iter().map(|line| stable(line).to_string() + "\n").collect())
}

/// The recordings of a function in the repository must be these. With `UPDATE_RECORDINGS=1` they are written.
fn compare(folder: &str, recorded: &BTreeMap<String, String>) -> Result<()> {
    let folder = repository::root().join("cdk/test/recordings").join(folder);
    #[expect(clippy::disallowed_methods, reason = "set to record anew; nothing of the product is configured by it")]
    let update = std::env::var("UPDATE_RECORDINGS").is_ok_and(|value| value == "1");
    if update {
        std::fs::create_dir_all(&folder)?;
        for (name, lines) in recorded {
            std::fs::write(folder.join(name), lines)?;
        }
    }
    let mut stored = BTreeMap::new();
    for entry in std::fs::read_dir(folder).context("nothing is recorded")? {
        let path = entry?.path();
        let name = path.file_name().context("no name")?.to_string_lossy().into_owned();
        stored.insert(name, std::fs::read_to_string(path)?);
    }
    ensure!(stored == *recorded, "the log has changed: record it with UPDATE_RECORDINGS=1, and look at the changes");
    Ok(())
}

#[tokio::test]
async fn the_recordings_are_what_verify_logs() -> Result<()> {
    let mut recorded = BTreeMap::new();
    for recording in &RECORDINGS {
        recorded.insert(format!("{}.jsonl", recording.name), record(recording).await?);
    }
    compare("verify", &recorded)
}

#[tokio::test]
async fn the_recording_is_what_pre_sign_up_logs() -> Result<()> {
    let recorded = BTreeMap::from([("provider-ambiguous.jsonl".to_owned(), record_sign_up().await?)]);
    for line in recorded.values().flat_map(|lines| lines.lines()).filter(|line| line.contains("_aws")) {
        format::check(&serde_json::from_str(line)?)?;
    }
    compare("pre-sign-up", &recorded)
}
