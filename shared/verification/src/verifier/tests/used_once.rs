//! One-time use: a token is accepted in one attempt only.

use super::*;
use crate::used_token::UsedToken;

/// A store that remembers tokens, and can lose its answer.
#[derive(Default)]
pub(super) struct FakeStore {
    used: Mutex<Vec<(String, String)>>,
    answer_lost: bool,
}

impl TokenStore for &FakeStore {
    async fn record_use(&self, token: &UsedToken, attempt_id: &str) -> Result<TokenUse, Unavailable> {
        let mut used = self.used.lock().unwrap();
        let known = used.iter().find(|(hash, _)| *hash == token.hash).map(|(_, by)| by == attempt_id);
        used.push((token.hash.clone(), attempt_id.to_owned()));
        if self.answer_lost {
            return Err(Unavailable::new(Service::TokenStore, Cause::Failed, "HTTP status 500"));
        }
        Ok(if known.unwrap_or(true) { TokenUse::ThisAttempt } else { TokenUse::AnotherAttempt })
    }
}

async fn verdict(
    policy: Policy,
    provider: FakeProvider,
    directory: FakeDirectory,
    store: &FakeStore,
    attempt_id: &str,
) -> Verification<u8, Option<u8>> {
    let verifier = Verifier::new(policy, provider, directory, Some(store));
    verifier.verify(&attempt(&token(), true, attempt_id), None).await
}

fn answering() -> FakeDirectory {
    FakeDirectory(SOON, Ok(()))
}

#[tokio::test(start_paused = true)]
async fn a_token_is_accepted_in_one_attempt_which_may_repeat() {
    let store = FakeStore::default();
    for (attempt_id, expected) in [("a", None), ("a", None), ("b", Some(DenyReason::TokenAlreadyUsed)), ("a", None)] {
        let Verification { verdict, .. } = verdict(policy(), GOOD, answering(), &store, attempt_id).await;
        assert_eq!(reason(verdict), expected, "{attempt_id}");
    }
    assert!(store.used.lock().unwrap().iter().all(|(hash, _)| hash.len() == 43 && !hash.contains("AQ4")));
}

#[tokio::test(start_paused = true)]
async fn a_denied_token_does_not_count_as_used() {
    let store = FakeStore::default();
    assert!(verdict(policy(), REVOKED, answering(), &store, "a").await.verdict.is_err());
    assert!(store.used.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_store_never_allows_a_sign_in_and_the_log_says_to_get_a_new_token() {
    let store = FakeStore { answer_lost: true, ..FakeStore::default() };
    match verdict(policy(), GOOD, answering(), &store, "a").await.verdict {
        Err(Refusal::Unavailable(unavailable)) => {
            assert_eq!(unavailable.to_string(), "token-store-failed");
            assert!(unavailable.detail.ends_with("a new attempt needs a new token"), "{unavailable:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_same_attempt_succeeds_and_another_is_denied() {
    let mut store = FakeStore { answer_lost: true, ..FakeStore::default() };
    assert!(verdict(policy(), GOOD, answering(), &store, "a").await.verdict.is_err());
    store.answer_lost = false;
    assert!(verdict(policy(), GOOD, answering(), &store, "a").await.verdict.is_ok());
    let Verification { verdict, .. } = verdict(policy(), GOOD, answering(), &store, "b").await;
    assert_eq!(reason(verdict), Some(DenyReason::TokenAlreadyUsed));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_cannot_be_written_leaves_the_token_unused() {
    let linking = || Policy { link_on_first_sign_in: true, directory: DirectoryMode::Event, ..policy() };
    let store = FakeStore::default();
    let throttled = FakeDirectory(SOON, Err(Cause::Throttled));
    let Verification { verdict: first, .. } = verdict(linking(), GOOD, throttled, &store, "a").await;
    assert_eq!(unavailable(first).as_deref(), Some("directory-throttled"));
    assert!(store.used.lock().unwrap().is_empty());
    assert!(verdict(linking(), GOOD, answering(), &store, "b").await.verdict.is_ok());
}
