//! To which app the token was issued, and what is remembered of a token that signs in.

use super::*;
use crate::audience::SKEW;
use crate::audience::tests::{DOMAIN, modes};
use serde_json::{Value, from_value, json};

fn subject(organization: &str, user: &str) -> String {
    format!("https://login.salesforce.com/id/{organization}/{user}")
}

fn policies() -> [Policy; 4] {
    modes().map(|audience| Policy { audience, ..policy() })
}

/// The claims that each mode asks for, in the order of [`policies`], of a token that was issued to `client`.
fn claims(client: &str, sub: &str) -> [SignedClaims; 4] {
    let id_token = json!({"iss": DOMAIN, "aud": client, "sub": sub, "exp": NOW + 1, "iat": NOW});
    let access_token =
        json!({"iss": DOMAIN, "aud": DOMAIN, "sub": format!("uid:{USER}"), "client_id": client, "exp": NOW + 1});
    [
        SignedClaims::None,
        SignedClaims::IdToken(from_value(id_token).unwrap()),
        SignedClaims::None,
        SignedClaims::AccessTokenJwt(from_value(access_token).unwrap()),
    ]
}

fn introspection(client: &str) -> Introspection {
    let sub = subject(ORGANIZATION, USER);
    from_value(json!({"active": true, "client_id": client, "sub": sub, "exp": NOW + 1})).unwrap()
}

fn good() -> [SignedClaims; 4] {
    claims("ours", &subject(ORGANIZATION, USER))
}

fn vouched() -> [Vouched; 4] {
    let (organization, user) = (ORGANIZATION.parse().unwrap(), USER.parse().unwrap());
    [
        Vouched::Nothing,
        Vouched::IdToken { subject: (organization, user), issued: NOW },
        Vouched::Nothing,
        Vouched::AccessToken { user, ends: NOW + 1 + SKEW },
    ]
}

#[test]
fn claims_vouch_in_their_own_mode_and_in_no_other() {
    for (wanted, policy) in policies().iter().enumerate() {
        for (given, claims) in good().iter().enumerate() {
            let own = wanted == given || [wanted, given] == [0, 2] || [wanted, given] == [2, 0];
            let expected = if own { Ok(vouched()[wanted]) } else { Err(DenyReason::AudienceUnproven) };
            assert_eq!(vouch(policy, claims, "n", NOW), expected, "{policy:?} {claims:?}");
        }
    }
}

#[test]
fn a_token_that_was_issued_to_another_app_vouches_for_nothing() {
    let [_, id_token, _, access_token] = claims("theirs", &subject(ORGANIZATION, USER));
    let [_, by_id_token, _, by_access_token] = policies();
    assert_eq!(vouch(&by_id_token, &id_token, "n", NOW), Err(DenyReason::IdTokenAudience));
    assert_eq!(vouch(&by_access_token, &access_token, "n", NOW), Err(DenyReason::AccessTokenClient));
}

#[test]
fn an_id_token_of_another_organization_vouches_for_nothing() {
    let [_, id_token, ..] = claims("ours", &subject(OTHER_ORGANIZATION, USER));
    assert_eq!(vouch(&policies()[1], &id_token, "n", NOW), Err(DenyReason::OrganizationNotAllowed));
}

fn identified(policy: &Policy, vouched: Vouched, introspection: Option<&Introspection>) -> Option<DenyReason> {
    identify(policy, &Findings { info: &info(), vouched, introspection, now: NOW }).err()
}

#[test]
fn evidence_of_another_mode_proves_nothing() {
    let found = introspection("ours");
    for (wanted, policy) in policies().iter().enumerate() {
        for (given, vouched) in vouched().into_iter().enumerate() {
            for introspection in [None, Some(&found)] {
                let fits = (wanted == given || vouched == Vouched::Nothing && [0, 2].contains(&wanted))
                    && introspection.is_some() == (wanted == 2);
                let expected = (!fits).then_some(DenyReason::AudienceUnproven);
                assert_eq!(identified(policy, vouched, introspection), expected, "{policy:?} {vouched:?}");
            }
        }
    }
}

#[test]
fn introspection_must_name_our_app() {
    let reason = identified(&policies()[2], Vouched::Nothing, Some(&introspection("theirs")));
    assert_eq!(reason, Some(DenyReason::IntrospectionClient));
}

#[test]
fn a_signed_token_must_be_about_the_person_of_the_access_token() {
    let [_, by_id_token, _, by_access_token] = policies();
    let (organization, user) = (ORGANIZATION.parse().unwrap(), USER.parse().unwrap());
    let colleague = "0056g0000049jc6AAA".parse().unwrap();
    for subject in [(organization, colleague), (OTHER_ORGANIZATION.parse().unwrap(), user)] {
        let vouched = Vouched::IdToken { subject, issued: NOW };
        assert_eq!(identified(&by_id_token, vouched, None), Some(DenyReason::IdTokenSubject));
    }
    let vouched = Vouched::AccessToken { user: colleague, ends: NOW };
    assert_eq!(identified(&by_access_token, vouched, None), Some(DenyReason::AccessTokenSubject));
}

fn used(answer: &Value, vouched: Vouched) -> UsedToken {
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
    let vouched = vouched()[1];
    let answer = |access: &str, id: &str| json!(json!({"access_token": access, "id_token": id}).to_string());
    let token = used(&answer("00DSG000009FYVd!AQ4", "e30.e30.c2ln"), vouched);
    assert_eq!(token.until, Some(NOW + 3600));
    assert_eq!(used(&answer("00DSG000009FYVd!another", "e30.e30.c2ln"), vouched), token);
    assert_ne!(used(&answer("00DSG000009FYVd!AQ4", "e30.e31-.c2ln"), vouched), token);
}

#[test]
fn a_jwt_based_access_token_is_remembered_until_it_is_refused() {
    let token = used(&json!("e30.e30.c2ln"), vouched()[3]);
    assert_eq!(token.until, Some(NOW + 1 + SKEW));
}

#[test]
fn an_opaque_token_is_remembered_without_an_end_by_either_form_of_its_prefix() {
    let token = used(&json!("00DSG000009FYVd!AQ4"), Vouched::Nothing);
    assert_eq!(token.until, None);
    assert_eq!(used(&json!("00DSG000009FYVd2AO!AQ4"), Vouched::Nothing), token);
    assert_ne!(used(&json!("00DSG000009FYVd!AQ5"), Vouched::Nothing), token);
}
