//! The rules about the pool user.

use super::{PoolUser, TokenUse, VerifiedIdentity};
use crate::deny_reason::{DenyReason, require};
use crate::email::EmailAddress;
use crate::ports::DirectoryUser;
use crate::provider::Person;

/// The pool user is the person whom the provider identified.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PoolMatch<A> {
    pub(crate) account: A,
    /// The `sub` of the pool user.
    sub: String,
    /// Whether the pool user already has the link to the person.
    pub(crate) linked: bool,
}

/// Checks that the pool user is the person whom the provider identified.
///
/// `user` is the user whom Cognito is signing in. `account_of` reads a link in the provider's format. `found` are the
/// users that the directory found by the e-mail address; `None` in the mode that does not call the directory.
pub(crate) fn match_pool_user<A: Copy + PartialEq>(
    user: Option<&PoolUser>,
    person: &Person<A>,
    account_of: impl Fn(&str) -> Option<A>,
    found: Option<&[DirectoryUser]>,
) -> Result<PoolMatch<A>, DenyReason> {
    let Person { account, email } = person;
    // 1. The user exists in the pool.
    let user = user.ok_or(DenyReason::UserNotFound)?;
    let pool_sub = user.sub.as_deref().filter(|sub| !sub.is_empty()).ok_or(DenyReason::EventIncomplete)?;

    // 2. The pool user has the same e-mail address, and it is verified in the pool, too. Otherwise an attacker could
    //    sign up in the pool with the address of another person and wait until that person signs in.
    let pool_email = user.email.as_ref().ok_or(DenyReason::PoolEmailInvalid)?;
    require(email == pool_email, DenyReason::EmailMismatch)?;
    require(user.email_verified, DenyReason::PoolEmailUnverified)?;

    // 3. The user's status allows a sign-in.
    require(may_sign_in(user.status.as_deref()), DenyReason::PoolUserStatus)?;

    // 4. A link binds the pool user permanently to one account at the provider. If the e-mail address later passes to
    //    another person, that person cannot sign in as this user.
    let fits = |link: Option<&str>| link.is_none_or(|link| account_of(link) == Some(*account));
    require(fits(user.link.as_deref()), DenyReason::LinkMismatch)?;
    let mut linked = user.link.is_some();

    // 5. Exactly one enabled user of the pool has the address verified, and it is the user whom Cognito is signing in.
    //    In the mode without the directory, the pool guarantees this: the address is a sign-in alias.
    if let Some(found) = found {
        let directory_user = only_candidate(found, email)?;
        require(directory_user.sub.as_deref() == Some(pool_sub), DenyReason::DifferentUser)?;
        require(may_sign_in(directory_user.status.as_deref()), DenyReason::PoolUserStatus)?;
        require(fits(directory_user.link.as_deref()), DenyReason::LinkMismatch)?;
        linked |= directory_user.link.is_some();
    }

    Ok(PoolMatch { account: *account, sub: pool_sub.to_owned(), linked })
}

/// The last rule: if tokens may be used only once, this attempt is the one that uses the token.
pub(crate) fn finish<A>(matched: PoolMatch<A>, token_use: TokenUse) -> Result<VerifiedIdentity<A>, DenyReason> {
    match token_use {
        TokenUse::ThisAttempt | TokenUse::NotTracked => {
            let PoolMatch { account, sub, .. } = matched;
            Ok(VerifiedIdentity { account, sub })
        }
        TokenUse::AnotherAttempt => Err(DenyReason::TokenAlreadyUsed),
    }
}

/// Whether a user with this status may sign in. `UserType` in the Cognito API reference lists the statuses. Local AWS
/// leaves the status out.
///
/// Allowed:
///
/// - `CONFIRMED`.
/// - `FORCE_CHANGE_PASSWORD`: an administrator created the user, and the temporary password was not used.
/// - `EXTERNAL_PROVIDER`: Cognito itself decides whether a federated profile can use this flow.
///
/// Not allowed: `UNCONFIRMED` (signed up without confirming the address), `RESET_REQUIRED` (an administrator requires a
/// new password), `COMPROMISED`, `ARCHIVED`, `UNKNOWN`, and any status that AWS adds later.
fn may_sign_in(status: Option<&str>) -> bool {
    status.is_none_or(|status| ["CONFIRMED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"].contains(&status))
}

/// Whether two of the users could sign in by the address. Then no more users need to be read, because the attempt is
/// denied.
pub(crate) fn is_ambiguous(found: &[DirectoryUser], email: &EmailAddress) -> bool {
    found.iter().filter(|user| is_candidate(user, email)).nth(1).is_some()
}

/// Whether this flow could sign the user in by the address. An unverified address does not count, because anyone may
/// have signed up with it.
fn is_candidate(user: &DirectoryUser, email: &EmailAddress) -> bool {
    has_email(user, email) && user.enabled && user.email_verified
}

/// Compares the address again: AWS documents in two different ways how the search of `ListUsers` handles letter case.
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
