//! Asks, then judges: nothing else happens here.

use std::time::Duration;

use settings::time_budget::DENIAL_GRID;
use tokio::time::{Instant, sleep_until};

use crate::deadline::{budget, within};
use crate::policy::{DirectoryMode, Policy};
use crate::ports::{DirectoryUser, TokenStore, UserDirectory};
use crate::provider::IdentityProvider;
use crate::refusal::Refusal;
use crate::rules::{self, Admitted, Attempt, Claim, Match, VerifiedIdentity};
use crate::unavailable::{Cause, Service, Unavailable};

/// Verifies sign-in attempts against one identity provider and the event's user pool.
pub struct Verifier<P, D, T> {
    policy: Policy,
    provider: P,
    directory: D,
    /// Where used tokens are remembered, if they may be used once only.
    token_store: Option<T>,
}

/// What a verification came to, and how long it took the services.
#[must_use]
#[derive(Debug)]
pub struct Verification<A, S> {
    /// Who may come in, or why nobody may.
    pub verdict: Result<VerifiedIdentity<A>, Refusal>,
    /// What the provider said on the way; it decides nothing.
    pub seen: S,
    /// How long the look-up of the address in the user pool took, or was waited for in vain. `None` if it was not asked.
    /// For whoever watches over the services; it decides nothing.
    pub directory: Option<Duration>,
}

impl<P: IdentityProvider, D: UserDirectory, T: TokenStore> Verifier<P, D, T> {
    /// A verifier that applies `policy`.
    pub fn new(policy: Policy, provider: P, directory: D, token_store: Option<T>) -> Self {
        Self { policy, provider, directory, token_store }
    }

    /// Who vouches for people.
    pub fn provider(&self) -> &P {
        &self.provider
    }

    /// Verifies one attempt in at most four seconds, and less if `time_left` says so.
    ///
    /// Questions that are asked at the same time are all awaited, even when the first answer is a "no". What is asked
    /// depends on the caller's answer and on what the provider says of it, never on the pool user.
    pub async fn verify(
        &self,
        attempt: &Attempt<'_>,
        time_left: Option<Duration>,
    ) -> Verification<P::Account, P::Seen> {
        let (mut seen, mut directory) = (P::Seen::default(), None);
        let verdict = self.verdict(attempt, time_left, &mut seen, &mut directory).await;
        Verification { verdict, seen, directory }
    }

    async fn verdict(
        &self,
        attempt: &Attempt<'_>,
        time_left: Option<Duration>,
        seen: &mut P::Seen,
        directory: &mut Option<Duration>,
    ) -> Result<VerifiedIdentity<P::Account>, Refusal> {
        let admitted = rules::admit(&self.provider, attempt)?;
        let start = Instant::now();
        let verdict = self.judge(attempt, &admitted, start + budget(time_left), seen, directory).await;
        if let Err(Refusal::Denied(_)) = verdict {
            sleep_until(next_on_grid(start, Instant::now())).await;
        }
        verdict
    }

    /// Asks in the order that lets junk cost least: what needs no network, then the provider, then the directory, whose
    /// quota all sign-ins of the account share. Where a signature has vouched for the caller already, the provider and
    /// the directory are asked at the same time.
    async fn judge(
        &self,
        attempt: &Attempt<'_>,
        admitted: &Admitted<'_>,
        deadline: Instant,
        seen: &mut P::Seen,
        directory: &mut Option<Duration>,
    ) -> Result<VerifiedIdentity<P::Account>, Refusal> {
        let Admitted { tokens, challenge, .. } = admitted;
        let vouched = self.provider.vouch(tokens, challenge.nonce, deadline, seen).await?;
        let signed = P::is_signed(&vouched);
        let (person, at_once) = tokio::join!(self.provider.identify(tokens, &vouched, deadline, seen), async {
            if signed { Some(self.found(admitted, deadline).await) } else { None }
        });
        *directory = at_once.as_ref().and_then(|(_, took)| *took);
        // The provider's "no" stands even if the directory had no answer: nothing could turn it into a "yes".
        let person = person?;
        rules::trust(&self.policy, &person)?;
        let found = if let Some((found, _)) = at_once {
            found
        } else {
            let (found, took) = self.found(admitted, deadline).await;
            *directory = took;
            found
        };
        let account_of = |link: &str| self.provider.account_of(link);
        let matched = rules::decide(attempt.user.as_ref(), &person, account_of, found?.as_deref())?;

        // Only now: what is written must be about a person who may come in. The link comes first, because writing it
        // again is harmless, whereas a token that was noted is good for no other attempt.
        if !matched.linked && self.policy.link_on_first_sign_in {
            self.link(attempt, admitted, &matched, deadline).await?;
        }
        let claim = self.claim(admitted, &vouched, deadline).await?;
        Ok(rules::finish(matched, claim)?)
    }

    /// The users with the address, and how long that took; neither in the mode that does not ask.
    async fn found(
        &self,
        admitted: &Admitted<'_>,
        deadline: Instant,
    ) -> (Result<Option<Vec<DirectoryUser>>, Unavailable>, Option<Duration>) {
        if self.policy.directory == DirectoryMode::Event {
            return (Ok(None), None);
        }
        let start = Instant::now();
        let enough = |found: &[DirectoryUser]| rules::is_ambiguous(found, &admitted.lookup);
        let users = self.directory.users_by_email(admitted.pool_id, &admitted.lookup, enough);
        let found = within(deadline, Service::Directory, users).await;
        (found.map(Some), Some(start.elapsed()))
    }

    async fn claim(
        &self,
        admitted: &Admitted<'_>,
        vouched: &P::Vouched<'_>,
        deadline: Instant,
    ) -> Result<Claim, Unavailable> {
        let Some(store) = &self.token_store else {
            return Ok(Claim::NotConfigured);
        };
        let token = self.provider.used_token(admitted.pool_id, &admitted.tokens, vouched);
        let claim = store.claim(&token, admitted.challenge.attempt_id);
        within(deadline, Service::TokenStore, claim).await.map_err(|error: Unavailable| match error.cause {
            // Refused before anything was written.
            Cause::Throttled | Cause::NotAuthorized => error,
            _ => error.with_detail("the token may have been noted as used: a new attempt needs a new token"),
        })
    }

    async fn link(
        &self,
        attempt: &Attempt<'_>,
        admitted: &Admitted<'_>,
        matched: &Match<P::Account>,
        deadline: Instant,
    ) -> Result<(), Refusal> {
        let username = rules::username_of(attempt)?;
        let link = self.provider.link_to(matched.account);
        let written = self.directory.link(admitted.pool_id, username, &link);
        Ok(within(deadline, Service::Directory, written).await?)
    }
}

fn next_on_grid(start: Instant, now: Instant) -> Instant {
    let passed = now.duration_since(start).as_nanos();
    let steps = passed.div_ceil(DENIAL_GRID.as_nanos());
    u32::try_from(steps).map_or(now, |steps| start + DENIAL_GRID * steps)
}

#[cfg(test)]
mod tests;
