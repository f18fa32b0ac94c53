//! Whether identities of a listed provider may be linked at all, by what the pool says of its providers.
//!
//! The operator can add a provider, or change a mapping, at any time. So the pool is asked, and again after an hour.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use linking::ports::ProviderDirectory;
use linking::{Reason, is_ambiguous, mapping_problem};
use tokio::time::Instant;
use verification::{Cause, Service, Unavailable as NoAnswer};

/// How long an answer is believed. The quota for these questions is that of the whole account.
const MAX_AGE: Duration = Duration::from_hours(1);

/// What is known of the listed providers, by pool and name. There are as many entries as names are listed.
#[derive(Debug, Default)]
pub struct Standings(RefCell<HashMap<(String, String), Standing>>);

#[derive(Debug, Clone, Copy)]
struct Standing {
    /// When it was asked for.
    at: Instant,
    /// What is in the way of every link.
    problem: Option<Reason>,
}

impl Standings {
    /// What is in the way of linking any identity of a listed provider; `None` if nothing is.
    ///
    /// # Errors
    /// The pool gave no answer; that is not kept.
    pub async fn problem_of(
        &self,
        pool_id: &str,
        provider: &str,
        directory: &impl ProviderDirectory,
    ) -> Result<Option<Reason>, NoAnswer> {
        let key = (pool_id.to_owned(), provider.to_owned());
        let kept = self.0.borrow().get(&key).copied();
        if let Some(kept) = kept.filter(|kept| kept.at.elapsed() < MAX_AGE) {
            return Ok(kept.problem);
        }
        let at = Instant::now();
        // One after the other: at the same time, they would need a second connection, and its TLS handshake.
        let names = directory.provider_names(pool_id).await?;
        let mapped = directory.mapped_attributes(pool_id, provider).await?;
        let problem = judge(provider, &names, &mapped)?;
        self.0.borrow_mut().insert(key, Standing { at, problem });
        Ok(problem)
    }
}

fn judge(provider: &str, names: &[String], mapped: &[String]) -> Result<Option<Reason>, NoAnswer> {
    if is_ambiguous(provider, names) {
        return Ok(Some(Reason::ProviderAmbiguous));
    }
    // The person has just come from this provider: a list without it is not the pool's, and proves nothing.
    if !names.iter().any(|name| name == provider) {
        let detail = "the list of providers lacks the one of this sign-up".to_owned();
        return Err(NoAnswer { service: Service::Directory, cause: Cause::Unreadable, detail });
    }
    Ok(mapping_problem(mapped))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Providers, each with the attributes that it maps.
    struct Pool {
        names: Vec<&'static str>,
        mapped: Vec<&'static str>,
        asked: Cell<usize>,
        silent: bool,
    }

    impl Pool {
        fn new(names: &[&'static str], mapped: &[&'static str]) -> Self {
            Self { names: names.to_vec(), mapped: mapped.to_vec(), asked: Cell::new(0), silent: false }
        }

        fn answer(&self, texts: &[&str]) -> Result<Vec<String>, NoAnswer> {
            self.asked.set(self.asked.get() + 1);
            let none = || NoAnswer { service: Service::Directory, cause: Cause::Throttled, detail: String::new() };
            (!self.silent).then(|| texts.iter().map(|&text| text.to_owned()).collect()).ok_or_else(none)
        }
    }

    impl ProviderDirectory for Pool {
        async fn provider_names(&self, _: &str) -> Result<Vec<String>, NoAnswer> {
            self.answer(&self.names)
        }

        async fn mapped_attributes(&self, _: &str, _: &str) -> Result<Vec<String>, NoAnswer> {
            self.answer(&self.mapped)
        }
    }

    async fn asked_once(names: &[&'static str], mapped: &[&'static str]) -> Result<Option<Reason>, NoAnswer> {
        Standings::default().problem_of("pool", "Okta", &Pool::new(names, mapped)).await
    }

    #[tokio::test]
    async fn a_provider_that_maps_both_attributes_and_has_a_name_of_its_own_may_be_linked() {
        let problem = asked_once(&["Entra", "Okta", "Google"], &["email", "email_verified", "custom:name_id"]).await;
        assert_eq!(problem, Ok(None));
    }

    #[tokio::test]
    async fn a_provider_is_not_linked_beside_one_that_a_user_name_does_not_tell_it_from() {
        for other in ["Okta_Partners", "okta", "OKTA_x"] {
            let problem = asked_once(&["Okta", other], &["email", "email_verified"]).await;
            assert_eq!(problem, Ok(Some(Reason::ProviderAmbiguous)), "{other}");
        }
    }

    #[tokio::test]
    async fn a_provider_that_maps_the_address_and_not_its_verification_is_not_linked() {
        assert_eq!(asked_once(&["Okta"], &["email"]).await, Ok(Some(Reason::EmailVerifiedNotMapped)));
    }

    #[tokio::test]
    async fn a_list_without_the_provider_that_somebody_comes_from_is_no_answer() {
        for names in [&[][..], &["Entra"]] {
            let answer = asked_once(names, &["email", "email_verified"]).await;
            assert_eq!(answer.unwrap_err().to_string(), "directory-unreadable");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_pool_is_asked_again_after_an_hour_and_not_before() {
        let (standings, mut pool) = (Standings::default(), Pool::new(&["Okta"], &["email", "email_verified"]));
        assert_eq!(standings.problem_of("pool", "Okta", &pool).await, Ok(None));
        pool.names.push("Okta_Partners");
        tokio::time::advance(Duration::from_secs(3599)).await;
        assert_eq!(standings.problem_of("pool", "Okta", &pool).await, Ok(None));
        assert_eq!(pool.asked.get(), 2);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(standings.problem_of("pool", "Okta", &pool).await, Ok(Some(Reason::ProviderAmbiguous)));
        assert_eq!(pool.asked.get(), 4);
    }

    #[tokio::test]
    async fn another_provider_and_another_pool_are_asked_for_themselves() {
        let (standings, pool) = (Standings::default(), Pool::new(&["Okta", "Entra"], &["email", "email_verified"]));
        for (pool_id, provider) in [("pool", "Okta"), ("pool", "Entra"), ("other", "Okta")] {
            assert_eq!(standings.problem_of(pool_id, provider, &pool).await, Ok(None));
        }
        assert_eq!(pool.asked.get(), 6);
    }

    #[tokio::test]
    async fn no_answer_is_not_kept_and_never_passes_for_a_good_one() {
        let (standings, mut pool) = (Standings::default(), Pool::new(&["Okta"], &["email", "email_verified"]));
        pool.silent = true;
        assert_eq!(standings.problem_of("pool", "Okta", &pool).await.unwrap_err().cause, Cause::Throttled);
        pool.silent = false;
        assert_eq!(standings.problem_of("pool", "Okta", &pool).await, Ok(None));
    }
}
