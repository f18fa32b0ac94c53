//! One valid baseline. Each test changes one claim and expects one verdict.

use super::*;
use serde_json::json;

const NOW: u64 = 1_800_000_000;
const SUB: &str = "https://login.salesforce.com/id/00DSG000009FYVd2AO/005SG000008eiAbYAI";
const TOKEN: &str = "00DSG000009FYVd!AQ4";

fn rules() -> IdTokenRules {
    IdTokenRules {
        clients: ClientIds::parse("ours,also-ours").unwrap(),
        issuers: vec!["https://acme.my.salesforce.com".to_owned()],
        require_at_hash: false,
        require_nonce: false,
    }
}

fn claims() -> Value {
    json!({
        "iss": "https://acme.my.salesforce.com", "aud": "ours", "sub": SUB, "exp": NOW + 120, "iat": NOW - 10,
        "nonce": "nonce", "email": "not looked at",
    })
}

fn verdict(rules: &IdTokenRules, claims: Value) -> Result<u64, DenyReason> {
    let claims: IdTokenClaims = serde_json::from_value(claims).unwrap();
    rules.check(&claims.with_access_token(&AccessToken::parse(TOKEN).unwrap()), "nonce", NOW)
}

fn judge(rules: &IdTokenRules, claims: Value) -> Option<DenyReason> {
    verdict(rules, claims).err()
}

fn with(name: &str, value: Value) -> Option<DenyReason> {
    let mut claims = claims();
    claims[name] = value;
    judge(&rules(), claims)
}

fn without(name: &str) -> Option<DenyReason> {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    judge(&rules(), claims)
}

#[test]
fn the_valid_baseline_returns_the_time_of_the_login() {
    assert_eq!(verdict(&rules(), claims()), Ok(NOW - 10));
}

#[test]
fn a_claim_that_is_missing_or_of_the_wrong_type_is_denied_by_its_own_rule() {
    for (name, reason) in [
        ("iss", DenyReason::IdTokenIssuer),
        ("aud", DenyReason::IdTokenAudience),
        ("exp", DenyReason::IdTokenExpired),
        ("iat", DenyReason::IdTokenTooOld),
    ] {
        assert_eq!(without(name), Some(reason), "{name}");
        for value in [
            json!(null),
            json!(true),
            json!({}),
            json!([]),
            json!([1]),
            json!(""),
            json!("1800000000"),
            json!(-1),
            json!(1.5),
        ] {
            assert_eq!(with(name, value.clone()), Some(reason), "{name} {value}");
        }
    }
}

#[test]
fn the_issuer_is_compared_character_by_character() {
    for iss in [
        "https://acme.my.salesforce.com/",
        "https://ACME.my.salesforce.com",
        "http://acme.my.salesforce.com",
        "https://login.salesforce.com",
        "https://evil.my.salesforce.com",
        "https://acme.my.salesforce.com.evil.example",
    ] {
        assert_eq!(with("iss", json!(iss)), Some(DenyReason::IdTokenIssuer), "{iss}");
    }
}

#[test]
fn every_audience_and_the_authorized_party_must_be_ours() {
    for aud in [json!("also-ours"), json!(["ours"]), json!(["ours", "also-ours"])] {
        assert_eq!(with("aud", aud.clone()), None, "{aud}");
    }
    for aud in [
        json!("theirs"),
        json!(["ours", "theirs"]),
        json!(["theirs"]),
        json!([["ours"]]),
        json!("OURS"),
        json!("ours "),
    ] {
        assert_eq!(with("aud", aud.clone()), Some(DenyReason::IdTokenAudience), "{aud}");
    }
    assert_eq!(with("azp", json!("ours")), None);
    for azp in [json!("theirs"), json!(["ours"]), json!(1)] {
        assert_eq!(with("azp", azp.clone()), Some(DenyReason::IdTokenAudience), "{azp}");
    }
}

#[test]
fn times_are_accepted_up_to_their_limits() {
    for (name, time, verdict) in [
        ("exp", NOW - 59, None),
        ("exp", NOW - 60, Some(DenyReason::IdTokenExpired)),
        ("iat", NOW - 360, None),
        ("iat", NOW - 361, Some(DenyReason::IdTokenTooOld)),
        ("iat", NOW + 60, None),
        ("iat", NOW + 61, Some(DenyReason::IdTokenNotYetValid)),
        ("nbf", NOW + 60, None),
        ("nbf", NOW + 61, Some(DenyReason::IdTokenNotYetValid)),
        ("exp", u64::MAX, None),
        ("iat", u64::MAX, Some(DenyReason::IdTokenNotYetValid)),
    ] {
        assert_eq!(with(name, json!(time)), verdict, "{name} {time}");
    }
    assert_eq!(with("nbf", json!("soon")), Some(DenyReason::IdTokenNotYetValid));
}

#[test]
fn a_used_token_is_remembered_until_it_is_too_old() {
    let mut claims = claims();
    claims["iat"] = json!(NOW - USED_RETENTION);
    claims["exp"] = json!(NOW + 10 * USED_RETENTION);
    assert_eq!(judge(&rules(), claims), Some(DenyReason::IdTokenTooOld));
}

#[test]
fn at_hash_is_checked_if_present_and_can_be_required() {
    assert_eq!(with("at_hash", json!(at_hash(TOKEN))), None);
    for wrong in [json!(at_hash("another")), json!(""), json!(1), json!([at_hash(TOKEN)])] {
        assert_eq!(with("at_hash", wrong.clone()), Some(DenyReason::IdTokenAtHash), "{wrong}");
    }
    let required = IdTokenRules { require_at_hash: true, ..rules() };
    assert_eq!(judge(&required, claims()), Some(DenyReason::IdTokenAtHash));
}

#[test]
fn at_hash_matches_the_example_in_the_standard() {
    // OpenID Connect Core, appendix A.4: the access token and its at_hash.
    assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
}

#[test]
fn a_logout_token_is_denied() {
    for events in [json!({"http://schemas.openid.net/event/backchannel-logout": {}}), json!({}), json!([]), json!(1)] {
        assert_eq!(with("events", events.clone()), Some(DenyReason::IdTokenMalformed), "{events}");
    }
}

#[test]
fn the_nonce_of_the_challenge_can_be_required() {
    let required = IdTokenRules { require_nonce: true, ..rules() };
    assert_eq!(judge(&required, claims()), None);
    for nonce in [json!("another"), json!(null), json!(""), json!(["nonce"]), json!("NONCE")] {
        let mut claims = claims();
        claims["nonce"] = nonce.clone();
        assert_eq!(judge(&required, claims.clone()), Some(DenyReason::IdTokenNonce), "{nonce}");
        assert_eq!(judge(&rules(), claims), None, "{nonce}");
    }
}
