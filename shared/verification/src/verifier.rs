//! Calls the services in order and applies the rules to their answers.

use std::time::Duration;

use settings::time_budget::DENIAL_PADDING;
use tokio::time::{Instant, sleep_until};

use crate::deadline::{budget, within};
use crate::policy::{DirectoryMode, Policy};
use crate::ports::{DirectoryUser, TokenStore, UserDirectory};
use crate::provider::IdentityProvider;
use crate::refusal::Refusal;
use crate::rules::{self, Admitted, Attempt, PoolMatch, TokenUse, VerifiedIdentity};
use crate::unavailable::{Cause, Service, Unavailable};

/// Verifies sign-in attempts against one identity provider and the event's user pool.
pub struct Verifier<P, D, T> {
    policy: Policy,
    provider: P,
    directory: D,
    /// Where used tokens are recorded, if they may be used only once.
    token_store: Option<T>,
}

/// The result of a verification, with the latencies of the services.
#[must_use]
#[derive(Debug)]
pub struct Verification<A, O> {
    /// The verified identity, or why the attempt is not allowed.
    pub verdict: Result<VerifiedIdentity<A>, Refusal>,
    /// What the provider said, for the log and the metrics. It has no effect on the verdict.
    pub observed: O,
    /// How long the look-up in the user pool took, until its answer or the deadline; `None` if there was no look-up.
    /// For the metrics; it has no effect on the verdict.
    pub directory_latency: Option<Duration>,
}

impl<P: IdentityProvider, D: UserDirectory, T: TokenStore> Verifier<P, D, T> {
    /// Creates a verifier that applies `policy`.
    pub fn new(policy: Policy, provider: P, directory: D, token_store: Option<T>) -> Self {
        Self { policy, provider, directory, token_store }
    }

    /// The identity provider.
    pub fn provider(&self) -> &P {
        &self.provider
    }

    /// Verifies one attempt in at most four seconds, or less if `time_left` is shorter.
    ///
    /// Calls that run at the same time are all awaited, even if the first answer is a denial. Which services are called
    /// depends on the caller's answer and on what the provider says about it, and not on the pool user. Otherwise the
    /// duration would tell an attacker which users exist. (The number of `ListUsers` pages depends on how many users have
    /// the holder's own address.)
    pub async fn verify(
        &self,
        attempt: &Attempt<'_>,
        time_left: Option<Duration>,
    ) -> Verification<P::Account, P::Observed> {
        let (mut observed, mut directory_latency) = (P::Observed::default(), None);
        let verdict = self.verdict(attempt, time_left, &mut observed, &mut directory_latency).await;
        Verification { verdict, observed, directory_latency }
    }

    async fn verdict(
        &self,
        attempt: &Attempt<'_>,
        time_left: Option<Duration>,
        observed: &mut P::Observed,
        directory_latency: &mut Option<Duration>,
    ) -> Result<VerifiedIdentity<P::Account>, Refusal> {
        let admitted = rules::admit(&self.provider, attempt)?;
        let start = Instant::now();
        let verdict = self.judge(attempt, &admitted, start + budget(time_left), observed, directory_latency).await;
        if let Err(Refusal::Denied(_)) = verdict {
            sleep_until(padded_end(start, Instant::now())).await;
        }
        verdict
    }

    /// Calls the services in the order in which junk answers cost least: first the checks without a request, then the
    /// provider, then the directory, because all sign-ins of the AWS account share its quota. If a signature has been
    /// verified, the provider and the directory are called at the same time.
    async fn judge(
        &self,
        attempt: &Attempt<'_>,
        admitted: &Admitted<'_>,
        deadline: Instant,
        observed: &mut P::Observed,
        directory_latency: &mut Option<Duration>,
    ) -> Result<VerifiedIdentity<P::Account>, Refusal> {
        let Admitted { tokens, challenge, .. } = admitted;
        let validation = self.provider.validate_locally(tokens, challenge.nonce, deadline, observed).await?;
        let signed = P::has_verified_signature(&validation);
        let (person, parallel) = tokio::join!(self.provider.identify(tokens, &validation, deadline, observed), async {
            if signed { Some(self.found(admitted, deadline).await) } else { None }
        });
        *directory_latency = parallel.as_ref().and_then(|(_, took)| *took);
        // A denial by the provider counts even if the directory is unavailable, because no answer of the directory
        // could change it.
        let person = person?;
        rules::check_email_domain(&self.policy, &person)?;
        let found = if let Some((found, _)) = parallel {
            found
        } else {
            let (found, took) = self.found(admitted, deadline).await;
            *directory_latency = took;
            found
        };
        let account_of = |link: &str| self.provider.account_of(link);
        let matched = rules::match_pool_user(attempt.user.as_ref(), &person, account_of, found?.as_deref())?;

        // Writing comes last, because it must concern only a person who passes all other rules. The link comes before
        // the token: writing a link again changes nothing, but a recorded token is useless in any other attempt.
        if !matched.linked && self.policy.link_on_first_sign_in {
            self.link(attempt, admitted, &matched, deadline).await?;
        }
        let token_use = self.record_use(admitted, &validation, deadline).await?;
        Ok(rules::finish(matched, token_use)?)
    }

    /// The users with the address, and how long the look-up took; neither in the mode without a look-up.
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
        let call = self.directory.users_by_email(admitted.pool_id, &admitted.lookup, enough);
        let found = within(deadline, Service::Directory, call).await;
        (found.map(Some), Some(start.elapsed()))
    }

    async fn record_use(
        &self,
        admitted: &Admitted<'_>,
        validation: &P::LocalValidation<'_>,
        deadline: Instant,
    ) -> Result<TokenUse, Unavailable> {
        let Some(store) = &self.token_store else {
            return Ok(TokenUse::NotTracked);
        };
        let token = self.provider.used_token(admitted.pool_id, &admitted.tokens, validation);
        let call = store.record_use(&token, admitted.challenge.attempt_id);
        within(deadline, Service::TokenStore, call).await.map_err(|error: Unavailable| match error.cause {
            // AWS refused the request before it wrote anything.
            Cause::Throttled | Cause::NotAuthorized => error,
            _ => error.with_detail("the token may have been recorded as used: a new attempt needs a new token"),
        })
    }

    async fn link(
        &self,
        attempt: &Attempt<'_>,
        admitted: &Admitted<'_>,
        matched: &PoolMatch<P::Account>,
        deadline: Instant,
    ) -> Result<(), Refusal> {
        let username = rules::username_of(attempt)?;
        let link = self.provider.link_to(matched.account);
        let call = self.directory.link(admitted.pool_id, username, &link);
        Ok(within(deadline, Service::Directory, call).await?)
    }
}

/// The next multiple of [`DENIAL_PADDING`] after `start` that is not before `now`.
fn padded_end(start: Instant, now: Instant) -> Instant {
    let passed = now.duration_since(start).as_nanos();
    let steps = passed.div_ceil(DENIAL_PADDING.as_nanos());
    u32::try_from(steps).map_or(now, |steps| start + DENIAL_PADDING * steps)
}

#[cfg(test)]
mod tests;
