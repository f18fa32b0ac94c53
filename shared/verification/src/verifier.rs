//! Asks, then judges: nothing else happens here.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep_until};

use crate::audience::{AudienceMode, evidence};
use crate::deadline::{budget, within};
use crate::deny_reason::DenyReason;
use crate::policy::{DirectoryMode, Policy};
use crate::ports::{DirectoryUser, Salesforce, TokenStore, UserDirectory};
use crate::refusal::Refusal;
use crate::rules::{self, Admitted, Attempt, Claim, Evidence, Findings, Match, VerifiedIdentity, Vouched};
use crate::salesforce_id::{OrganizationId, SalesforceUserId};
use crate::unavailable::{Cause, Service, Unavailable};

/// Denials are given at full multiples of this since the questions were asked. Judging takes some microseconds more or
/// less depending on what was found, on a user who exists for example; a caller who asks often enough could tell.
const DENIAL_GRID: Duration = Duration::from_millis(10);

/// Verifies sign-in attempts against one Salesforce host and the event's user pool.
pub struct Verifier<S, D, T> {
    policy: Policy,
    salesforce: S,
    directory: D,
    /// Where used tokens are remembered, if they may be used once only.
    token_store: Option<T>,
}

/// What a verification came to, and how long it took the services.
#[must_use]
#[derive(Debug)]
pub struct Verification {
    /// Who may come in, or why nobody may.
    pub verdict: Result<VerifiedIdentity, Refusal>,
    /// Whom it is about; it decides nothing.
    pub named: Named,
    /// For whoever watches over the services; it decides nothing.
    pub waited: Waited,
}

/// How long the two services that every sign-in waits for took to answer, or were waited for in vain. `None` for one
/// that was not asked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    /// UserInfo of Salesforce.
    pub user_info: Option<Duration>,
    /// The look-up of the address in the user pool.
    pub directory: Option<Duration>,
}

/// Whom Salesforce named, as far as that is known. For the log of a denial.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The organization.
    pub organization: Option<OrganizationId>,
    /// The user.
    pub user: Option<SalesforceUserId>,
}

impl<S: Salesforce, D: UserDirectory, T: TokenStore> Verifier<S, D, T> {
    /// A verifier that applies `policy`.
    pub fn new(policy: Policy, salesforce: S, directory: D, token_store: Option<T>) -> Self {
        Self { policy, salesforce, directory, token_store }
    }

    /// How tokens prove that they were issued to our app.
    pub fn audience_mode(&self) -> &AudienceMode {
        &self.policy.audience
    }

    /// Verifies one attempt in at most four seconds, and less if `time_left` says so.
    ///
    /// Questions that are asked at the same time are all awaited, even when the first answer is a "no". What is asked
    /// depends on the caller's answer and on what Salesforce says of it, never on the pool user.
    pub async fn verify(&self, attempt: &Attempt<'_>, time_left: Option<Duration>) -> Verification {
        let mut notes = Notes::default();
        let verdict = self.verdict(attempt, time_left, &mut notes).await;
        let Notes { named, waited } = notes;
        Verification { verdict, named, waited }
    }

    async fn verdict(
        &self,
        attempt: &Attempt<'_>,
        time_left: Option<Duration>,
        notes: &mut Notes,
    ) -> Result<VerifiedIdentity, Refusal> {
        let admitted = rules::admit(&self.policy, attempt)?;
        let start = Instant::now();
        let verdict = self.judge(attempt, &admitted, start + budget(time_left), notes).await;
        if let Err(Refusal::Denied(_)) = verdict {
            sleep_until(next_on_grid(start, Instant::now())).await;
        }
        verdict
    }

    /// Asks in the order that lets junk cost least: what needs no network, then Salesforce, then the directory, whose
    /// quota all sign-ins of the account share. Where a signature has vouched for the caller already, Salesforce and the
    /// directory are asked at the same time.
    async fn judge(
        &self,
        attempt: &Attempt<'_>,
        admitted: &Admitted<'_>,
        deadline: Instant,
        notes: &mut Notes,
    ) -> Result<VerifiedIdentity, Refusal> {
        let mut subject = None;
        let vouching = evidence::vouch(&self.policy, &self.salesforce, admitted, unix_time, &mut subject);
        let vouched = within(deadline, Service::SalesforceKeys, vouching).await;
        let (organization, user) = subject.unzip();
        notes.named = Named { organization, user };
        self.ask(attempt, admitted, &vouched?, deadline, notes).await
    }

