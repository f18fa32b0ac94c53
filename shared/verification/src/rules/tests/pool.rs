//! The rules about the pool user: e-mail address, uniqueness, link, and being the user whom Cognito is signing in.

use super::*;

#[test]
fn denies_a_pool_user_without_a_usable_or_verified_email() {
    assert_eq!(with_user(|user| user.email = None), Some(DenyReason::PoolEmailInvalid));
    assert_eq!(with_user(|user| user.email_verified = false), Some(DenyReason::PoolEmailUnverified));
    let unverified = DirectoryUser { email_verified: false, ..found() };
    assert_eq!(with_found(&[unverified]), Some(DenyReason::PoolEmailUnverified));
}

#[test]
fn denies_when_no_pool_user_has_the_email() {
    let other = DirectoryUser { email: Some("bob@example.com".to_owned()), ..found() };
    let nameless = DirectoryUser { email: None, ..found() };
    for found in [vec![], vec![other], vec![nameless]] {
        assert_eq!(with_found(&found), Some(DenyReason::EmailNotInPool), "{found:?}");
    }
}

#[test]
fn denies_a_second_enabled_user_with_the_email_in_any_letter_case() {
    for email in [EMAIL, "ALICE@example.com"] {
        let second = DirectoryUser { sub: Some("other".to_owned()), email: Some(email.to_owned()), ..found() };
        assert_eq!(with_found(&[found(), second.clone()]), Some(DenyReason::EmailNotUnique));
        assert_eq!(with_found(&[second, found()]), Some(DenyReason::EmailNotUnique));
    }
}

#[test]
fn unverified_users_with_the_email_neither_lock_the_user_out_nor_replace_the_user() {
    let other = DirectoryUser { sub: Some("other".to_owned()), email_verified: false, ..found() };
    assert_eq!(with_found(&[other.clone(), found(), other.clone()]), None);
    assert_eq!(with_found(&[other.clone(), other.clone()]), Some(DenyReason::PoolEmailUnverified));
    let verified_other = DirectoryUser { email_verified: true, ..other };
    let unverified = DirectoryUser { email_verified: false, ..found() };
    assert_eq!(with_found(&[unverified, verified_other]), Some(DenyReason::DifferentUser));
}

#[test]
fn denies_a_disabled_and_an_unverified_user_as_unverified() {
    let (disabled, unverified) =
        (DirectoryUser { enabled: false, ..found() }, DirectoryUser { email_verified: false, ..found() });
    assert_eq!(with_found(&[disabled, unverified]), Some(DenyReason::PoolEmailUnverified));
}

#[test]
fn two_users_who_could_sign_in_are_ambiguous() {
    let email = EMAIL.parse().unwrap();
    let not_candidates = [
        DirectoryUser { enabled: false, ..found() },
        DirectoryUser { email_verified: false, ..found() },
        DirectoryUser { email: Some("bob@example.com".to_owned()), ..found() },
    ];
    assert!(!is_ambiguous(&[], &email) && !is_ambiguous(&[found()], &email));
    assert!(!is_ambiguous(&[not_candidates.as_slice(), &[found()]].concat(), &email));
    assert!(is_ambiguous(&[not_candidates.as_slice(), &[found(), found()]].concat(), &email));
}

#[test]
fn only_three_statuses_allow_a_sign_in() {
    for (status, allowed) in [
        ("CONFIRMED", true),
        ("FORCE_CHANGE_PASSWORD", true),
        ("EXTERNAL_PROVIDER", true),
        ("UNCONFIRMED", false),
        ("ARCHIVED", false),
        ("COMPROMISED", false),
        ("RESET_REQUIRED", false),
        ("UNKNOWN", false),
        ("NEW", false),
        ("confirmed", false),
        ("", false),
    ] {
        let expected = (!allowed).then_some(DenyReason::PoolUserStatus);
        assert_eq!(with_user(|user| user.status = Some(status.to_owned())), expected, "{status}");
        let found = DirectoryUser { status: Some(status.to_owned()), ..found() };
        assert_eq!(with_found(&[found]), expected, "{status}");
    }
    assert_eq!(with_user(|user| user.status = None), None);
    assert_eq!(with_found(&[DirectoryUser { status: None, ..found() }]), None);
}

#[test]
fn denies_a_disabled_user() {
    let disabled = DirectoryUser { enabled: false, ..found() };
    assert_eq!(with_found(&[disabled]), Some(DenyReason::PoolUserDisabled));
}

#[test]
fn a_disabled_predecessor_with_the_same_email_does_not_lock_the_user_out() {
    let predecessor = DirectoryUser { sub: Some("left".to_owned()), enabled: false, ..found() };
    assert_eq!(with_found(&[predecessor, found()]), None);
}

#[test]
fn denies_when_the_only_enabled_user_is_another_one() {
    for sub in [Some("other"), Some(""), Some("POOL-SUB"), None] {
        let other = DirectoryUser { sub: sub.map(str::to_owned), ..found() };
        assert_eq!(with_found(&[other]), Some(DenyReason::DifferentUser), "{sub:?}");
    }
}

#[test]
fn denies_a_pool_user_who_is_linked_to_another_account() {
    for link in ["8", "", "7/", "seven"] {
        let reason = with_user(|user| user.link = Some(link.to_owned()));
        assert_eq!(reason, Some(DenyReason::LinkMismatch), "{link}");
        let linked = DirectoryUser { link: Some(link.to_owned()), ..found() };
        assert_eq!(with_found(&[linked]), Some(DenyReason::LinkMismatch), "{link}");
    }
}

#[test]
fn a_matching_link_is_accepted_in_any_spelling_and_does_not_replace_the_email() {
    for link in ["7", "07"] {
        assert_eq!(with_user(|user| user.link = Some(link.to_owned())), None, "{link}");
    }
    let linked = PoolUser { link: Some("7".to_owned()), email: "bob@example.com".parse().ok(), ..user() };
    assert_eq!(judge(&policy(), Some(&linked), &person(), Some(&[found()])), Err(DenyReason::EmailMismatch));
}

#[test]
fn without_the_directory_only_the_event_is_checked() {
    assert!(judge(&policy(), Some(&user()), &person(), None).is_ok());
    let unverified = PoolUser { email_verified: false, ..user() };
    assert_eq!(judge(&policy(), Some(&unverified), &person(), None), Err(DenyReason::PoolEmailUnverified));
}

#[test]
fn a_link_in_the_event_or_in_the_directory_counts() {
    let link = Some("7".to_owned());
    for (event, directory, expected) in
        [(None, None, false), (link.clone(), None, true), (None, link.clone(), true), (link.clone(), link, true)]
    {
        let (user, found) = (PoolUser { link: event, ..user() }, [DirectoryUser { link: directory, ..found() }]);
        let matched = match_pool_user(Some(&user), &person(), |link| link.parse().ok(), Some(&found));
        assert_eq!(matched.map(|matched| matched.linked), Ok(expected));
    }
}
