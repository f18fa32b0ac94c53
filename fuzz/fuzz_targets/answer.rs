//! The challenge answer: what comes out is what the caller wrote, and fits a header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use salesforce_cognito_fuzz::members::members;
use serde_json::Value;
use verification::{AccessToken, DenyReason, fuzzing};

const NAMES: [&str; 2] = ["access_token", "id_token"];

fuzz_target!(|answer: &[u8]| {
    let Ok(text) = std::str::from_utf8(answer) else { return };
    let read = fuzzing::answer(Some(&Value::from(text)));
    assert_eq!(read.clone().ok(), expected(text));
    if let Ok((token, _)) = &read {
        assert!(AccessToken::parse(token).is_some());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::String(_)) | Err(_) => {}
        Ok(value) => assert_eq!(fuzzing::answer(Some(&value)), Err(DenyReason::AnswerNotText)),
    }
});

fn expected(text: &str) -> Option<(String, Option<String>)> {
    if text.len() > 16 * 1024 {
        return None;
    }
    if !text.starts_with('{') {
        return is_token(text, 4096).then(|| (text.to_owned(), None));
    }
    // A second reading that takes any name: another member than these two is refused.
    let all: Value = serde_json::from_str(text).ok()?;
    let tokens = members(text.as_bytes(), &NAMES)?;
    if all.as_object()?.keys().any(|name| !NAMES.contains(&name.as_str())) {
        return None;
    }
    let access_token = tokens.get("access_token")?.as_str().filter(|text| is_token(text, 4096))?;
    let id_token = match tokens.get("id_token") {
        Some(value) => Some(value.as_str().filter(|text| is_token(text, usize::MAX))?.to_owned()),
        None => None,
    };
    Some((access_token.to_owned(), id_token))
}

fn is_token(text: &str, longest: usize) -> bool {
    let fits = |character: char| character.is_ascii_alphanumeric() || "!._~+/=-".contains(character);
    !text.is_empty() && text.len() <= longest && text.chars().all(fits)
}
