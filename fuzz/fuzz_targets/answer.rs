//! The challenge answer: the tokens are those that the caller wrote, and can be sent in a header.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
        return is_access_token(text).then(|| (text.to_owned(), None));
    }
    // A second parser that accepts any name: a member with another name is denied.
    let all: Value = serde_json::from_str(text).ok()?;
    let tokens = members(text.as_bytes(), &NAMES)?;
    if all.as_object()?.keys().any(|name| !NAMES.contains(&name.as_str())) {
        return None;
    }
    let access_token = tokens.get("access_token")?.as_str().filter(|text| is_access_token(text))?;
    let id_token = match tokens.get("id_token") {
        Some(value) => Some(value.as_str().filter(|text| is_token(text))?.to_owned()),
        None => None,
    };
    Some((access_token.to_owned(), id_token))
}

fn is_token(text: &str) -> bool {
    let fits = |character: char| character.is_ascii_alphanumeric() || "!._~+/=-".contains(character);
    !text.is_empty() && text.chars().all(fits)
}

/// A JWT must be in its canonical form, so that no other text is the same token.
fn is_access_token(text: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    let is_jwt = parts.len() == 3 && !text.contains('!');
    let reads_back = |part: &&str| URL_SAFE_NO_PAD.decode(part).is_ok_and(|bytes| URL_SAFE_NO_PAD.encode(bytes) == **part);
    let canonical = parts.iter().all(|part| !part.is_empty() && reads_back(part));
    is_token(text) && text.len() <= 4096 && (canonical || !is_jwt)
}
