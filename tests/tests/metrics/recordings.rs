//! What Verify prints for a sign-in of each kind that an alarm is about, and Pre Sign-up for such a sign-up. The tests of
//! the CDK app show the recordings to the alarms, so they have to be what the release binary prints.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use integration_tests::cognito::VERIFY;
use integration_tests::directory::{LINK, reply};
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION};
use integration_tests::proofs::Mode;
use integration_tests::repository;
use integration_tests::sign_ups::{PROVIDER, SignUps, alice};
use integration_tests::world::{Builder, World};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::format;

/// A recording that is kept, and what happens in it.
struct Recording {
    name: &'static str,
    mode: Mode,
    /// Breaks something of a world in which Alice could sign in. She then signs in with her proof, or with this answer.
    broken: fn(&mut World) -> Option<String>,
}

const fn denied(name: &'static str, broken: fn(&mut World) -> Option<String>) -> Recording {
    Recording { name, mode: Mode::IdToken, broken }
}

const RECORDINGS: [Recording; 8] = [
    denied("allowed", |_| None),
    Recording { name: "allowed-unchecked", mode: Mode::Unchecked, broken: |_| None },
    denied("denied-email-mismatch", |world| {
        world.claim("email", json!("bob@acme.example"));
        None
    }),
    denied("denied-link-mismatch", |world| {
        world.attributes(&[(LINK, json!(format!("{ORGANIZATION}/005xx000001SwiVAAS")))]);
        None
    }),
    denied("denied-organization-not-allowed", |world| {
        let claims = person::claims_in(OTHER_ORGANIZATION, &world.email);
        world.salesforce.grant(&world.token, claims);
        None
    }),
    denied("denied-token-of-another-organization", |world| {
        let token = person::token_of(OTHER_ORGANIZATION);
        Some(json!({"access_token": token, "id_token": world.id_token(|_| {})}).to_string())
    }),
    denied("unavailable-salesforce-failed", |world| {
        world.salesforce.script(ResponseTemplate::new(503));
        None
    }),
    denied("unavailable-directory-throttled", |world| {
        world.directory.script(reply(400, &json!({"__type": "TooManyRequestsException"})));
        None
    }),
];

/// What differs from one run to the next, and what stands in its place in a recording.
fn steady(mut line: Value) -> Value {
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

/// The lines of the second sign-in of a process: the first one is cold.
async fn record(recording: &Recording) -> Result<String> {
    let mut world = Builder::default().mode(recording.mode).start().await?;
    ensure!(world.honest_sign_in().await?.is_signed_in(), "{}", recording.name);
    let before = world.lines(VERIFY)?.len();
    match (recording.broken)(&mut world) {
        Some(answer) => world.sign_in(&answer).await?,
        None => world.honest_sign_in().await?,
    };
    let lines = world.lines(VERIFY)?.split_off(before);
    Ok(lines.into_iter().map(|line| steady(line).to_string() + "\n").collect())
}

/// The lines of a sign-up through a provider that a user name does not tell from another one.
async fn record_sign_up() -> Result<String> {
    let world = SignUps::start(&[]).await?;
    world.directory.map(&format!("{PROVIDER}_Partners"), &[]);
    world.goes_on(&alice()).await?;
    let lines = [world.verdicts()?, world.metric_lines()?].concat();
    Ok(lines.into_iter().map(|line| steady(line).to_string() + "\n").collect())
}

/// The recordings that are kept of a function have to be these. They become so if that is asked for.
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
    let mut kept = BTreeMap::new();
    for entry in std::fs::read_dir(folder).context("nothing is recorded")? {
        let path = entry?.path();
        let name = path.file_name().context("no name")?.to_string_lossy().into_owned();
        kept.insert(name, std::fs::read_to_string(path)?);
    }
    ensure!(kept == *recorded, "something else is printed: record with UPDATE_RECORDINGS=1, and look at what changed");
    Ok(())
}

#[tokio::test]
async fn the_recordings_are_what_verify_prints() -> Result<()> {
    let mut recorded = BTreeMap::new();
    for recording in &RECORDINGS {
        recorded.insert(format!("{}.jsonl", recording.name), record(recording).await?);
    }
    compare("verify", &recorded)
}

#[tokio::test]
async fn the_recording_is_what_pre_sign_up_prints() -> Result<()> {
    let recorded = BTreeMap::from([("provider-ambiguous.jsonl".to_owned(), record_sign_up().await?)]);
    for line in recorded.values().flat_map(|lines| lines.lines()).filter(|line| line.contains("_aws")) {
        format::check(&serde_json::from_str(line)?)?;
    }
    compare("pre-sign-up", &recorded)
}
