//! Signed tokens: a token that verifies is one that the key signed, to the last character.
//!
//! Input: one byte that picks a signed token, and edits of four bytes each; or, for other first bytes, a token.
#![no_main]

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use libfuzzer_sys::fuzz_target;
use salesforce_cognito_fuzz::members::members;
use salesforce_cognito_fuzz::signed;
use serde_json::Value;
use verification::oidc::jws;

static KEY: LazyLock<DecodingKey> = LazyLock::new(|| DecodingKey::from_rsa_components(signed::N, "AQAB").unwrap());

fuzz_target!(|input: &[u8]| {
    let Some((first, rest)) = input.split_first() else { return };
    let token = match signed::ALL.get(usize::from(*first)) {
        Some(token) => edited(token, rest),
        None => String::from_utf8_lossy(rest).into_owned(),
    };
    check_header(&token);
    let claims: Option<Value> = jws::verify(&token, &KEY).ok();
    if token == signed::ACCESS_TOKEN {
        assert_eq!(claims.as_ref().map(|claims| claims["client_id"] == "ours"), Some(true));
    }
    assert!(claims.is_none() || signed::ALL.contains(&token.as_str()), "{token}");
    assert!(claims.is_none_or(|claims| claims.is_object()));
});

fn edited(token: &str, edits: &[u8]) -> String {
    let mut token = token.as_bytes().to_vec();
    for edit in edits.chunks_exact(4) {
        let [what, high, low, byte] = edit.try_into().unwrap();
        let at = usize::from(u16::from_be_bytes([high, low])) % token.len().max(1);
        match what % 4 {
            _ if token.is_empty() => token.push(byte),
            0 => token[at] = byte,
            1 => token.insert(at, byte),
            2 => drop(token.remove(at)),
            _ => token.truncate(at),
        }
    }
    String::from_utf8_lossy(&token).into_owned()
}

fn check_header(token: &str) {
    let read = || {
        let parts: Vec<_> = token.split('.').collect();
        let [header, _, _] = parts.as_slice() else { return None };
        let header = members(&URL_SAFE_NO_PAD.decode(header).ok()?, &["alg", "kid", "tty", "crit"])?;
        let text = |name: &str| header.get(name).and_then(|value| value.as_str());
        let kid = text("kid").filter(|kid| !kid.is_empty())?.to_owned();
        (text("alg") == Some("RS256") && !header.contains_key("crit")).then(|| (kid, text("tty").map(str::to_owned)))
    };
    assert_eq!(jws::header(token).map(|header| (header.kid, header.tty)), read());
}
