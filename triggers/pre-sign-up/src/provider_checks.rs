//! Checks whether identities of a listed provider may be linked at all, by the pool's list of providers and the
//! provider's attribute mapping.
//!
//! The operator can add a provider or change a mapping at any time. So the result is cached for an hour only.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use linking::ports::ProviderDirectory;
use linking::{Reason, is_ambiguous, mapping_problem};
use tokio::time::Instant;
use verification::{Cause, Service, Unavailable};

/// How long a result is cached. All calls of the AWS account share the quota for these operations.
const MAX_AGE: Duration = Duration::from_hours(1);

/// The cached results, by pool and provider name. There are at most as many as listed providers.
#[derive(Debug, Default)]
pub struct ProviderChecks(RefCell<HashMap<(String, String), Checked>>);

#[derive(Debug, Clone, Copy)]
struct Checked {
    /// When the pool was called.
    at: Instant,
    /// Why no identity of the provider may be linked.
    problem: Option<Reason>,
}

impl ProviderChecks {
    /// Why no identity of a listed provider may be linked; `None` if it may.
    ///
    /// # Errors
    /// The pool gave no usable answer. An error is not cached.
    pub async fn problem_of(
        &self,
        pool_id: &str,
        provider: &str,
        directory: &impl ProviderDirectory,
    ) -> Result<Option<Reason>, Unavailable> {
        let key = (pool_id.to_owned(), provider.to_owned());
        let cached = self.0.borrow().get(&key).copied();
        if let Some(cached) = cached.filter(|cached| cached.at.elapsed() < MAX_AGE) {
            return Ok(cached.problem);
        }
        let at = Instant::now();
        // The calls run one after the other. At the same time, they would need a second connection and another TLS
        // handshake.
        let names = directory.provider_names(pool_id).await?;
        let mapped = directory.mapped_attributes(pool_id, provider).await?;
        let problem = judge(provider, &names, &mapped)?;
        self.0.borrow_mut().insert(key, Checked { at, problem });
        Ok(problem)
    }
}

fn judge(provider: &str, names: &[String], mapped: &[String]) -> Result<Option<Reason>, Unavailable> {
    if is_ambiguous(provider, names) {
        return Ok(Some(Reason::ProviderAmbiguous));
    }
    // The user has just signed in through this provider. So a list without it cannot be the list of the pool, and is
    // unusable.
    if !names.iter().any(|name| name == provider) {
        let detail = "the list of providers lacks the one of this sign-up".to_owned();
        return Err(Unavailable { service: Service::Directory, cause: Cause::Unreadable, detail });
    }
    Ok(mapping_problem(mapped))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A fake pool with providers that all map the same attributes.
    struct FakePool {
        names: Vec<&'static str>,
        mapped: Vec<&'static str>,
        calls: Cell<usize>,
        silent: bool,
    }

    impl FakePool {
        fn new(names: &[&'static str], mapped: &[&'static str]) -> Self {
            Self { names: names.to_vec(), mapped: mapped.to_vec(), calls: Cell::new(0), silent: false }
        }

        fn answer(&self, texts: &[&str]) -> Result<Vec<String>, Unavailable> {
            self.calls.set(self.calls.get() + 1);
            let throttled =
                || Unavailable { service: Service::Directory, cause: Cause::Throttled, detail: String::new() };
            (!self.silent).then(|| texts.iter().map(|&text| text.to_owned()).collect()).ok_or_else(throttled)
        }
    }

    impl ProviderDirectory for FakePool {
        async fn provider_names(&self, _: &str) -> Result<Vec<String>, Unavailable> {
            self.answer(&self.names)
        }

        async fn mapped_attributes(&self, _: &str, _: &str) -> Result<Vec<String>, Unavailable> {
            self.answer(&self.mapped)
        }
    }

    async fn check(names: &[&'static str], mapped: &[&'static str]) -> Result<Option<Reason>, Unavailable> {
        ProviderChecks::default().problem_of("pool", "Okta", &FakePool::new(names, mapped)).await
    }

    #[tokio::test]
    async fn a_provider_with_both_mappings_and_an_unambiguous_name_may_be_linked() {
        let problem = check(&["Entra", "Okta", "Google"], &["email", "email_verified", "custom:name_id"]).await;
        assert_eq!(problem, Ok(None));
    }

    #[tokio::test]
    async fn a_provider_is_not_linked_if_its_user_names_overlap_with_another_provider() {
        for other in ["Okta_Partners", "okta", "OKTA_x"] {
            let problem = check(&["Okta", other], &["email", "email_verified"]).await;
            assert_eq!(problem, Ok(Some(Reason::ProviderAmbiguous)), "{other}");
        }
    }

    #[tokio::test]
    async fn a_provider_that_maps_email_without_email_verified_is_not_linked() {
        assert_eq!(check(&["Okta"], &["email"]).await, Ok(Some(Reason::EmailVerifiedNotMapped)));
    }

    #[tokio::test]
    async fn a_list_without_the_provider_of_the_sign_up_is_unavailable() {
        for names in [&[][..], &["Entra"]] {
            let answer = check(names, &["email", "email_verified"]).await;
            assert_eq!(answer.unwrap_err().to_string(), "directory-unreadable");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_pool_is_called_again_only_after_an_hour() {
        let (checks, mut pool) = (ProviderChecks::default(), FakePool::new(&["Okta"], &["email", "email_verified"]));
        assert_eq!(checks.problem_of("pool", "Okta", &pool).await, Ok(None));
        pool.names.push("Okta_Partners");
        tokio::time::advance(Duration::from_secs(3599)).await;
        assert_eq!(checks.problem_of("pool", "Okta", &pool).await, Ok(None));
        assert_eq!(pool.calls.get(), 2);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(checks.problem_of("pool", "Okta", &pool).await, Ok(Some(Reason::ProviderAmbiguous)));
        assert_eq!(pool.calls.get(), 4);
    }

    #[tokio::test]
    async fn each_provider_and_each_pool_is_checked_separately() {
        let (checks, pool) =
            (ProviderChecks::default(), FakePool::new(&["Okta", "Entra"], &["email", "email_verified"]));
        for (pool_id, provider) in [("pool", "Okta"), ("pool", "Entra"), ("other", "Okta")] {
            assert_eq!(checks.problem_of(pool_id, provider, &pool).await, Ok(None));
        }
        assert_eq!(pool.calls.get(), 6);
    }

    #[tokio::test]
    async fn an_error_is_not_cached_and_never_counts_as_a_result() {
        let (checks, mut pool) = (ProviderChecks::default(), FakePool::new(&["Okta"], &["email", "email_verified"]));
        pool.silent = true;
        assert_eq!(checks.problem_of("pool", "Okta", &pool).await.unwrap_err().cause, Cause::Throttled);
        pool.silent = false;
        assert_eq!(checks.problem_of("pool", "Okta", &pool).await, Ok(None));
    }
}
