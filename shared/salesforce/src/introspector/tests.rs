//! The credentials, kept and renewed.

use super::*;
use secrecy::SecretString;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Mutex as SyncMutex;

/// A secret that is fetched exactly as often as it has answers.
pub(crate) struct Played(SyncMutex<VecDeque<Result<String, Unavailable>>>);

impl Played {
    /// Answers in turn with secrets that are told apart by their text; an empty one is no answer.
    pub(crate) fn of(secrets: &[&str]) -> Self {
        let failed = || Unavailable::new(Service::IntrospectionSecret, Cause::Failed, "");
        let answer = |secret: &&str| match *secret {
            "" => Err(failed()),
            secret => Ok(json!({"client_id": "client", "client_secret": secret}).to_string()),
        };
        Self(SyncMutex::new(secrets.iter().map(answer).collect()))
    }
}

impl SecretStore for Played {
    async fn fetch(&self) -> Result<SecretString, Unavailable> {
        self.0.lock().unwrap().pop_front().expect("fetched once more").map(SecretString::from)
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        assert!(self.0.get_mut().unwrap().is_empty() || std::thread::panicking(), "not fetched as often");
    }
}

fn introspector(secrets: &[&str]) -> Introspector<Played> {
    Introspector::new(Played::of(secrets))
}

/// Makes what is kept look older.
async fn age(introspector: &Introspector<Played>, by: Duration) {
    let kept = &mut *introspector.kept.lock().await;
    let fetched = &mut kept.as_mut().unwrap().fetched;
    *fetched = fetched.checked_sub(by).unwrap();
}

#[tokio::test]
async fn the_secret_is_fetched_once_ahead_or_when_it_is_needed() {
    for ahead in [true, false] {
        let introspector = introspector(&["one"]);
        if ahead {
            introspector.prefetch().await;
        }
        for _ in 0..2 {
            assert_eq!(introspector.credentials().await.unwrap().client_secret.expose_secret(), "one");
        }
    }
}

#[tokio::test]
async fn a_secret_that_could_not_be_had_is_asked_for_again() {
    let introspector = introspector(&["", "", "one"]);
    introspector.prefetch().await;
    assert_eq!(introspector.credentials().await.unwrap_err().to_string(), "introspection-secret-failed");
    assert!(introspector.credentials().await.is_ok());
}

#[tokio::test]
async fn a_secret_of_another_form_is_no_answer_and_is_not_repeated() {
    let introspector = introspector(&["canary canary"]);
    let error = introspector.credentials().await.unwrap_err();
    assert_eq!(error.to_string(), "introspection-secret-unreadable");
    assert!(!error.detail.contains("canary"), "{error:?}");
}

#[tokio::test]
async fn rejected_credentials_are_renewed_at_most_once_a_minute() {
    let introspector = introspector(&["one", "one", "two"]);
    let first = introspector.credentials().await.unwrap();
    assert!(introspector.renewed(&first).await.unwrap().is_none(), "fetched just now");
    age(&introspector, RENEWAL_COOLDOWN).await;
    assert!(introspector.renewed(&first).await.unwrap().is_none(), "the secret has not changed");
    assert!(introspector.renewed(&first).await.unwrap().is_none(), "fetched just now");
    age(&introspector, RENEWAL_COOLDOWN).await;
    assert_eq!(introspector.renewed(&first).await.unwrap().unwrap().client_secret.expose_secret(), "two");
    assert_eq!(introspector.credentials().await.unwrap().client_secret.expose_secret(), "two");
}

#[tokio::test]
async fn a_renewal_that_fails_keeps_the_old_credentials_and_is_no_answer() {
    let introspector = introspector(&["one", ""]);
    let first = introspector.credentials().await.unwrap();
    age(&introspector, RENEWAL_COOLDOWN).await;
    assert_eq!(introspector.renewed(&first).await.unwrap_err().to_string(), "introspection-secret-failed");
    assert_eq!(introspector.credentials().await.unwrap().client_secret.expose_secret(), "one");
}
