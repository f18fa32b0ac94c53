//! To which app the token was issued, and what is remembered of a token that signs in.

use super::*;
use crate::audience::tests::{DOMAIN, modes};
use serde_json::{Value, from_value, json};

fn subject(organization: &str, user: &str) -> String {
    format!("https://login.salesforce.com/id/{organization}/{user}")
}

/// The claims of an `id_token` that was issued to `client`, judged.
fn by_id_token(client: &str, sub: &str) -> Result<Vouched<'static>, DenyReason> {
    let [_, AudienceMode::IdToken(rules), ..] = modes() else { panic!("another order") };
    let claims = json!({"iss": DOMAIN, "aud": client, "sub": sub, "exp": NOW + 1, "iat": NOW});
    vouch_by_id_token(&policy(), &rules, &from_value(claims).unwrap(), "n", NOW)
}

fn introspection(client: &str) -> Introspection {
    let sub = subject(ORGANIZATION, USER);
    from_value(json!({"active": true, "client_id": client, "sub": sub, "exp": NOW + 1})).unwrap()
}

fn identity() -> Identity {
    (ORGANIZATION.parse().unwrap(), USER.parse().unwrap())
}

#[test]
fn an_id_token_for_our_app_vouches_for_its_subject() {
    let vouched = by_id_token("ours", &subject(ORGANIZATION, USER)).unwrap();
    assert!(matches!(vouched, Vouched::IdToken { subject, issued: NOW } if subject == identity()), "{vouched:?}");
    assert!(vouched.is_signed());
}

#[test]
fn an_id_token_that_was_issued_to_another_app_vouches_for_nothing() {
    assert_eq!(by_id_token("theirs", &subject(ORGANIZATION, USER)).err(), Some(DenyReason::IdTokenAudience));
}

#[test]
fn an_id_token_of_another_organization_vouches_for_nothing() {
    let reason = by_id_token("ours", &subject(OTHER_ORGANIZATION, USER)).err();
    assert_eq!(reason, Some(DenyReason::OrganizationNotAllowed));
}

fn identified(evidence: &Evidence<'_>) -> Option<DenyReason> {
    identify(&policy(), &Findings { info: &info(), evidence, now: NOW }).err()
}

#[test]
fn introspection_must_name_our_app() {
    let clients = ClientIds::parse("ours").unwrap();
    for (client, expected) in [("ours", None), ("theirs", Some(DenyReason::IntrospectionClient))] {
        assert_eq!(identified(&Evidence::Introspection(introspection(client), &clients)), expected, "{client}");
    }
}

#[test]
fn a_signed_token_must_be_about_the_person_of_the_access_token() {
    let (organization, user) = identity();
    let colleague = "0056g0000049jc6AAA".parse().unwrap();
    assert_eq!(identified(&Evidence::IdToken((organization, user))), None);
    for subject in [(organization, colleague), (OTHER_ORGANIZATION.parse().unwrap(), user)] {
        assert_eq!(identified(&Evidence::IdToken(subject)), Some(DenyReason::IdTokenSubject));
    }
    assert_eq!(identified(&Evidence::AccessToken(user)), None);
    assert_eq!(identified(&Evidence::AccessToken(colleague)), Some(DenyReason::AccessTokenSubject));
}

#[test]
fn a_token_that_another_attempt_has_used_is_denied_after_all_other_rules() {
    let person = identify(&policy(), &Findings { info: &info(), evidence: &Evidence::Unchecked, now: NOW }).unwrap();
    for (claim, expected) in
        [(Claim::Claimed, None), (Claim::NotConfigured, None), (Claim::AlreadyUsed, Some(DenyReason::TokenAlreadyUsed))]
    {
        let matched = decide(Some(&user()), &person, None).unwrap();
        assert_eq!(finish(matched, claim).err(), expected, "{claim:?}");
    }
}

fn used(answer: &Value, vouched: &Vouched<'_>) -> UsedToken {
    let attempt = Attempt {
        pool_id: Some("eu-west-1_EXAMPLE"),
        username: None,
        challenge: Some(Challenge { nonce: "n", attempt_id: "a" }),
        answer: Some(answer),
        user: None,
    };
    admit(&policy(), &attempt).unwrap().used_token(vouched)
}

#[test]
fn an_id_token_is_remembered_by_itself_and_for_an_hour() {
    let vouched = &Vouched::IdToken { subject: identity(), issued: NOW };
    let answer = |access: &str, id: &str| json!(json!({"access_token": access, "id_token": id}).to_string());
    let token = used(&answer("00DSG000009FYVd!AQ4", "e30.e30.c2ln"), vouched);
    assert_eq!(token.until, Some(NOW + 3600));
    assert_eq!(used(&answer("00DSG000009FYVd!another", "e30.e30.c2ln"), vouched), token);
    assert_ne!(used(&answer("00DSG000009FYVd!AQ4", "e30.e31-.c2ln"), vouched), token);
}

#[test]
fn a_jwt_based_access_token_is_remembered_until_it_is_refused() {
    let token = used(&json!("e30.e30.c2ln"), &Vouched::AccessToken { user: identity().1, ends: NOW + 1 });
    assert_eq!(token.until, Some(NOW + 1));
}

#[test]
fn an_opaque_token_is_remembered_without_an_end_by_either_form_of_its_prefix() {
    let token = used(&json!("00DSG000009FYVd!AQ4"), &Vouched::Unchecked);
    assert_eq!(token.until, None);
    assert_eq!(used(&json!("00DSG000009FYVd2AO!AQ4"), &Vouched::Unchecked), token);
    assert_ne!(used(&json!("00DSG000009FYVd!AQ5"), &Vouched::Unchecked), token);
}
