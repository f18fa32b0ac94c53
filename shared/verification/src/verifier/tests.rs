//! The verifier with fake services in memory, and with paused time.

mod latency;
mod links;
mod order;
mod used_once;

use super::*;
use crate::deny_reason::DenyReason;
use crate::email::EmailAddress;
use crate::provider::tests::{ACCOUNT, FakeProvider};
use crate::rules::{Challenge, PoolUser};
use serde_json::{Value, json};
use settings::time_budget::BUDGET;
use std::sync::Mutex;
use tokio::time::sleep;

type Verdict = Result<VerifiedIdentity<u8>, Refusal>;

/// A directory that answers after a delay, or fails.
struct FakeDirectory(Duration, Result<(), Cause>);

impl UserDirectory for FakeDirectory {
    async fn users_by_email(
        &self,
        _: &str,
        email: &EmailAddress,
        _: impl Fn(&[DirectoryUser]) -> bool,
    ) -> Result<Vec<DirectoryUser>, Unavailable> {
        sleep(self.0).await;
        self.1.map_err(|cause| Unavailable::new(Service::Directory, cause, ""))?;
        let email = Some(email.as_str().to_owned());
        let sub = Some("pool-sub".to_owned());
        Ok(vec![DirectoryUser { sub, email, email_verified: true, enabled: true, status: None, link: None }])
    }

    async fn link(&self, _: &str, username: &str, link: &str) -> Result<(), Unavailable> {
        assert_eq!((username, link), ("alice", "7"));
        self.1.map_err(|cause| Unavailable::new(Service::Directory, cause, ""))
    }
}

const SOON: Duration = Duration::from_millis(300);
const NEVER: Duration = Duration::from_hours(1);
const GOOD: FakeProvider = FakeProvider { delay: SOON, denial: None, signed: false };
const REVOKED: FakeProvider = FakeProvider { denial: Some(DenyReason::TokenRejected), ..GOOD };

fn after(delay: Duration) -> FakeProvider {
    FakeProvider { delay, ..GOOD }
}

async fn verify(
    provider: FakeProvider,
    directory: FakeDirectory,
    answer: &Value,
    known: bool,
    time_left: Option<Duration>,
) -> (Verdict, Duration) {
    let start = Instant::now();
    let verifier = Verifier::new(policy(), provider, directory, None::<&used_once::FakeStore>);
    let Verification { verdict, .. } = verifier.verify(&attempt(answer, known, "a"), time_left).await;
    (verdict, start.elapsed())
}

fn policy() -> Policy {
    Policy { email_domains: None, directory: DirectoryMode::ListUsers, link_on_first_sign_in: false }
}

fn attempt<'a>(answer: &'a Value, known: bool, attempt_id: &'a str) -> Attempt<'a> {
    let user = PoolUser {
        sub: Some("pool-sub".to_owned()),
        email: "alice@example.com".parse().ok(),
        email_verified: true,
        status: None,
        link: None,
    };
    Attempt {
        pool_id: Some("eu-west-1_EXAMPLE"),
        username: Some("alice"),
        challenge: Some(Challenge { nonce: "n", attempt_id }),
        answer: Some(answer),
        user: known.then_some(user),
    }
}

fn token() -> Value {
    json!("00DSG000009FYVd!AQ4")
}

fn reason(verdict: Verdict) -> Option<DenyReason> {
    verdict.err().and_then(|refusal| match refusal {
        Refusal::Denied(reason) => Some(reason),
        Refusal::Unavailable(_) => None,
    })
}

fn unavailable(verdict: Verdict) -> Option<String> {
    match verdict {
        Err(Refusal::Unavailable(unavailable)) => Some(unavailable.to_string()),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_malformed_answer_is_denied_without_a_call() {
    let (verdict, took) = verify(GOOD, FakeDirectory(SOON, Ok(())), &json!("a b"), true, None).await;
    assert_eq!((reason(verdict), took), (Some(DenyReason::TokenMalformed), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_answer_is_named_at_the_deadline() {
    let (verdict, took) = verify(after(NEVER), FakeDirectory(SOON, Ok(())), &token(), true, None).await;
    assert_eq!((unavailable(verdict).as_deref(), took), (Some("salesforce-timeout"), BUDGET));
    let (verdict, took) = verify(GOOD, FakeDirectory(NEVER, Ok(())), &token(), true, None).await;
    assert_eq!((unavailable(verdict).as_deref(), took), (Some("directory-timeout"), BUDGET));
}

#[tokio::test(start_paused = true)]
async fn the_lambda_limit_shortens_the_deadline() {
    let limit = Some(Duration::from_millis(1250));
    let (verdict, took) = verify(after(NEVER), FakeDirectory(SOON, Ok(())), &token(), true, limit).await;
    assert_eq!(unavailable(verdict).as_deref(), Some("salesforce-timeout"));
    assert_eq!(took, Duration::from_secs(1));
    let (verdict, took) = verify(GOOD, FakeDirectory(SOON, Ok(())), &token(), true, Some(Duration::ZERO)).await;
    assert_eq!((unavailable(verdict).as_deref(), took), (Some("salesforce-timeout"), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_directory_never_allows_a_sign_in() {
    let down = FakeDirectory(SOON, Err(Cause::Failed));
    assert_eq!(unavailable(verify(GOOD, down, &token(), true, None).await.0).as_deref(), Some("directory-failed"));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_user_takes_as_long_as_a_known_one() {
    let slow = || FakeDirectory(SOON * 3, Ok(()));
    let (unknown, unknown_took) = verify(GOOD, slow(), &token(), false, None).await;
    let (good, good_took) = verify(GOOD, slow(), &token(), true, None).await;
    assert_eq!(reason(unknown), Some(DenyReason::UserNotFound));
    assert!(good.is_ok());
    assert_eq!(unknown_took, good_took);
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_padded_to_a_full_step_and_an_allowed_sign_in_is_not() {
    let quick = || FakeDirectory(Duration::from_micros(100), Ok(()));
    let after = |micros| after(Duration::from_micros(micros));
    for micros in [2_000, 2_030, 7_999] {
        let (denied, took) = verify(after(micros), quick(), &token(), false, None).await;
        assert_eq!((reason(denied), took), (Some(DenyReason::UserNotFound), DENIAL_PADDING));
    }
    let (good, took) = verify(after(2_030), quick(), &token(), true, None).await;
    assert!(good.is_ok() && took < DENIAL_PADDING);
}

#[test]
fn the_padded_end_is_not_in_the_past_and_less_than_a_step_away() {
    let start = Instant::now();
    for micros in [0, 1, 9_999, 10_000, 10_001, 4_000_000] {
        let now = start + Duration::from_micros(micros);
        let next = padded_end(start, now);
        assert!(next >= now && next - now < DENIAL_PADDING, "{micros}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_user_gets_the_same_unavailable_as_a_known_one() {
    for known in [true, false] {
        let (verdict, _) = verify(GOOD, FakeDirectory(SOON, Err(Cause::Throttled)), &token(), known, None).await;
        assert_eq!(unavailable(verdict).as_deref(), Some("directory-throttled"), "{known}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_comes_with_what_the_provider_said() {
    let verifier = Verifier::new(policy(), GOOD, FakeDirectory(SOON, Ok(())), None::<&used_once::FakeStore>);
    let Verification { verdict, observed, .. } = verifier.verify(&attempt(&token(), false, "a"), None).await;
    assert_eq!((reason(verdict), observed), (Some(DenyReason::UserNotFound), Some(ACCOUNT)));
}
