//! To which app the token was issued, and what is remembered of a token that signs in.

use super::*;
use crate::audience::tests::{DOMAIN, modes};
use serde_json::{from_value, json};
use verification::{AccessToken, IdToken};

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

fn tokens(access: &str, id: Option<&str>) -> Tokens {
    Tokens { access: AccessToken::parse(access).unwrap(), id: id.map(|text| IdToken::parse(text).unwrap()) }
}

fn used(tokens: &Tokens, vouched: &Vouched<'_>) -> UsedToken {
    used_token("eu-west-1_EXAMPLE", tokens, vouched)
}

#[test]
fn an_id_token_is_remembered_by_itself_and_for_an_hour() {
    let vouched = &Vouched::IdToken { subject: identity(), issued: NOW };
    let with = |access: &str, id: &str| used(&tokens(access, Some(id)), vouched);
    let token = with("00DSG000009FYVd!AQ4", "e30.e30.c2ln");
    assert_eq!(token.until, Some(NOW + 3600));
    assert_eq!(with("00DSG000009FYVd!another", "e30.e30.c2ln"), token);
    assert_ne!(with("00DSG000009FYVd!AQ4", "e30.e31-.c2ln"), token);
}

#[test]
fn a_jwt_based_access_token_is_remembered_until_it_is_refused() {
    let token = used(&tokens("e30.e30.c2ln", None), &Vouched::AccessToken { user: identity().1, ends: NOW + 1 });
    assert_eq!(token.until, Some(NOW + 1));
}

#[test]
fn an_opaque_token_is_remembered_without_an_end_by_either_form_of_its_prefix() {
    let token = used(&tokens("00DSG000009FYVd!AQ4", None), &Vouched::Unchecked);
    assert_eq!(token.until, None);
    assert_eq!(used(&tokens("00DSG000009FYVd2AO!AQ4", None), &Vouched::Unchecked), token);
    assert_ne!(used(&tokens("00DSG000009FYVd!AQ5", None), &Vouched::Unchecked), token);
}

#[test]
fn an_id_token_that_names_nobody_vouches_for_nothing() {
    for sub in
        ["", "005SG000008eiAbYAI", "uid:005SG000008eiAbYAI", "https://login.salesforce.com/id/00DSG000009FYVd2AO"]
    {
        assert_eq!(by_id_token("ours", sub).err(), Some(DenyReason::IdTokenSubject), "{sub}");
    }
}

#[test]
fn an_answer_without_an_id_token_is_denied_where_the_mode_needs_one() {
    let [_, audience, ..] = modes();
    let policy = Policy { audience, ..policy() };
    assert_eq!(admit(&policy, &tokens("00DSG000009FYVd!AQ4", None)), Err(DenyReason::IdTokenMissing));
    assert_eq!(admit(&policy, &tokens("00DSG000009FYVd!AQ4", Some("e30.e30.c2ln"))), Ok(()));
}

#[test]
fn admits_tokens_of_the_organization_and_tokens_that_name_none() {
    for token in ["00DSG000009FYVd!AQ4", "00DSG000009FYVd2AO!AQ4", "e30.e30.c2ln"] {
        assert_eq!(admit(&policy(), &tokens(token, None)), Ok(()), "{token}");
    }
}

#[test]
fn denies_a_token_that_names_another_organization_before_anything_is_sent() {
    for token in ["00D6g000006wre4!AQ4", "00DSG000009FYVD!AQ4", "00D!AQ4", "!AQ4", "00DSG000009FYVd2AA!AQ4"] {
        let denied = admit(&policy(), &tokens(token, None));
        assert_eq!(denied, Err(DenyReason::TokenOfAnotherOrganization), "{token}");
    }
}

#[test]
fn an_id_token_may_name_its_subject_in_the_short_form_at_any_host() {
    assert!(by_id_token("ours", "https://acme.my.salesforce.com/id/00DSG000009FYVd/005SG000008eiAb").is_ok());
}
