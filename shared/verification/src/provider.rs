//! Who is the holder of these tokens? The seam to an identity provider, in three steps that cost more and more.

use std::fmt;

use tokio::time::Instant;

use crate::answer::Tokens;
use crate::deny_reason::DenyReason;
use crate::email::EmailAddress;
use crate::refusal::Refusal;
use crate::used_token::UsedToken;

/// An identity provider: its ids, its endpoints, and its rules about a person.
///
/// What is asked may depend on the tokens and on what the provider says of them, and on nothing else: otherwise the time
/// until a denial would tell who has an account.
pub trait IdentityProvider {
    /// A person's account there. Two spellings of one account are equal.
    type Account: Copy + PartialEq + fmt::Debug;
    /// What vouches for the tokens before the provider is asked about the person.
    type Vouched<'a>
    where
        Self: 'a;
    /// What became known on the way, for the log and the metrics; it decides nothing.
    type Seen: Default;

    /// The rules that need nothing but the tokens. Nothing is sent.
    ///
    /// # Errors
    /// The rule that denies.
    fn admit(&self, tokens: &Tokens) -> Result<(), DenyReason>;

    /// The proofs that need at most the provider's keys, which are cached. `nonce` is that of the challenge.
    ///
    /// # Errors
    /// Denied, or unavailable if there are no keys.
    fn vouch<'a>(
        &'a self,
        tokens: &Tokens,
        nonce: &str,
        deadline: Instant,
        seen: &mut Self::Seen,
    ) -> impl Future<Output = Result<Self::Vouched<'a>, Refusal>>;

    /// Whether a signature has vouched for the caller. Then the directory may be asked already.
    fn is_signed(vouched: &Self::Vouched<'_>) -> bool;

    /// Asks the provider, and applies its rules.
    ///
    /// # Errors
    /// Denied, or unavailable if the provider gave no usable answer before the deadline.
    fn identify<'a>(
        &'a self,
        tokens: &Tokens,
        vouched: &Self::Vouched<'a>,
        deadline: Instant,
        seen: &mut Self::Seen,
    ) -> impl Future<Output = Result<Person<Self::Account>, Refusal>>;

    /// What to remember, so that the sign-in cannot be repeated with what it was made with.
    fn used_token(&self, pool_id: &str, tokens: &Tokens, vouched: &Self::Vouched<'_>) -> UsedToken;

    /// Whom a link in the pool names; `None` for a text that is none.
    fn account_of(&self, link: &str) -> Option<Self::Account>;

    /// The link to an account, as it is written into the pool.
    fn link_to(&self, account: Self::Account) -> String;
}

/// The holder of the tokens, by the provider's word. Nothing is known yet about the pool user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person<A> {
    /// The account.
    pub account: A,
    /// The address that the person has proved to own there.
    pub email: EmailAddress,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::deadline::within;
    use crate::unavailable::Service;
    use std::time::Duration;
    use tokio::time::sleep;

    /// The only account. Links are numbers.
    pub(crate) const ACCOUNT: u8 = 7;

    /// A provider that answers after a delay, with a person or with a "no".
    #[derive(Clone, Copy)]
    pub(crate) struct Played {
        pub(crate) delay: Duration,
        pub(crate) denial: Option<DenyReason>,
        pub(crate) signed: bool,
    }

    impl IdentityProvider for Played {
        type Account = u8;
        type Vouched<'a> = bool;
        type Seen = Option<u8>;

        fn admit(&self, _: &Tokens) -> Result<(), DenyReason> {
            Ok(())
        }

        async fn vouch(&self, _: &Tokens, _: &str, _: Instant, _: &mut Option<u8>) -> Result<bool, Refusal> {
            Ok(self.signed)
        }

        fn is_signed(signed: &bool) -> bool {
            *signed
        }

        async fn identify(
            &self,
            _: &Tokens,
            _: &bool,
            deadline: Instant,
            seen: &mut Option<u8>,
        ) -> Result<Person<u8>, Refusal> {
            let answer = async {
                sleep(self.delay).await;
                self.denial.map_or(Ok(()), |reason| Err(Refusal::from(reason)))
            };
            within(deadline, Service::Salesforce, answer).await?;
            *seen = Some(ACCOUNT);
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
