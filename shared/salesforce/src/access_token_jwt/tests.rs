//! One valid baseline. Each test changes one claim and expects one verdict.

use super::*;
use serde_json::json;

const NOW: u64 = 1_800_000_000;
const DOMAIN: &str = "https://acme.my.salesforce.com";

fn verdict(name: &str, value: Value) -> Result<(SalesforceUserId, u64), DenyReason> {
    let mut claims = json!({
        "iss": DOMAIN, "aud": [DOMAIN], "sub": "uid:005SG000008eiAbYAI", "client_id": "ours",
        "exp": NOW + 60, "nbf": NOW - 1, "iat": NOW - 1, "scp": "id",
    });
    claims[name] = value;
    let claims: AccessTokenClaims = serde_json::from_value(claims).unwrap();
    claims.check(&ClientIds::parse("ours").unwrap(), DOMAIN, NOW)
}

fn with(name: &str, value: Value) -> Option<DenyReason> {
    verdict(name, value).err()
}

#[test]
fn the_valid_baseline_returns_the_user_and_when_the_token_is_refused() {
    assert_eq!(verdict("scp", json!("id")), Ok(("005SG000008eiAbYAI".parse().unwrap(), NOW + 60 + SKEW)));
    assert_eq!(verdict("exp", json!(u64::MAX)).map(|(_, refused_from)| refused_from), Ok(u64::MAX));
}

#[test]
fn the_audience_may_be_a_list_or_a_string() {
    assert_eq!(with("aud", json!([DOMAIN])), None);
    assert_eq!(with("aud", json!(DOMAIN)), None);
}

#[test]
fn each_claim_is_denied_by_its_own_rule() {
    let other = "https://evil.my.salesforce.com";
    for (name, reason, values) in [
        (
            "iss",
            DenyReason::AccessTokenIssuer,
            vec![json!(other), json!(format!("{DOMAIN}/")), json!(null), json!([DOMAIN])],
        ),
        (
            "aud",
            DenyReason::AccessTokenAudience,
            vec![json!(other), json!([DOMAIN, other]), json!([]), json!(null), json!(1)],
        ),
        ("exp", DenyReason::AccessTokenExpired, vec![json!(NOW - 60), json!("1900000000"), json!(null)]),
        ("nbf", DenyReason::AccessTokenNotYetValid, vec![json!(NOW + 61), json!("0")]),
        ("iat", DenyReason::AccessTokenNotYetValid, vec![json!(NOW + 61), json!("0")]),
        ("client_id", DenyReason::AccessTokenClient, vec![json!("theirs"), json!(["ours"]), json!(null)]),
        (
            "sub",
            DenyReason::AccessTokenSubject,
            vec![json!("uid:0056g0000049jc6AAB"), json!("005SG000008eiAbYAI"), json!(null)],
        ),
    ] {
        for value in values {
            assert_eq!(with(name, value.clone()), Some(reason), "{name} {value}");
        }
    }
}

#[test]
fn times_are_accepted_within_the_clock_skew() {
    assert_eq!(with("exp", json!(NOW - 59)), None);
    assert_eq!(with("nbf", json!(NOW + 60)), None);
    assert_eq!(with("nbf", json!(null)), None);
}

#[test]
fn only_the_type_of_an_access_token_is_accepted() {
    let header = |tty: Option<&str>| Header { kid: "k".to_owned(), tty: tty.map(str::to_owned) };
    assert_eq!(check_type(&header(Some("sfdc-core-token"))), Ok(()));
    for tty in [None, Some(""), Some("id_token"), Some("SFDC-CORE-TOKEN")] {
        assert_eq!(check_type(&header(tty)), Err(DenyReason::AccessTokenType), "{tty:?}");
    }
}