    async fn ask(
        &self,
        attempt: &Attempt<'_>,
        admitted: &Admitted<'_>,
        vouched: &Vouched<'_>,
        deadline: Instant,
        notes: &mut Notes,
    ) -> Result<VerifiedIdentity, Refusal> {
        notes.named = Named::default();
        let ask_directory = || timed(|| within(deadline, Service::Directory, self.found(admitted)));
        let ((info, user_info), evidence, at_once) = tokio::join!(
            timed(|| within(deadline, Service::Salesforce, self.salesforce.user_info(&admitted.token))),
            within(deadline, Service::SalesforceIntrospection, self.evidence(admitted, vouched, deadline)),
            async { if vouched.is_signed() { Some(ask_directory().await) } else { None } },
        );
        notes.waited.user_info = Some(user_info);
        notes.waited.directory = at_once.as_ref().and_then(|(_, directory)| self.waited_for_directory(*directory));
        // Salesforce's "no" to a token stands even if the others had no answer: nothing could turn it into a "yes".
        let info = info?;
        notes.named = Named {
            organization: info.organization_id.as_deref().and_then(|id| id.parse().ok()),
            user: info.user_id.as_deref().and_then(|id| id.parse().ok()),
        };
        let findings = Findings { info: &info, evidence: &evidence?, now: unix_time() };
        let person = rules::identify(&self.policy, &findings)?;
        let found = if let Some((found, _)) = at_once {
            found
        } else {
            let (found, directory) = ask_directory().await;
            notes.waited.directory = self.waited_for_directory(directory);
            found
        };
        let matched = rules::decide(attempt.user.as_ref(), &person, found?.as_deref())?;

        // Only now: what is written must be about a person who may come in. The link comes first, because writing it
        // again is harmless, whereas a token that was noted is good for no other attempt.
        if !matched.linked && self.policy.link_on_first_sign_in {
            self.link(attempt, admitted, &matched, deadline).await?;
        }
        let claim = self.claim(admitted, vouched, deadline).await?;
        Ok(rules::finish(matched, claim)?)
    }

    async fn evidence<'p>(
        &self,
        admitted: &Admitted<'_>,
        vouched: &Vouched<'p>,
        deadline: Instant,
    ) -> Result<Evidence<'p>, Refusal> {
        Ok(match *vouched {
            Vouched::Unchecked => Evidence::Unchecked,
            Vouched::IdToken { subject, .. } => Evidence::IdToken(subject),
            Vouched::AccessToken { user, .. } => Evidence::AccessToken(user),
            Vouched::ByIntrospection(clients) => {
                Evidence::Introspection(self.salesforce.introspect(&admitted.token, deadline).await?, clients)
            }
        })
    }

    async fn found(&self, admitted: &Admitted<'_>) -> Result<Option<Vec<DirectoryUser>>, Unavailable> {
        match self.policy.directory {
            DirectoryMode::ListUsers => {
                let enough = |found: &[DirectoryUser]| rules::is_ambiguous(found, &admitted.lookup);
                self.directory.users_by_email(admitted.pool_id, &admitted.lookup, enough).await.map(Some)
            }
            DirectoryMode::Event => Ok(None),
        }
    }

    fn waited_for_directory(&self, directory: Duration) -> Option<Duration> {
        (self.policy.directory == DirectoryMode::ListUsers).then_some(directory)
    }

    async fn claim(
        &self,
        admitted: &Admitted<'_>,
        vouched: &Vouched<'_>,
        deadline: Instant,
    ) -> Result<Claim, Unavailable> {
        let Some(store) = &self.token_store else {
            return Ok(Claim::NotConfigured);
        };
        let token = admitted.used_token(vouched);
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
        matched: &Match,
        deadline: Instant,
    ) -> Result<(), Refusal> {
        let username = attempt.username.ok_or(DenyReason::EventIncomplete)?;
        let (organization, user) = matched.identity;
        let link = format!("{organization}/{user}");
        let written = self.directory.link(admitted.pool_id, username, &link);
        Ok(within(deadline, Service::Directory, written).await?)
    }
}

/// What is told beside the verdict.
#[derive(Default)]
struct Notes {
    named: Named,
    waited: Waited,
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn next_on_grid(start: Instant, now: Instant) -> Instant {
    let passed = now.duration_since(start).as_nanos();
    let steps = passed.div_ceil(DENIAL_GRID.as_nanos());
    u32::try_from(steps).map_or(now, |steps| start + DENIAL_GRID * steps)
}

/// Takes a function, because a future that is handed on is kept twice.
async fn timed<F: Future>(ask: impl FnOnce() -> F) -> (F::Output, Duration) {
    let start = Instant::now();
    let answer = ask().await;
    (answer, start.elapsed())
}

#[cfg(test)]
mod tests;
