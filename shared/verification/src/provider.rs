//! The interface of an identity provider: it identifies the holder of the tokens. Three steps, from the cheapest to the
//! most expensive.

use std::fmt;

use tokio::time::Instant;

use crate::answer::Tokens;
use crate::deny_reason::DenyReason;
use crate::email::EmailAddress;
use crate::refusal::Refusal;
use crate::used_token::UsedToken;

/// An identity provider: its ids, its endpoints, and its rules about the user.
///
/// The calls to the provider may depend only on the tokens and on what the provider says about them. Otherwise the time
/// until a denial would tell an attacker which users exist in the pool.
pub trait IdentityProvider {
    /// An account at the provider. Two spellings of the same account are equal.
    type Account: Copy + PartialEq + fmt::Debug;
    /// The result of [`validate_locally`](Self::validate_locally).
    type LocalValidation<'a>
    where
        Self: 'a;
    /// What the provider said, for the log and the metrics. It has no effect on the verdict.
    type Observed: Default;

    /// Applies the rules that need only the tokens. Sends no request.
    ///
    /// # Errors
    /// The reason of the first rule that denies.
    fn admit(&self, tokens: &Tokens) -> Result<(), DenyReason>;

    /// Validates the signed token, if there is one. Needs no request except for the provider's signing keys, which are
    /// cached. `nonce` is the nonce of the challenge.
    ///
    /// # Errors
    /// Denied, or unavailable if the keys cannot be fetched.
    fn validate_locally<'a>(
        &'a self,
        tokens: &Tokens,
        nonce: &str,
        deadline: Instant,
        observed: &mut Self::Observed,
    ) -> impl Future<Output = Result<Self::LocalValidation<'a>, Refusal>>;

    /// Whether the signature of a token has been verified. Then the directory may be called at the same time as the
    /// provider.
    fn has_verified_signature(validation: &Self::LocalValidation<'_>) -> bool;

    /// Calls the provider and applies its rules.
    ///
    /// # Errors
    /// Denied, or unavailable if the provider gave no usable answer before the deadline.
    fn identify<'a>(
        &'a self,
        tokens: &Tokens,
        validation: &Self::LocalValidation<'a>,
        deadline: Instant,
        observed: &mut Self::Observed,
    ) -> impl Future<Output = Result<Person<Self::Account>, Refusal>>;

    /// The token to record as used, so that an attacker cannot replay it.
    fn used_token(&self, pool_id: &str, tokens: &Tokens, validation: &Self::LocalValidation<'_>) -> UsedToken;

    /// Reads a link in the pool; `None` if the text is not a link.
    fn account_of(&self, link: &str) -> Option<Self::Account>;

    /// The text of the link to an account, as written into the pool.
    fn link_to(&self, account: Self::Account) -> String;
}

/// The holder of the tokens, as the provider names it. The pool user has not been checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person<A> {
    /// The account.
    pub account: A,
    /// The e-mail address that the person has verified at the provider.
    pub email: EmailAddress,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::deadline::within;
    use crate::unavailable::Service;
    use std::time::Duration;
    use tokio::time::sleep;

    /// The only account of the fake provider. Its links are numbers.
    pub(crate) const ACCOUNT: u8 = 7;

    /// A provider that answers after a delay, with a person or a denial.
    #[derive(Clone, Copy)]
    pub(crate) struct FakeProvider {
        pub(crate) delay: Duration,
        pub(crate) denial: Option<DenyReason>,
        pub(crate) signed: bool,
    }

    impl IdentityProvider for FakeProvider {
        type Account = u8;
        type LocalValidation<'a> = bool;
        type Observed = Option<u8>;

        fn admit(&self, _: &Tokens) -> Result<(), DenyReason> {
            Ok(())
        }

        async fn validate_locally(&self, _: &Tokens, _: &str, _: Instant, _: &mut Option<u8>) -> Result<bool, Refusal> {
            Ok(self.signed)
        }

        fn has_verified_signature(signed: &bool) -> bool {
            *signed
        }

        async fn identify(
            &self,
            _: &Tokens,
            _: &bool,
            deadline: Instant,
            observed: &mut Option<u8>,
        ) -> Result<Person<u8>, Refusal> {
            let answer = async {
                sleep(self.delay).await;
                self.denial.map_or(Ok(()), |reason| Err(Refusal::from(reason)))
            };
            within(deadline, Service::Salesforce, answer).await?;
            *observed = Some(ACCOUNT);
            Ok(Person { account: ACCOUNT, email: "alice@example.com".parse().unwrap() })
        }

        fn used_token(&self, pool_id: &str, tokens: &Tokens, _: &bool) -> UsedToken {
            UsedToken::new(pool_id, &[tokens.access.expose()], None)
        }

        fn account_of(&self, link: &str) -> Option<u8> {
            link.parse().ok()
        }

        fn link_to(&self, account: u8) -> String {
            account.to_string()
        }
    }
}
