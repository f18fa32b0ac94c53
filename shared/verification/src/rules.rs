//! The rules about the pool user, and about what Cognito's event must say. Pure: no rule does I/O, waits or fails.
//!
//! [`admit`] judges what the event alone says, before anything leaves the process; [`trust`] judges the person whom the
//! provider has named; [`decide`] and [`finish`], in `rules/pool.rs`, judge the pool user and the use of the token. The
//! provider's own rules stand in its crate.

mod pool;

use serde_json::Value;

pub(crate) use self::pool::{Match, decide, finish, is_ambiguous};
use crate::answer::{self, Tokens};
use crate::deny_reason::{DenyReason, require};
use crate::email::EmailAddress;
use crate::policy::Policy;
use crate::provider::{IdentityProvider, Person};

/// Looked up when the user has no address to look up, so that the same calls are made for everybody.
/// RFC 2606 reserves `.invalid`: nobody can own the address.
const DECOY_EMAIL: &str = "nobody@decoy.invalid";

/// One sign-in attempt, as Cognito's event describes it.
pub struct Attempt<'a> {
    /// The user pool.
    pub pool_id: Option<&'a str>,
    /// The user name in the pool, for writing to the user.
    pub username: Option<&'a str>,
    /// The private parameters of the challenge; `None` if they are not those that our Create trigger makes.
    pub challenge: Option<Challenge<'a>>,
    /// What the caller sent. Nothing else in the event that the caller controls is looked at.
    pub answer: Option<&'a Value>,
    /// Whom Cognito is signing in; `None` if the pool has no such user.
    pub user: Option<PoolUser>,
}

/// What our Create trigger remembered of the challenge that is being answered.
#[derive(Debug, Clone, Copy)]
pub struct Challenge<'a> {
    /// The nonce that the client was given.
    pub nonce: &'a str,
    /// The name of this one attempt; the client does not know it.
    pub attempt_id: &'a str,
}

/// The pool user whom Cognito is signing in, by the attributes in the event.
#[derive(Debug, Clone)]
pub struct PoolUser {
    /// The immutable `sub`.
    pub sub: Option<String>,
    /// The address, if it is one that can be compared.
    pub email: Option<EmailAddress>,
    /// Whether the pool holds the address for verified.
    pub email_verified: bool,
    /// `cognito:user_status`, as it stands there.
    pub status: Option<String>,
    /// The link attribute, as it stands there.
    pub link: Option<String>,
}

/// What may leave the process for an attempt.
#[derive(Debug)]
pub(crate) struct Admitted<'a> {
    pub(crate) tokens: Tokens,
    pub(crate) challenge: Challenge<'a>,
    pub(crate) pool_id: &'a str,
    pub(crate) lookup: EmailAddress,
}

/// Proof that the holder of the token is the pool user. Only `finish` can make one:
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

/// What came of noting the token as used. A value that `finish` needs, so that a forgotten claim does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// This attempt is the one that uses the token.
    Claimed,
    /// Another attempt has used it.
    AlreadyUsed,
    /// Tokens may be used again.
    NotConfigured,
}

/// The rules that need nothing but the event.
pub(crate) fn admit<'a>(provider: &impl IdentityProvider, attempt: &Attempt<'a>) -> Result<Admitted<'a>, DenyReason> {
    // 1. The challenge is the one that our Create trigger made.
    let challenge = attempt.challenge.ok_or(DenyReason::ChallengeNotOurs)?;
    // 2. The event says which pool to ask.
    let pool_id = attempt.pool_id.ok_or(DenyReason::EventIncomplete)?;
    // 3. The answer is a token in one of the two forms.
    let tokens = answer::parse(attempt.answer)?;
    // 4. The provider would look at such tokens.
    provider.admit(&tokens)?;

    let known = attempt.user.as_ref().and_then(|user| user.email.clone());
    let lookup = known.or_else(|| DECOY_EMAIL.parse().ok()).ok_or(DenyReason::EventIncomplete)?;
    Ok(Admitted { tokens, challenge, pool_id, lookup })
}

/// Whom to write a link to.
pub(crate) fn username_of<'a>(attempt: &Attempt<'a>) -> Result<&'a str, DenyReason> {
    attempt.username.ok_or(DenyReason::EventIncomplete)
}

/// The operator trusts the domain of the person's address.
pub(crate) fn trust<A>(policy: &Policy, person: &Person<A>) -> Result<(), DenyReason> {
    let allowed = policy.email_domains.as_ref().is_none_or(|domains| domains.allow(&person.email));
    require(allowed, DenyReason::EmailDomainNotAllowed)
}

#[cfg(test)]
mod tests;
