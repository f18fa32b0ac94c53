//! One valid baseline. Each test changes one thing and expects one verdict.

mod admission;
mod pool;

use super::*;
use crate::policy::{AllowedEmailDomains, DirectoryMode};
use crate::ports::DirectoryUser;
use crate::provider::tests::{ACCOUNT, FakeProvider};
use proptest::prelude::*;
use std::time::Duration;

const EMAIL: &str = "alice@example.com";

fn policy() -> Policy {
    Policy { email_domains: None, directory: DirectoryMode::ListUsers, link_on_first_sign_in: false }
}

fn person() -> Person<u8> {
    Person { account: ACCOUNT, email: EMAIL.parse().unwrap() }
}

fn user() -> PoolUser {
    PoolUser {
        sub: Some("pool-sub".to_owned()),
        email: Some(EMAIL.parse().unwrap()),
        email_verified: true,
        status: Some("CONFIRMED".to_owned()),
        link: None,
    }
}

fn found() -> DirectoryUser {
    DirectoryUser {
        sub: Some("pool-sub".to_owned()),
        email: Some(EMAIL.to_owned()),
        email_verified: true,
        enabled: true,
        status: Some("CONFIRMED".to_owned()),
        link: None,
    }
}

fn judge(
    policy: &Policy,
    user: Option<&PoolUser>,
    person: &Person<u8>,
    found: Option<&[DirectoryUser]>,
) -> Result<VerifiedIdentity<u8>, DenyReason> {
    check_email_domain(policy, person)?;
    finish(match_pool_user(user, person, |link| link.parse().ok(), found)?, TokenUse::NotTracked)
}

fn with_email(email: &str) -> Option<DenyReason> {
    let person = Person { email: email.parse().unwrap(), ..person() };
    judge(&policy(), Some(&user()), &person, Some(&[found()])).err()
}

fn with_user(change: impl FnOnce(&mut PoolUser)) -> Option<DenyReason> {
    let mut user = user();
    change(&mut user);
    judge(&policy(), Some(&user), &person(), Some(&[found()])).err()
}

fn with_found(found: &[DirectoryUser]) -> Option<DenyReason> {
    judge(&policy(), Some(&user()), &person(), Some(found)).err()
}

#[test]
fn the_valid_baseline_is_verified() {
    let identity = judge(&policy(), Some(&user()), &person(), Some(&[found()])).unwrap();
    assert_eq!((identity.account(), identity.sub()), (ACCOUNT, "pool-sub"));
}

#[test]
fn denies_a_user_who_does_not_exist() {
    assert_eq!(judge(&policy(), None, &person(), Some(&[found()])), Err(DenyReason::UserNotFound));
}

#[test]
fn denies_an_event_without_the_users_sub() {
    for sub in [None, Some(String::new())] {
        assert_eq!(with_user(|user| user.sub = sub), Some(DenyReason::EventIncomplete));
    }
}

#[test]
fn denies_a_domain_that_is_not_allowed() {
    let decide_for = |domains| {
        let policy = Policy { email_domains: AllowedEmailDomains::parse(domains).ok(), ..policy() };
        judge(&policy, Some(&user()), &person(), Some(&[found()])).err()
    };
    assert_eq!(decide_for("example.com"), None);
    assert_eq!(decide_for("acme.example"), Some(DenyReason::EmailDomainNotAllowed));
}

#[test]
fn denies_an_email_that_is_not_the_pool_users() {
    for email in ["bob@example.com", "alice@example.com.invalid", "a.lice@example.com", "alice+x@example.com"] {
        assert_eq!(with_email(email), Some(DenyReason::EmailMismatch), "{email}");
    }
}

#[test]
fn accepts_an_email_in_any_letter_case() {
    assert_eq!(with_email("Alice@EXAMPLE.com"), None);
}

#[test]
fn denies_a_token_that_another_attempt_has_used() {
    for (token_use, expected) in [
        (TokenUse::ThisAttempt, None),
        (TokenUse::NotTracked, None),
        (TokenUse::AnotherAttempt, Some(DenyReason::TokenAlreadyUsed)),
    ] {
        let matched = match_pool_user(Some(&user()), &person(), |_| None, None).unwrap();
        assert_eq!(finish(matched, token_use).err(), expected, "{token_use:?}");
    }
}

proptest! {
    /// Each input is valid or wrong. The attempt is allowed only if all inputs are valid.
    #[test]
    fn only_the_fully_valid_input_is_verified(
        email in prop_oneof![Just(EMAIL), Just("bob@example.com")],
        flags in proptest::array::uniform3(prop_oneof![3 => Just(true), 1 => Just(false)]),
        pool_sub in prop_oneof![3 => Just("pool-sub"), 1 => Just("other")],
    ) {
        let [pool_verified, directory_verified, enabled] = flags;
        let person = Person { email: email.parse().unwrap(), ..person() };
        let user = PoolUser { sub: Some(pool_sub.to_owned()), email_verified: pool_verified, ..user() };
        let found = DirectoryUser { email_verified: directory_verified, enabled, ..found() };
        let valid = email == EMAIL && pool_sub == "pool-sub" && flags.iter().all(|flag| *flag);
        prop_assert_eq!(judge(&policy(), Some(&user), &person, Some(&[found])).is_ok(), valid);
    }
}
