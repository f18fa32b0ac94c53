//! What may leave the process, by the event alone.

use super::*;
use crate::audience::ClientIds;
use serde_json::json;

fn admitted_by(policy: &Policy, answer: &str, change: impl FnOnce(&mut Attempt<'_>)) -> Result<String, DenyReason> {
    let answer = json!(answer);
    let mut attempt = Attempt {
        pool_id: Some("eu-west-1_EXAMPLE"),
        username: Some("alice"),
        challenge: Some(Challenge { nonce: "n", attempt_id: "a" }),
        answer: Some(&answer),
        user: Some(user()),
    };
    change(&mut attempt);
    admit(policy, &attempt).map(|admitted| admitted.lookup.as_str().to_owned())
}

fn admitted(answer: &str, change: impl FnOnce(&mut Attempt<'_>)) -> Result<String, DenyReason> {
    admitted_by(&policy(), answer, change)
}

#[test]
fn an_answer_without_an_id_token_is_denied_where_the_mode_needs_one() {
    let rules = IdTokenRules {
        clients: ClientIds::parse("client").unwrap(),
        issuers: vec![],
        require_at_hash: false,
        require_nonce: false,
    };
    let policy = Policy { audience: AudienceMode::IdToken(rules), ..policy() };
    assert_eq!(admitted_by(&policy, "00DSG000009FYVd!AQ4", |_| ()), Err(DenyReason::IdTokenMissing));
    let both = r#"{"access_token":"00DSG000009FYVd!AQ4","id_token":"e30.e30.c2ln"}"#;
    assert!(admitted_by(&policy, both, |_| ()).is_ok());
}

#[test]
fn admits_tokens_of_the_organization_and_tokens_that_name_none() {
    for answer in ["00DSG000009FYVd!AQ4", "00DSG000009FYVd2AO!AQ4", "e30.e30.c2ln"] {
        assert_eq!(admitted(answer, |_| ()), Ok(EMAIL.to_owned()), "{answer}");
    }
}

#[test]
fn denies_a_token_that_names_another_organization_before_anything_is_sent() {
    for answer in ["00D6g000006wre4!AQ4", "00DSG000009FYVD!AQ4", "00D!AQ4", "!AQ4", "00DSG000009FYVd2AA!AQ4"] {
        assert_eq!(admitted(answer, |_| ()), Err(DenyReason::TokenOfAnotherOrganization), "{answer}");
    }
}

#[test]
fn denies_a_challenge_that_is_not_ours_and_an_event_without_a_pool() {
    let token = "00DSG000009FYVd!AQ4";
    assert_eq!(admitted(token, |attempt| attempt.challenge = None), Err(DenyReason::ChallengeNotOurs));
    assert_eq!(admitted(token, |attempt| attempt.pool_id = None), Err(DenyReason::EventIncomplete));
}

#[test]
fn whether_the_user_exists_changes_neither_admission_nor_that_a_lookup_is_made() {
    let token = "00DSG000009FYVd!AQ4";
    assert_eq!(admitted(token, |attempt| attempt.user = None), Ok(DECOY_EMAIL.to_owned()));
    let no_email = PoolUser { email: None, ..user() };
    assert_eq!(admitted(token, |attempt| attempt.user = Some(no_email)), Ok(DECOY_EMAIL.to_owned()));
    assert_eq!(admitted("", |attempt| attempt.user = None), admitted("", |_| ()));
}
