//! The release binary of Define is shown history after history. All of them, up to five entries, are in its unit tests;
//! here it is what Lambda runs, from JSON to JSON.

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

/// Processes side by side.
const PROCESSES: usize = 2;

fn entry(name: &str, result: bool, metadata: &Value) -> Value {
    json!({"challengeName": name, "challengeResult": result, "challengeMetadata": metadata})
}

/// Our challenge, answered or not, one of somebody else's and one of Cognito's.
fn kinds() -> Vec<Value> {
    let ours = json!("SALESFORCE_TOKEN");
    vec![
        entry("CUSTOM_CHALLENGE", true, &ours),
        entry("CUSTOM_CHALLENGE", false, &ours),
        entry("CUSTOM_CHALLENGE", true, &json!("ROUND-1")),
        entry("PASSWORD_VERIFIER", true, &Value::Null),
    ]
}

/// Each name with each result and our metadata, somebody else's, `null` and none.
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

/// The answer of the specification.
fn expected(history: &[Value], user_exists: bool, client_allowed: bool) -> Value {
    let is_answered = |entry: &Value| *entry == entry_of_ours();
    let (name, issue) = match history {
        _ if !client_allowed => (Value::Null, false),
        [] => (json!("CUSTOM_CHALLENGE"), false),
        [only] => (Value::Null, is_answered(only) && user_exists),
        _ => (Value::Null, false),
    };
    json!({"challengeName": name, "issueTokens": issue, "failAuthentication": !issue && name.is_null()})
}

fn entry_of_ours() -> Value {
    entry("CUSTOM_CHALLENGE", true, &json!("SALESFORCE_TOKEN"))
}

/// Shows a history to one process, for a user whom the pool has and for one whom it has not, through an app client that
/// is allowed and through one that is not. Returns how often tokens were issued.
async fn show(environments: &Environments, process: usize, history: &[Value]) -> Result<usize> {
    let environment = environments.of(DEFINE)?.each().get(process).context("there is no such process")?;
    let mut issued = 0;
    for user_exists in [true, false] {
        for client_allowed in [true, false] {
            let client = if client_allowed { CLIENT } else { "2example23456789" };
            let mut event = json!({
                "version": "1", "triggerSource": "DefineAuthChallenge_Authentication", "region": "eu-west-1",
                "userPoolId": "eu-west-1_EXAMPLE", "userName": "alice", "callerContext": {"clientId": client},
                "request": {"userAttributes": {}, "session": history, "userNotFound": !user_exists},
            });
            let invoked = environment.invoke(event.to_string()).await?;
            event["response"] = expected(history, user_exists, client_allowed);
            issued += usize::from(event["response"]["issueTokens"] == true);
            ensure!(invoked == Invoked::Returned(event), "{history:?} {user_exists} {client_allowed}: {invoked:?}");
        }
    }
    Ok(issued)
}

/// Shows all histories to as many processes, and demands that one of them alone, by one caller alone, gets tokens.
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
                issued += show(&environments, process, history).await?;
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
    // `println!` shows the numbers of a failed test alone.
    writeln!(std::io::stdout(), "define: {cases} histories and callers shown to the release binary")?;
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
