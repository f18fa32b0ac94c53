//! The event of Create, to the response that Cognito gets: the challenge does not depend on the event.
#![no_main]

#[path = "../../triggers/create-auth-challenge/src/challenge.rs"]
mod challenge;

use cognito_trigger::CreateAuthChallenge;
use libfuzzer_sys::fuzz_target;
use salesforce_cognito_fuzz::events::{answered, assert_unchanged_except, view};
use serde_json::{Value, json};

const ANSWERED: [&str; 3] = ["publicChallengeParameters", "privateChallengeParameters", "challengeMetadata"];

fuzz_target!(|payload: &[u8]| {
    let Ok(event) = serde_json::from_slice::<Value>(payload) else { return };
    if view::<CreateAuthChallenge>(&event).is_none() {
        return;
    }
    let challenge = challenge::Challenge::random(None).unwrap();
    let answer = answered(&event, &challenge);
    let response = assert_unchanged_except(&event, &answer, &ANSWERED);
    let private = &response["privateChallengeParameters"];
    let expected = json!({
        "publicChallengeParameters": {"type": "SALESFORCE_TOKEN", "nonce": private["nonce"]},
        "privateChallengeParameters": {"nonce": private["nonce"], "attemptId": private["attemptId"]},
        "challengeMetadata": "SALESFORCE_TOKEN",
    });
    assert_eq!(response, expected);
    assert_ne!(private["nonce"], private["attemptId"]);
});
