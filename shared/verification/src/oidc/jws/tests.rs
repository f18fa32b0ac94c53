//! The token and the key of RFC 7515, appendix A.2, and changes of them.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;

const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const HEADER: &str = "eyJhbGciOiJSUzI1NiJ9";
const PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
}

fn key() -> DecodingKey {
    DecodingKey::from_rsa_components(N, "AQAB").unwrap()
}

fn encoded(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

#[test]
fn the_example_in_the_standard_is_verified_and_its_claims_are_not_checked() {
    let claims: Claims = verify(&format!("{HEADER}.{PAYLOAD}.{SIGNATURE}"), &key()).unwrap();
    assert_eq!(claims.iss, "joe");
}

#[test]
fn a_token_with_a_wrong_signature_or_algorithm_is_refused() {
    let tampered = encoded(r#"{"iss":"eve","exp":1300819380}"#);
    let other_header = encoded(r#"{"alg":"RS256","kid":"a"}"#);
    for token in [
        format!("{HEADER}.{tampered}.{SIGNATURE}"),
        format!("{other_header}.{PAYLOAD}.{SIGNATURE}"),
        format!("{HEADER}.{PAYLOAD}."),
        format!("{HEADER}.{PAYLOAD}.{}", SIGNATURE.trim_end_matches("7Rw")),
        format!("{HEADER}.{PAYLOAD}.{SIGNATURE}AAAA"),
        format!("{}.{PAYLOAD}.{SIGNATURE}", encoded(r#"{"alg":"none"}"#)),
        format!("{}.{PAYLOAD}.", encoded(r#"{"alg":"none"}"#)),
        format!("{}.{PAYLOAD}.{SIGNATURE}", encoded(r#"{"alg":"HS256"}"#)),
    ] {
        assert!(verify::<Claims>(&token, &key()).is_err(), "{token}");
    }
}

#[test]
fn a_key_of_another_kind_verifies_no_token() {
    let token = format!("{HEADER}.{PAYLOAD}.{SIGNATURE}");
    for key in [DecodingKey::from_secret(N.as_bytes()), DecodingKey::from_rsa_components("AQAB", "AQAB").unwrap()] {
        assert_eq!(verify::<Claims>(&token, &key).err(), Some(InvalidJws::Signature));
    }
}

#[test]
fn a_header_needs_rs256_and_a_kid_and_must_not_have_crit() {
    let header = |text: &str| header(&format!("{}.e30.c2ln", encoded(text)));
    let expected = Header { kid: "k".to_owned(), tty: Some("t".to_owned()) };
    assert_eq!(header(r#"{"alg":"RS256","kid":"k","tty":"t","jku":"https://evil.example"}"#), Some(expected));
    for text in [
        r#"{"alg":"RS256"}"#,
        r#"{"kid":"k"}"#,
        r#"{"alg":"none","kid":"k"}"#,
        r#"{"alg":"HS256","kid":"k"}"#,
        r#"{"alg":"rs256","kid":"k"}"#,
        r#"{"alg":["RS256"],"kid":"k"}"#,
        r#"{"alg":"RS256","kid":""}"#,
        r#"{"alg":"RS256","kid":1}"#,
        r#"{"alg":"RS256","kid":"k","typ":"logout+jwt"}"#,
        r#"{"alg":"RS256","kid":"k","typ":""}"#,
        r#"{"alg":"RS256","kid":"k","typ":["JWT"]}"#,
        r#"{"alg":"RS256","kid":"k","crit":["b64"]}"#,
        r#"{"alg":"RS256","kid":"k","crit":[]}"#,
        r#"{"alg":"RS256","kid":"k","crit":null}"#,
        r#"{"alg":"none","alg":"RS256","kid":"k"}"#,
        r#"["RS256","k"]"#,
        "",
        "null",
    ] {
        assert_eq!(header(text), None, "{text}");
    }
}

#[test]
fn typ_may_be_jwt() {
    for typ in ["JWT", "jwt"] {
        let text = format!(r#"{{"alg":"RS256","kid":"k","typ":"{typ}"}}"#);
        assert!(header(&format!("{}.e30.c2ln", encoded(&text))).is_some(), "{typ}");
    }
}

#[test]
fn a_token_has_three_parts() {
    let part = encoded(r#"{"alg":"RS256","kid":"k"}"#);
    assert!(header(&format!("{part}.e30.c2ln")).is_some());
    for token in [part.clone(), format!("{part}.e30"), format!("{part}.e30.c2ln.e30"), format!("{part}=.e30.c2ln")] {
        assert_eq!(header(&token), None, "{token}");
    }
}

fn jwk(changes: &Value) -> Vec<(String, DecodingKey)> {
    let mut jwk = serde_json::json!({"kty": "RSA", "kid": "k", "n": N, "e": "AQAB", "alg": "RS256", "use": "sig"});
    for (name, value) in changes.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    signing_keys(serde_json::json!({"keys": [jwk]}).to_string().as_bytes()).unwrap()
}

#[test]
fn an_rsa_key_of_a_jwks_verifies_its_signature() {
    let padded = URL_SAFE_NO_PAD.encode([vec![0], URL_SAFE_NO_PAD.decode(N).unwrap()].concat());
    let padded = serde_json::json!({"n": padded, "e": "AAEAAQ"}).to_string();
    for changes in [
        r"{}",
        r#"{"use":null}"#,
        r#"{"alg":null}"#,
        r#"{"x5c":["x"]}"#,
        r#"{"key_ops":["verify"]}"#,
        r#"{"key_ops":["encrypt","verify"]}"#,
        padded.as_str(),
    ] {
        let keys = jwk(&serde_json::from_str(changes).unwrap());
        assert_eq!(keys.len(), 1, "{changes}");
        assert_eq!(keys[0].0, "k");
        assert!(verify::<Claims>(&format!("{HEADER}.{PAYLOAD}.{SIGNATURE}"), &keys[0].1).is_ok(), "{changes}");
    }
}

#[test]
fn a_key_for_another_purpose_or_without_a_kid_is_skipped() {
    for changes in [
        r#"{"use":"enc"}"#,
        r#"{"use":"other"}"#,
        r#"{"alg":"RS512"}"#,
        r#"{"alg":"PS256"}"#,
        r#"{"kid":null}"#,
        r#"{"key_ops":[]}"#,
        r#"{"key_ops":["encrypt"]}"#,
        r#"{"key_ops":["sign"]}"#,
        r#"{"kty":"oct","k":"AQAB"}"#,
        r#"{"n":"not base64!"}"#,
    ] {
        assert!(jwk(&serde_json::from_str(changes).unwrap()).is_empty(), "{changes}");
    }
}

#[test]
fn a_payload_without_the_claims_is_another_error_than_a_bad_signature() {
    #[derive(Debug, Deserialize)]
    struct Other {
        #[serde(rename = "another")]
        _another: String,
    }
    let token = format!("{HEADER}.{PAYLOAD}.{SIGNATURE}");
    assert_eq!(verify::<Other>(&token, &key()).err(), Some(InvalidJws::Payload));
    assert_eq!(verify::<Claims>(&format!("{token}AAAA"), &key()).err(), Some(InvalidJws::Signature));
}

#[test]
fn signing_is_impossible_and_only_rs256_can_be_verified() {
    assert!(no_signer(&Algorithm::RS256, &EncodingKey::from_secret(b"s")).is_err());
    for algorithm in [Algorithm::HS256, Algorithm::RS512, Algorithm::PS256, Algorithm::ES256] {
        assert!(ring_verifier(&algorithm, &key()).is_err(), "{algorithm:?}");
    }
    assert_eq!(ring_verifier(&Algorithm::RS256, &key()).unwrap().algorithm(), Algorithm::RS256);
}

proptest! {
    #[test]
    fn a_signed_token_with_one_changed_character_is_refused(
        at in any::<proptest::sample::Index>(), other in "[A-Za-z0-9_.-]",
    ) {
        let mut token = format!("{HEADER}.{PAYLOAD}.{SIGNATURE}");
        let at = at.index(token.len());
        prop_assume!(token.get(at..=at) != Some(&other));
        token.replace_range(at..=at, &other);
        prop_assert!(verify::<Claims>(&token, &key()).is_err(), "{}", token);
    }

    #[test]
    fn the_reader_never_panics(token in "[ -~]{0,48}", set in "[ -~]{0,48}") {
        let _ = header(&token);
        let _ = verify::<Claims>(&token, &key());
        let _ = signing_keys(set.as_bytes());
    }
}
