//! The rules about the pool user.

use super::{Claim, PoolUser, VerifiedIdentity};
use crate::deny_reason::{DenyReason, require};
use crate::email::EmailAddress;
use crate::ports::DirectoryUser;
use crate::provider::Person;

/// The pool user is the person.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Match<A> {
    pub(crate) account: A,
    /// The `sub` of the pool user.
    sub: String,
    /// Whether the pool user has the link to the person already.
    pub(crate) linked: bool,
}

/// Whether the pool user is the person.
///
/// `user` is whom Cognito is signing in. `account_of` reads a link as the provider does. `found` is whom the directory found by the address; `None` in the mode that
/// does not ask it.
pub(crate) fn decide<A: Copy + PartialEq>(
    user: Option<&PoolUser>,
    person: &Person<A>,
    account_of: impl Fn(&str) -> Option<A>,
    found: Option<&[DirectoryUser]>,
) -> Result<Match<A>, DenyReason> {
    let Person { account, email } = person;
    // 1. Cognito is signing in a user who exists.
    let user = user.ok_or(DenyReason::UserNotFound)?;
    let pool_sub = user.sub.as_deref().filter(|sub| !sub.is_empty()).ok_or(DenyReason::EventIncomplete)?;

    // 2. The pool user has the same address, verified in the pool as well: otherwise an attacker
    //    could register the address of another person and wait.
    let pool_email = user.email.as_ref().ok_or(DenyReason::PoolEmailInvalid)?;
    require(email == pool_email, DenyReason::EmailMismatch)?;
    require(user.email_verified, DenyReason::PoolEmailUnverified)?;

    // 3. The status is one of a user who can be signed in.
    require(may_sign_in(user.status.as_deref()), DenyReason::PoolUserStatus)?;

    // 4. A pool user who is linked to an account at the provider belongs to that person for good: after the
    //    address has passed to another person, it is no way in.
    let fits = |link: Option<&str>| link.is_none_or(|link| account_of(link) == Some(*account));
    require(fits(user.link.as_deref()), DenyReason::LinkMismatch)?;
    let mut linked = user.link.is_some();

    // 5. Exactly one enabled user of the pool has the address verified, and that user is the very one whom Cognito
    //    is signing in. Without a directory, the pool itself guarantees it: the address is a sign-in alias.
    if let Some(found) = found {
        let directory_user = only_candidate(found, email)?;
        require(directory_user.sub.as_deref() == Some(pool_sub), DenyReason::DifferentUser)?;
        require(may_sign_in(directory_user.status.as_deref()), DenyReason::PoolUserStatus)?;
        require(fits(directory_user.link.as_deref()), DenyReason::LinkMismatch)?;
        linked |= directory_user.link.is_some();
    }

    Ok(Match { account: *account, sub: pool_sub.to_owned(), linked })
}

/// The last rule: where tokens are good for one sign-in, this one is the first.
pub(crate) fn finish<A>(matched: Match<A>, claim: Claim) -> Result<VerifiedIdentity<A>, DenyReason> {
    match claim {
        Claim::Claimed | Claim::NotConfigured => {
            let Match { account, sub, .. } = matched;
            Ok(VerifiedIdentity { account, sub })
        }
        Claim::AlreadyUsed => Err(DenyReason::TokenAlreadyUsed),
    }
}

/// Whether a user of this status may be signed in, of the statuses in `UserType` in the Cognito API reference. Local AWS
/// leaves the status out.
///
/// - `CONFIRMED`, and `FORCE_CHANGE_PASSWORD`: created by an administrator, and the password was never used.
/// - `EXTERNAL_PROVIDER`: whether a federated profile can use this flow, Cognito itself decides.
///
/// Not `UNCONFIRMED` (signed up, and did not prove the address), `RESET_REQUIRED` (an administrator wants a new
/// password first), `COMPROMISED`, `ARCHIVED` and `UNKNOWN`, nor a status that AWS may add.
fn may_sign_in(status: Option<&str>) -> bool {
    status.is_none_or(|status| ["CONFIRMED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"].contains(&status))
}

/// Whether enough is known of the users with an address: two who could each be signed in by it.
pub(crate) fn is_ambiguous(found: &[DirectoryUser], email: &EmailAddress) -> bool {
    found.iter().filter(|user| is_candidate(user, email)).nth(1).is_some()
}

/// Whether this flow could sign the user in by the address. An unverified address is not the user's: anyone may have
/// signed up with it.
fn is_candidate(user: &DirectoryUser, email: &EmailAddress) -> bool {
    has_email(user, email) && user.enabled && user.email_verified
}

/// The directory's search folds case in ways that AWS documents both ways, so its results are compared again.
fn has_email(user: &DirectoryUser, email: &EmailAddress) -> bool {
    user.email.as_deref().is_some_and(|text| text.parse::<EmailAddress>().is_ok_and(|found| found == *email))
}

fn only_candidate<'a>(found: &'a [DirectoryUser], email: &EmailAddress) -> Result<&'a DirectoryUser, DenyReason> {
    let mut candidates = found.iter().filter(|user| is_candidate(user, email));
    let with_email = || found.iter().filter(|user| has_email(user, email));
    match (candidates.next(), candidates.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(DenyReason::EmailNotUnique),
        (None, _) if with_email().any(|user| user.enabled) => Err(DenyReason::PoolEmailUnverified),
        (None, _) if with_email().next().is_some() => Err(DenyReason::PoolUserDisabled),
        (None, _) => Err(DenyReason::EmailNotInPool),
    }
}
