//! The rules about the app to which the token was issued, and what is recorded of a used token.

use super::*;
use crate::audience::tests::{DOMAIN, modes};
use serde_json::{from_value, json};
use verification::{AccessToken, IdToken};

fn subject(organization: &str, user: &str) -> String {
    format!("https://login.salesforce.com/id/{organization}/{user}")
}

/// Validates an `id_token` that was issued to `client`.
fn validate(client: &str, sub: &str) -> Result<LocalValidation<'static>, DenyReason> {
    let [_, AudienceMode::IdToken(rules), ..] = modes() else { panic!("the modes have another order") };
    let claims = json!({"iss": DOMAIN, "aud": client, "sub": sub, "exp": NOW + 1, "iat": NOW});
    validate_id_token(&policy(), &rules, &from_value(claims).unwrap(), "n", NOW)
}

fn introspection(client: &str) -> Introspection {
    let sub = subject(ORGANIZATION, USER);
    from_value(json!({"active": true, "client_id": client, "sub": sub, "exp": NOW + 1})).unwrap()
}

fn identity() -> Identity {
    (ORGANIZATION.parse().unwrap(), USER.parse().unwrap())
}

#[test]
fn an_id_token_for_our_app_is_valid_for_its_subject() {
    let validation = validate("ours", &subject(ORGANIZATION, USER)).unwrap();
    assert!(validation.has_verified_signature());
    let LocalValidation::IdToken { subject, issued: NOW } = validation else { panic!("{validation:?}") };
    assert_eq!(subject, identity());
}

#[test]
fn an_id_token_for_another_app_is_denied() {
    assert_eq!(validate("theirs", &subject(ORGANIZATION, USER)).err(), Some(DenyReason::IdTokenAudience));
}

#[test]
fn an_id_token_of_another_organization_is_denied() {
    let reason = validate("ours", &subject(OTHER_ORGANIZATION, USER)).err();
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
fn a_signed_token_must_name_the_user_of_the_access_token() {
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

fn used(tokens: &Tokens, validation: &LocalValidation<'_>) -> UsedToken {
    used_token("eu-west-1_EXAMPLE", tokens, validation)
}

#[test]
fn an_id_token_is_recorded_on_its_own_and_for_an_hour() {
    let validation = &LocalValidation::IdToken { subject: identity(), issued: NOW };
    let with = |access: &str, id: &str| used(&tokens(access, Some(id)), validation);
    let token = with("00DSG000009FYVd!AQ4", "e30.e30.c2ln");
    assert_eq!(token.expires_at, Some(NOW + 3600));
    assert_eq!(with("00DSG000009FYVd!another", "e30.e30.c2ln"), token);
    assert_ne!(with("00DSG000009FYVd!AQ4", "e30.e31-.c2ln"), token);
}

#[test]
fn a_jwt_based_access_token_is_recorded_until_it_is_refused() {
    let token = used(
        &tokens("e30.e30.c2ln", None),
        &LocalValidation::AccessToken { user: identity().1, refused_from: NOW + 1 },
    );
    assert_eq!(token.expires_at, Some(NOW + 1));
}

#[test]
fn an_opaque_token_is_recorded_forever_and_recognised_by_both_prefixes() {
    let token = used(&tokens("00DSG000009FYVd!AQ4", None), &LocalValidation::Unchecked);
    assert_eq!(token.expires_at, None);
    assert_eq!(used(&tokens("00DSG000009FYVd2AO!AQ4", None), &LocalValidation::Unchecked), token);
    assert_ne!(used(&tokens("00DSG000009FYVd!AQ5", None), &LocalValidation::Unchecked), token);
}

#[test]
fn an_id_token_whose_subject_is_malformed_is_denied() {
    for sub in
        ["", "005SG000008eiAbYAI", "uid:005SG000008eiAbYAI", "https://login.salesforce.com/id/00DSG000009FYVd2AO"]
    {
        assert_eq!(validate("ours", sub).err(), Some(DenyReason::IdTokenSubject), "{sub}");
    }
}

#[test]
fn an_answer_without_an_id_token_is_denied_if_the_mode_needs_one() {
    let [_, audience, ..] = modes();
    let policy = Policy { audience, ..policy() };
    assert_eq!(admit(&policy, &tokens("00DSG000009FYVd!AQ4", None)), Err(DenyReason::IdTokenMissing));
    assert_eq!(admit(&policy, &tokens("00DSG000009FYVd!AQ4", Some("e30.e30.c2ln"))), Ok(()));
}

#[test]
fn admits_tokens_of_the_organization_and_tokens_without_a_prefix() {
    for token in ["00DSG000009FYVd!AQ4", "00DSG000009FYVd2AO!AQ4", "e30.e30.c2ln"] {
        assert_eq!(admit(&policy(), &tokens(token, None)), Ok(()), "{token}");
    }
}

#[test]
fn denies_a_token_of_another_organization_before_any_request() {
    for token in ["00D6g000006wre4!AQ4", "00DSG000009FYVD!AQ4", "00D!AQ4", "!AQ4", "00DSG000009FYVd2AA!AQ4"] {
        let denied = admit(&policy(), &tokens(token, None));
        assert_eq!(denied, Err(DenyReason::TokenOfAnotherOrganization), "{token}");
    }
}

#[test]
fn the_subject_of_an_id_token_may_have_short_ids_and_any_host() {
    assert!(validate("ours", "https://acme.my.salesforce.com/id/00DSG000009FYVd/005SG000008eiAb").is_ok());
}
