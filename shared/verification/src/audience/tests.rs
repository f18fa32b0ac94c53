//! The modes themselves; what each of them requires is tested beside its rules.

use super::*;
use crate::salesforce_id::parse_subject;
use serde_json::{from_value, json};

const NOW: u64 = 1_800_000_000;
const DOMAIN: &str = "https://acme.my.salesforce.com";
const SUB: &str = "https://login.salesforce.com/id/00DSG000009FYVd2AO/005SG000008eiAbYAI";

fn clients() -> ClientIds {
    ClientIds::parse("ours, also-ours").unwrap()
}

fn modes() -> [AudienceMode; 4] {
    let rules = IdTokenRules {
        clients: clients(),
        issuers: vec![DOMAIN.to_owned()],
        require_at_hash: false,
        require_nonce: false,
    };
    [
        AudienceMode::Unchecked,
        AudienceMode::IdToken(rules),
        AudienceMode::Introspection(clients()),
        AudienceMode::AccessTokenJwt { clients: clients(), domain: DOMAIN.to_owned() },
    ]
}

#[test]
fn a_mode_is_logged_by_the_name_under_which_it_is_configured() {
    assert_eq!(modes().map(|mode| mode.name()), ["unchecked", "id_token", "introspection", "access_token_jwt"]);
}

#[test]
fn an_outage_is_blamed_on_the_service_that_the_mode_asks() {
    let [_, id_token, introspection, access_token] = modes().map(|mode| mode.service());
    assert_eq!(introspection, Service::SalesforceIntrospection);
    assert_eq!((id_token, access_token), (Service::SalesforceKeys, Service::SalesforceKeys));
}

#[test]
fn a_client_is_known_by_its_whole_key() {
    for (client, expected) in [("ours", true), ("also-ours", true), ("our", false), ("OURS", false), ("", false)] {
        assert_eq!(clients().contain(client), expected, "{client}");
    }
}

#[test]
fn a_list_with_an_entry_that_is_no_consumer_key_is_refused() {
    let (longest, too_long) = ("a".repeat(255), "a".repeat(256));
    assert!(ClientIds::parse(&longest).is_ok());
    for text in ["", ",", "a,", "a b", "a\u{e4}", "a\n,b c", too_long.as_str()] {
        assert!(ClientIds::parse(text).is_err(), "{text:?}");
    }
}

/// What each mode accepts, in the order of [`modes`], for an app.
fn evidence(client: &str) -> [Evidence; 4] {
    let id_token = json!({"iss": DOMAIN, "aud": client, "sub": SUB, "exp": NOW + 1, "iat": NOW});
    let introspection = json!({"active": true, "client_id": client, "sub": SUB, "exp": NOW + 1});
    let user = "uid:005SG000008eiAbYAI";
    let access_token = json!({"iss": DOMAIN, "aud": DOMAIN, "sub": user, "client_id": client, "exp": NOW + 1});
    [
        Evidence::None,
        Evidence::IdToken(from_value(id_token).unwrap()),
        Evidence::Introspection(from_value(introspection).unwrap()),
        Evidence::AccessTokenJwt(from_value(access_token).unwrap()),
    ]
}

#[test]
fn each_mode_accepts_its_own_good_evidence_and_no_other() {
    let context = Context { identity: parse_subject(SUB).unwrap(), nonce: "n", now: NOW };
    for (wanted, mode) in modes().iter().enumerate() {
        for (given, evidence) in evidence("ours").iter().enumerate() {
            let expected = if wanted == given { Ok(()) } else { Err(DenyReason::AudienceUnproven) };
            assert_eq!(check(mode, evidence, &context), expected, "{mode:?} {evidence:?}");
        }
    }
}

#[test]
fn each_mode_that_looks_denies_a_token_of_another_app() {
    let context = Context { identity: parse_subject(SUB).unwrap(), nonce: "n", now: NOW };
    let verdicts: Vec<_> =
        modes().iter().zip(&evidence("theirs")).map(|(mode, evidence)| check(mode, evidence, &context).err()).collect();
    assert_eq!(
        verdicts,
        [
            None,
            Some(DenyReason::IdTokenAudience),
            Some(DenyReason::IntrospectionClient),
            Some(DenyReason::AccessTokenClient)
        ]
    );
}
