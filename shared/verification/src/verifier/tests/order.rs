//! What is asked, and in which order: junk must not reach the directory, whose quota all sign-ins share.

use super::*;
use crate::policy::AllowedEmailDomains;
use std::cell::Cell;

/// Counts the questions to a directory that answers after a delay.
struct Counting(Directory, Cell<usize>);

impl UserDirectory for &Counting {
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

/// What came of the questions, how often the directory was asked, and how long it took.
async fn asked(provider: Played, directory: Directory, known: bool) -> (Verdict, usize, Duration) {
    let counting = Counting(directory, Cell::default());
    let answer = token();
    let verifier = Verifier::new(policy(), provider, &counting, None::<&used_once::Store>);
    let start = Instant::now();
    let verdict = verifier.verify(&attempt(&answer, known, "a"), None).await.verdict;
    (verdict, counting.1.get(), start.elapsed())
}

const SIGNED: Played = Played { signed: true, ..GOOD };

#[tokio::test(start_paused = true)]
async fn where_a_signature_has_vouched_both_services_are_asked_at_the_same_time() {
    let (verdict, directory, took) = asked(SIGNED, Directory(SOON, Ok(())), true).await;
    assert_eq!(verdict.unwrap().account(), ACCOUNT);
    assert_eq!((directory, took), (1, SOON));
}

#[tokio::test(start_paused = true)]
async fn otherwise_the_directory_is_asked_after_the_providers_good_answer() {
    let (verdict, directory, took) = asked(GOOD, Directory(SOON, Ok(())), true).await;
    assert!(verdict.is_ok());
    assert_eq!((directory, took), (1, SOON * 2));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_provider_refuses_does_not_reach_the_directory() {
    let (verdict, directory, took) = asked(REVOKED, Directory(SOON, Ok(())), true).await;
    assert_eq!((reason(verdict), directory, took), (Some(DenyReason::TokenRejected), 0, SOON));
}

#[tokio::test(start_paused = true)]
async fn an_address_in_a_domain_that_is_not_allowed_does_not_reach_the_directory() {
    let email_domains = AllowedEmailDomains::parse("acme.example").ok();
    let counting = Counting(Directory(SOON, Ok(())), Cell::default());
    let policy = Policy { email_domains, ..policy() };
    let verifier = Verifier::new(policy, GOOD, &counting, None::<&used_once::Store>);
    let verdict = verifier.verify(&attempt(&token(), true, "a"), None).await.verdict;
    assert_eq!((reason(verdict), counting.1.get()), (Some(DenyReason::EmailDomainNotAllowed), 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_does_not_depend_on_whether_the_user_exists() {
    for signed in [true, false] {
        for provider in [GOOD, REVOKED].map(|provider| Played { signed, ..provider }) {
            let directory = || Directory(SOON, Ok(()));
            let (_, for_known, known_took) = asked(provider, directory(), true).await;
            let (unknown, for_unknown, unknown_took) = asked(provider, directory(), false).await;
            assert!(unknown.is_err());
            assert_eq!((for_unknown, unknown_took), (for_known, known_took));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_providers_no_stands_without_the_directory() {
    let revoked = Played { signed: true, ..REVOKED };
    let (verdict, ..) = asked(revoked, Directory(SOON, Err(Cause::Failed)), true).await;
    assert_eq!(reason(verdict), Some(DenyReason::TokenRejected));
}
