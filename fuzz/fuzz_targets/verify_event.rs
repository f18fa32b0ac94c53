//! Reads the event of Verify. The target `verdict` tests what follows.
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
