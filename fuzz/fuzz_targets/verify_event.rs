//! The event of Verify, as far as reading it goes; `verdict` goes on from there.
#![no_main]

use cognito_trigger::VerifyAuthChallenge;
use libfuzzer_sys::fuzz_target;
use salesforce_cognito_fuzz::events::view;
use serde_json::Value;

fuzz_target!(|payload: &[u8]| {
    if let Ok(event) = serde_json::from_slice::<Value>(payload) {
        view::<VerifyAuthChallenge>(&event);
    }
});
