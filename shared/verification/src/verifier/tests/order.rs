//! Which services are called, and in which order. Junk must not reach the directory, because all sign-ins share its
//! quota.

use super::*;
use crate::policy::AllowedEmailDomains;
use std::cell::Cell;

/// A directory that counts its calls and answers after a delay.
struct CountingDirectory(FakeDirectory, Cell<usize>);

impl UserDirectory for &CountingDirectory {
    async fn users_by_email(
        &self,
        pool_id: &str,
        email: &EmailAddress,
        enough: impl Fn(&[DirectoryUser]) -> bool,
    ) -> Result<Vec<DirectoryUser>, Unavailable> {
        self.1.set(self.1.get() + 1);
        self.0.users_by_email(pool_id, email, enough).await
    }

    async fn link(&self, pool_id: &str, username: &str, link: &str) -> Result<(), Unavailable> {
        self.0.link(pool_id, username, link).await
    }
}

/// The verdict, how often the directory was called, and how long it took.
async fn verify_and_count(provider: FakeProvider, directory: FakeDirectory, known: bool) -> (Verdict, usize, Duration) {
    let counting = CountingDirectory(directory, Cell::default());
    let answer = token();
    let verifier = Verifier::new(policy(), provider, &counting, None::<&used_once::FakeStore>);
    let start = Instant::now();
    let verdict = verifier.verify(&attempt(&answer, known, "a"), None).await.verdict;
    (verdict, counting.1.get(), start.elapsed())
}

const SIGNED: FakeProvider = FakeProvider { signed: true, ..GOOD };

#[tokio::test(start_paused = true)]
async fn with_a_verified_signature_both_services_are_called_at_the_same_time() {
    let (verdict, directory, took) = verify_and_count(SIGNED, FakeDirectory(SOON, Ok(())), true).await;
    assert_eq!(verdict.unwrap().account(), ACCOUNT);
    assert_eq!((directory, took), (1, SOON));
}

#[tokio::test(start_paused = true)]
async fn otherwise_the_directory_is_called_after_the_providers_good_answer() {
    let (verdict, directory, took) = verify_and_count(GOOD, FakeDirectory(SOON, Ok(())), true).await;
    assert!(verdict.is_ok());
    assert_eq!((directory, took), (1, SOON * 2));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_provider_refuses_does_not_reach_the_directory() {
    let (verdict, directory, took) = verify_and_count(REVOKED, FakeDirectory(SOON, Ok(())), true).await;
    assert_eq!((reason(verdict), directory, took), (Some(DenyReason::TokenRejected), 0, SOON));
}

#[tokio::test(start_paused = true)]
async fn an_address_in_a_domain_that_is_not_allowed_does_not_reach_the_directory() {
    let email_domains = AllowedEmailDomains::parse("acme.example").ok();
    let counting = CountingDirectory(FakeDirectory(SOON, Ok(())), Cell::default());
    let policy = Policy { email_domains, ..policy() };
    let verifier = Verifier::new(policy, GOOD, &counting, None::<&used_once::FakeStore>);
    let verdict = verifier.verify(&attempt(&token(), true, "a"), None).await.verdict;
    assert_eq!((reason(verdict), counting.1.get()), (Some(DenyReason::EmailDomainNotAllowed), 0));
}

#[tokio::test(start_paused = true)]
async fn the_calls_do_not_depend_on_whether_the_user_exists() {
    for signed in [true, false] {
        for provider in [GOOD, REVOKED].map(|provider| FakeProvider { signed, ..provider }) {
            let directory = || FakeDirectory(SOON, Ok(()));
            let (_, for_known, known_took) = verify_and_count(provider, directory(), true).await;
            let (unknown, for_unknown, unknown_took) = verify_and_count(provider, directory(), false).await;
            assert!(unknown.is_err());
            assert_eq!((for_unknown, unknown_took), (for_known, known_took));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_providers_denial_counts_even_if_the_directory_is_unavailable() {
    let revoked = FakeProvider { signed: true, ..REVOKED };
    let (verdict, ..) = verify_and_count(revoked, FakeDirectory(SOON, Err(Cause::Failed)), true).await;
    assert_eq!(reason(verdict), Some(DenyReason::TokenRejected));
}
