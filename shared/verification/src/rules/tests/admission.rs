//! What may leave the process, by the event alone.

use super::*;
use serde_json::json;

fn admitted(answer: &str, change: impl FnOnce(&mut Attempt<'_>)) -> Result<String, DenyReason> {
    let provider = Played { delay: Duration::ZERO, denial: None, signed: false };
    let answer = json!(answer);
    let mut attempt = Attempt {
        pool_id: Some("eu-west-1_EXAMPLE"),
        username: Some("alice"),
        challenge: Some(Challenge { nonce: "n", attempt_id: "a" }),
        answer: Some(&answer),
        user: Some(user()),
    };
    change(&mut attempt);
    admit(&provider, &attempt).map(|admitted| admitted.lookup.as_str().to_owned())
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
