//! The JWKS: each accepted entry is an RSA key for RS256 signatures, and only our key verifies our tokens.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, DecodingKeyKind};
use libfuzzer_sys::fuzz_target;
use salesforce_cognito_fuzz::members::members;
use salesforce_cognito_fuzz::signed;
use serde_json::Value;
use verification::oidc::jws;

fuzz_target!(|jwks: &[u8]| {
    let listed = members(jwks, &["keys"]).and_then(|mut set| set.remove("keys"));
    let Some(keys) = jws::signing_keys(jwks) else { return };
    let listed = listed.expect("the keys are from an object with one list of keys");
    let usable = listed.as_array().unwrap().iter().filter(|key| is_usable(key));
    let mut kids: Vec<_> = usable.filter_map(|key| key["kid"].as_str()).collect();
    for (kid, _) in &keys {
        let at = kids.iter().position(|usable| usable == kid).expect("each key is another entry");
        kids.remove(at);
    }
    // Two keys are enough, because checking a signature takes longer than everything else.
    for (_, key) in keys.iter().take(2) {
        if jws::verify::<Value>(signed::ACCESS_TOKEN, key).is_ok() {
            assert!(is_ours(key));
        }
    }
});

fn is_usable(key: &Value) -> bool {
    let may_be = |name: &str, only: &str| key[name].is_null() || key[name] == only;
    key["kty"] == "RSA" && may_be("use", "sig") && may_be("alg", "RS256")
}

fn is_ours(key: &DecodingKey) -> bool {
    let DecodingKeyKind::RsaModulusExponent { n, e } = key.kind() else { return false };
    *n == URL_SAFE_NO_PAD.decode(signed::N).unwrap() && *e == [1, 0, 1]
}
