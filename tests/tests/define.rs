//! Histories of challenges for the release binary of Define, from JSON to JSON. Its unit tests have all histories of up
//! to five entries.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use integration_tests::cognito::{CHALLENGE_NAMES, DEFINE};
use integration_tests::lambda::Invoked;
use integration_tests::lambda::environments::Environments;
use integration_tests::world::CLIENT;
use serde_json::{Value, json};

const PROCESSES: usize = 2;

fn entry(name: &str, result: bool, metadata: &Value) -> Value {
    json!({"challengeName": name, "challengeResult": result, "challengeMetadata": metadata})
}

/// Our challenge, solved or not; a challenge of another trigger; and one of Cognito.
fn kinds() -> Vec<Value> {
    let ours = json!("SALESFORCE_TOKEN");
    vec![
        entry("CUSTOM_CHALLENGE", true, &ours),
        entry("CUSTOM_CHALLENGE", false, &ours),
        entry("CUSTOM_CHALLENGE", true, &json!("ROUND-1")),
        entry("PASSWORD_VERIFIER", true, &Value::Null),
    ]
}

/// Each name with each result, and with our metadata, other metadata, `null`, and without metadata.
fn entries() -> Vec<Value> {
    let mut entries = Vec::new();
    for name in CHALLENGE_NAMES {
        for result in [true, false] {
            for metadata in [json!("SALESFORCE_TOKEN"), json!("ROUND-1"), Value::Null] {
                entries.push(entry(name, result, &metadata));
            }
            entries.push(json!({"challengeName": name, "challengeResult": result}));
        }
    }
    entries
}

/// Every history of up to `length` of these entries.
fn histories(entries: &[Value], length: usize) -> Vec<Vec<Value>> {
    let mut all = vec![vec![]];
    let mut longest = all.clone();
    for _ in 0..length {
        let longer = |history: &Vec<Value>| -> Vec<Vec<Value>> {
            entries.iter().map(|entry| history.iter().chain([entry]).cloned().collect()).collect()
        };
        longest = longest.iter().flat_map(longer).collect();
        all.extend(longest.clone());
    }
    all
}

/// The expected response.
fn expected(history: &[Value], user_exists: bool, client_allowed: bool) -> Value {
    let is_solved = |entry: &Value| *entry == entry_of_ours();
    let (name, issue) = match history {
        _ if !client_allowed => (Value::Null, false),
        [] => (json!("CUSTOM_CHALLENGE"), false),
        [only] => (Value::Null, is_solved(only) && user_exists),
        _ => (Value::Null, false),
    };
    json!({"challengeName": name, "issueTokens": issue, "failAuthentication": !issue && name.is_null()})
}

fn entry_of_ours() -> Value {
    entry("CUSTOM_CHALLENGE", true, &json!("SALESFORCE_TOKEN"))
}

fn event(history: &[Value], client: &str, user_exists: bool) -> Value {
    json!({
        "version": "1", "triggerSource": "DefineAuthChallenge_Authentication", "region": "eu-west-1",
        "userPoolId": "eu-west-1_EXAMPLE", "userName": "alice", "callerContext": {"clientId": client},
        "request": {"userAttributes": {}, "session": history, "userNotFound": !user_exists},
    })
}

/// Invokes one process with a history, for a known user and an unknown one, through an allowed app client and another
/// one. Returns how often tokens were issued.
async fn invoke_with(environments: &Environments, process: usize, history: &[Value]) -> Result<usize> {
    let environment = environments.of(DEFINE)?.each().get(process).context("there is no such process")?;
    let mut issued = 0;
    for user_exists in [true, false] {
        for client_allowed in [true, false] {
            let client = if client_allowed { CLIENT } else { "2example23456789" };
            let mut event = event(history, client, user_exists);
            let invoked = environment.invoke(event.to_string()).await?;
            event["response"] = expected(history, user_exists, client_allowed);
            issued += usize::from(event["response"]["issueTokens"] == true);
            ensure!(invoked == Invoked::Returned(event), "{history:?} {user_exists} {client_allowed}: {invoked:?}");
        }
    }
    Ok(issued)
}

/// Runs all histories. Exactly one of them must get tokens, for exactly one caller.
async fn gets_tokens_once(histories: Vec<Vec<Value>>) -> Result<()> {
    let variables = vec![("ALLOWED_CLIENT_IDS".to_owned(), CLIENT.to_owned())];
    let environments = Arc::new(Environments::start(PROCESSES, &[(DEFINE, variables)]).await?);
    let (histories, next) = (Arc::new(histories), Arc::new(AtomicUsize::new(0)));
    let cases = histories.len() * 4;
    let processes = (0..PROCESSES).map(|process| {
        let (environments, histories, next) = (Arc::clone(&environments), Arc::clone(&histories), Arc::clone(&next));
        tokio::spawn(async move {
            let mut issued = 0;
            while let Some(history) = histories.get(next.fetch_add(1, Ordering::SeqCst)) {
                issued += invoke_with(&environments, process, history).await?;
            }
            anyhow::Ok(issued)
        })
    });
    let processes: Vec<_> = processes.collect();
    let mut issued = 0;
    for process in processes {
        issued += process.await??;
    }
    assert_eq!(issued, 1);
    // The test harness hides the output of `println!` unless the test fails.
    writeln!(std::io::stdout(), "define: {cases} histories and callers for the release binary")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_histories_of_up_to_two_entries_one_gets_tokens() -> Result<()> {
    gets_tokens_once(histories(&entries(), 2)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_histories_of_up_to_five_kinds_of_entries_one_gets_tokens() -> Result<()> {
    gets_tokens_once(histories(&kinds(), 5)).await
}

#[tokio::test]
async fn with_a_list_of_app_clients_an_event_without_a_client_gets_no_challenge() -> Result<()> {
    let variables = vec![("ALLOWED_CLIENT_IDS".to_owned(), CLIENT.to_owned())];
    let environments = Environments::start(1, &[(DEFINE, variables)]).await?;
    let environment = environments.of(DEFINE)?.each().first().context("there is one process")?;
    for caller in [json!(null), json!({}), json!({"clientId": null}), json!({"clientId": [CLIENT]})] {
        let mut event = event(&[], "", true);
        event["callerContext"] = caller.clone();
        let Invoked::Returned(answered) = environment.invoke(event.to_string()).await? else {
            anyhow::bail!("{caller}: failed");
        };
        assert_eq!(answered["response"]["failAuthentication"], true, "{caller}");
    }
    Ok(())
}
