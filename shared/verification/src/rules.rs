//! The rules about the pool user and about Cognito's event. They are pure: no rule does I/O, waits or returns an error
//! other than a denial.
//!
//! [`admit`] checks the event and the answer, before any request is sent. [`check_email_domain`] checks the person whom
//! the provider has identified. [`match_pool_user`] and [`finish`], in `rules/pool.rs`, check the pool user and the use
//! of the token. The provider's own rules are in its crate.

mod pool;

use serde_json::Value;

pub(crate) use self::pool::{PoolMatch, finish, is_ambiguous, match_pool_user};
use crate::answer::{self, Tokens};
use crate::deny_reason::{DenyReason, require};
use crate::email::EmailAddress;
use crate::policy::Policy;
use crate::provider::{IdentityProvider, Person};

/// The address to look up for a user without a usable one, so that every attempt makes the same calls. RFC 2606
/// reserves `.invalid`, so no user can own the address.
const DECOY_EMAIL: &str = "nobody@decoy.invalid";

/// One sign-in attempt, as in Cognito's event.
pub struct Attempt<'a> {
    /// The user pool.
    pub pool_id: Option<&'a str>,
    /// The user name in the pool. Only writing the link needs it.
    pub username: Option<&'a str>,
    /// The private parameters of the challenge; `None` if our Create trigger did not write them.
    pub challenge: Option<Challenge<'a>>,
    /// The challenge answer. It is the only value in the event that the caller chooses and that is read.
    pub answer: Option<&'a Value>,
    /// The user whom Cognito is signing in; `None` if the pool has no such user.
    pub user: Option<PoolUser>,
}

/// The private parameters that our Create trigger wrote for the challenge that is being answered.
#[derive(Debug, Clone, Copy)]
pub struct Challenge<'a> {
    /// The nonce that the client received.
    pub nonce: &'a str,
    /// The id of this attempt. The client does not know it.
    pub attempt_id: &'a str,
}

/// The pool user whom Cognito is signing in, from the attributes in the event.
#[derive(Debug, Clone)]
pub struct PoolUser {
    /// The immutable `sub`.
    pub sub: Option<String>,
    /// The e-mail address, if it is a valid [`EmailAddress`].
    pub email: Option<EmailAddress>,
    /// Whether the address is verified in the pool.
    pub email_verified: bool,
    /// The raw value of `cognito:user_status`.
    pub status: Option<String>,
    /// The raw value of the link attribute.
    pub link: Option<String>,
}

/// The checked parts of an attempt. Requests may be sent only for them.
#[derive(Debug)]
pub(crate) struct Admitted<'a> {
    pub(crate) tokens: Tokens,
    pub(crate) challenge: Challenge<'a>,
    pub(crate) pool_id: &'a str,
    pub(crate) lookup: EmailAddress,
}

/// Proof that the holder of the tokens is the pool user. Only `finish` can create one:
///
/// ```compile_fail
/// verification::VerifiedIdentity { account: (), sub: String::new() };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct VerifiedIdentity<A> {
    account: A,
    sub: String,
}

impl<A: Copy> VerifiedIdentity<A> {
    /// The account at the identity provider.
    pub fn account(&self) -> A {
        self.account
    }

    /// The `sub` of the pool user.
    pub fn sub(&self) -> &str {
        &self.sub
    }
}

/// The result of recording that the token is used. `finish` needs it, so code that forgets to record it does not
/// compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenUse {
    /// Only this attempt uses the token.
    ThisAttempt,
    /// Another attempt has used the token.
    AnotherAttempt,
    /// Uses are not recorded: a token may be used again.
    NotTracked,
}

/// The rules that need only the event.
pub(crate) fn admit<'a>(provider: &impl IdentityProvider, attempt: &Attempt<'a>) -> Result<Admitted<'a>, DenyReason> {
    // 1. Our Create trigger made the challenge.
    let challenge = attempt.challenge.ok_or(DenyReason::ChallengeNotOurs)?;
    // 2. The event names the pool.
    let pool_id = attempt.pool_id.ok_or(DenyReason::EventIncomplete)?;
    // 3. The answer holds tokens in one of the two forms.
    let tokens = answer::parse(attempt.answer)?;
    // 4. The provider accepts the form of the tokens.
    provider.admit(&tokens)?;

    let known = attempt.user.as_ref().and_then(|user| user.email.clone());
    let lookup = known.or_else(|| DECOY_EMAIL.parse().ok()).ok_or(DenyReason::EventIncomplete)?;
    Ok(Admitted { tokens, challenge, pool_id, lookup })
}

/// The user name for writing the link.
pub(crate) fn username_of<'a>(attempt: &Attempt<'a>) -> Result<&'a str, DenyReason> {
    attempt.username.ok_or(DenyReason::EventIncomplete)
}

/// The domain of the person's e-mail address is allowed.
pub(crate) fn check_email_domain<A>(policy: &Policy, person: &Person<A>) -> Result<(), DenyReason> {
    let allowed = policy.email_domains.as_ref().is_none_or(|domains| domains.allow(&person.email));
    require(allowed, DenyReason::EmailDomainNotAllowed)
}

#[cfg(test)]
mod tests;
