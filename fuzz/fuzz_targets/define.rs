//! The event of Define, to the response that Cognito gets: tokens for exactly one history and caller.
#![no_main]

#[path = "../../triggers/define-auth-challenge/src/config.rs"]
#[allow(dead_code, reason = "this target does not read the setting")]
mod config;
#[path = "../../triggers/define-auth-challenge/src/handler.rs"]
mod handler;
#[path = "../../triggers/define-auth-challenge/src/next_step.rs"]
mod next_step;

use cognito_trigger::{DefineAuthChallenge, Invocation};
use libfuzzer_sys::fuzz_target;
use salesforce_cognito_fuzz::events::{answered, assert_unchanged_except, user_exists, view};
use serde_json::{Value, json};

use crate::config::AllowedClients;

const CLIENT: &str = "1example23456789";
const ANSWERED: [&str; 3] = ["challengeName", "issueTokens", "failAuthentication"];

fuzz_target!(|payload: &[u8]| {
    let Ok(event) = serde_json::from_slice::<Value>(payload) else { return };
    let Some(view) = view::<DefineAuthChallenge>(&event) else { return };
    for clients in [AllowedClients::Any, AllowedClients::Only(vec![CLIENT.to_owned()])] {
        let invocation = Invocation { event: &view, request_id: "r", time_left: None };
        let answer = answered(&event, &handler::handle(&clients, &invocation));
        let response = assert_unchanged_except(&event, &answer, &ANSWERED);
        let allowed = clients == AllowedClients::Any || event["callerContext"]["clientId"] == CLIENT;
        assert_eq!(response, expected(&event, allowed));
    }
});

fn expected(event: &Value, allowed: bool) -> Value {
    let (fresh, solved) = match &event["request"]["session"] {
        Value::Null => (true, false),
        Value::Array(entries) => (entries.is_empty(), matches!(entries.as_slice(), [entry] if is_solved(entry))),
        _ => (false, false),
    };
    let challenge = allowed && fresh;
    let issue = allowed && solved && user_exists(event);
    json!({
        "challengeName": challenge.then_some("CUSTOM_CHALLENGE"),
        "issueTokens": issue,
        "failAuthentication": !challenge && !issue,
    })
}

fn is_solved(entry: &Value) -> bool {
    entry["challengeName"] == "CUSTOM_CHALLENGE"
        && entry["challengeMetadata"] == "SALESFORCE_TOKEN"
        && entry["challengeResult"] == true
}
