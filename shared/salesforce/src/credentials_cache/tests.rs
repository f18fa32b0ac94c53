//! The credentials, cached and refreshed.

use super::*;
use secrecy::SecretString;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Mutex as SyncMutex;

/// A secret store. The test fails unless the secret is fetched as often as the store has answers.
pub(crate) struct FakeSecretStore(SyncMutex<VecDeque<Result<String, Unavailable>>>);

impl FakeSecretStore {
    /// Answers with these secrets, in order. An empty one is an error.
    pub(crate) fn of(secrets: &[&str]) -> Self {
        let failed = || Unavailable::new(Service::IntrospectionSecret, Cause::Failed, "");
        let answer = |secret: &&str| match *secret {
            "" => Err(failed()),
            secret => Ok(json!({"client_id": "client", "client_secret": secret}).to_string()),
        };
        Self(SyncMutex::new(secrets.iter().map(answer).collect()))
    }
}

impl SecretStore for FakeSecretStore {
    async fn fetch(&self) -> Result<SecretString, Unavailable> {
        self.0.lock().unwrap().pop_front().expect("the secret was fetched too often").map(SecretString::from)
    }
}

impl Drop for FakeSecretStore {
    fn drop(&mut self) {
        assert!(
            self.0.get_mut().unwrap().is_empty() || std::thread::panicking(),
            "the secret was not fetched often enough"
        );
    }
}

fn cache(secrets: &[&str]) -> CredentialsCache<FakeSecretStore> {
    CredentialsCache::new(FakeSecretStore::of(secrets))
}

/// Makes the cached credentials older.
async fn age(cache: &CredentialsCache<FakeSecretStore>, by: Duration) {
    let cached = &mut *cache.cached.lock().await;
    let fetched = &mut cached.as_mut().unwrap().fetched;
    *fetched = fetched.checked_sub(by).unwrap();
}

#[tokio::test]
async fn the_secret_is_fetched_once_by_prefetch_or_on_demand() {
    for prefetch in [true, false] {
        let cache = cache(&["one"]);
        if prefetch {
            cache.prefetch().await;
        }
        for _ in 0..2 {
            assert_eq!(cache.credentials().await.unwrap().client_secret.expose_secret(), "one");
        }
    }
}

#[tokio::test]
async fn after_a_failed_fetch_the_secret_is_fetched_again() {
    let cache = cache(&["", "", "one"]);
    cache.prefetch().await;
    assert_eq!(cache.credentials().await.unwrap_err().to_string(), "introspection-secret-failed");
    assert!(cache.credentials().await.is_ok());
}

#[tokio::test]
async fn a_secret_of_another_form_is_unavailable_and_not_shown() {
    let cache = cache(&["canary canary"]);
    let error = cache.credentials().await.unwrap_err();
    assert_eq!(error.to_string(), "introspection-secret-unreadable");
    assert!(!error.detail.contains("canary"), "{error:?}");
}

#[tokio::test]
async fn rejected_credentials_are_refreshed_at_most_once_a_minute() {
    let cache = cache(&["one", "one", "two"]);
    let first = cache.credentials().await.unwrap();
    assert!(cache.refresh(&first).await.unwrap().is_none(), "fetched just now");
    age(&cache, REFRESH_COOLDOWN).await;
    assert!(cache.refresh(&first).await.unwrap().is_none(), "the secret has not changed");
    assert!(cache.refresh(&first).await.unwrap().is_none(), "fetched just now");
    age(&cache, REFRESH_COOLDOWN).await;
    assert_eq!(cache.refresh(&first).await.unwrap().unwrap().client_secret.expose_secret(), "two");
    assert_eq!(cache.credentials().await.unwrap().client_secret.expose_secret(), "two");
}

#[tokio::test]
async fn a_failed_refresh_is_unavailable_and_keeps_the_old_credentials() {
    let cache = cache(&["one", ""]);
    let first = cache.credentials().await.unwrap();
    age(&cache, REFRESH_COOLDOWN).await;
    assert_eq!(cache.refresh(&first).await.unwrap_err().to_string(), "introspection-secret-failed");
    assert_eq!(cache.credentials().await.unwrap().client_secret.expose_secret(), "one");
}
