//! The rules that need only the event, before any request is sent.

use super::*;
use serde_json::json;

fn admitted(answer: &str, change: impl FnOnce(&mut Attempt<'_>)) -> Result<String, DenyReason> {
    let provider = FakeProvider { delay: Duration::ZERO, denial: None, signed: false };
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
fn denies_a_challenge_of_another_trigger_and_an_event_without_a_pool() {
    let token = "00DSG000009FYVd!AQ4";
    assert_eq!(admitted(token, |attempt| attempt.challenge = None), Err(DenyReason::ChallengeNotOurs));
    assert_eq!(admitted(token, |attempt| attempt.pool_id = None), Err(DenyReason::EventIncomplete));
}

#[test]
fn an_unknown_user_is_admitted_and_looked_up_like_a_known_one() {
    let token = "00DSG000009FYVd!AQ4";
    assert_eq!(admitted(token, |attempt| attempt.user = None), Ok(DECOY_EMAIL.to_owned()));
    let no_email = PoolUser { email: None, ..user() };
    assert_eq!(admitted(token, |attempt| attempt.user = Some(no_email)), Ok(DECOY_EMAIL.to_owned()));
    assert_eq!(admitted("", |attempt| attempt.user = None), admitted("", |_| ()));
}
