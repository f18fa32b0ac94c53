//! Asks, then judges: nothing else happens here.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep_until};

use crate::audience::AudienceMode;
use crate::audience::evidence::{self, SignedClaims};
use crate::audience::introspection::IntrospectionAnswer;
use crate::deadline::{budget, within};
use crate::deny_reason::DenyReason;
use crate::policy::{DirectoryMode, Policy};
use crate::ports::{DirectoryUser, Salesforce, TokenStore, UserDirectory};
use crate::rules::{self, Admitted, Attempt, Findings, Match, VerifiedIdentity, Vouched};
use crate::salesforce_id::{Identity, OrganizationId, SalesforceUserId};
use crate::unavailable::{Cause, Service, Unavailable};
use crate::user_info::{UserInfo, UserInfoAnswer};

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

/// Why there is no [`VerifiedIdentity`]. The two kinds never mix: a denial is an answer, the other is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The verification came to the result "no".
    #[error("denied: {}", .0.reason.code())]
    Denied(Denial),
    /// The verification came to no result.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// What a verification came to, and how long it took the services.
#[must_use]
#[derive(Debug)]
pub struct Verification {
    /// Who may come in, or why nobody may.
    pub verdict: Result<VerifiedIdentity, Refusal>,
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

/// A "no", and whom it was about as far as that is known.
#[derive(Debug, PartialEq, Eq)]
pub struct Denial {
    /// The rule that denied.
    pub reason: DenyReason,
    /// The organization that Salesforce named.
    pub organization: Option<OrganizationId>,
    /// The user that Salesforce named.
    pub user: Option<SalesforceUserId>,
}

impl From<DenyReason> for Refusal {
    fn from(reason: DenyReason) -> Self {
        Self::Denied(Denial { reason, organization: None, user: None })
    }
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
        let mut waited = Waited::default();
        let verdict = self.verdict(attempt, time_left, &mut waited).await;
        Verification { verdict, waited }
    }

    async fn verdict(
        &self,
        attempt: &Attempt<'_>,
        time_left: Option<Duration>,
        waited: &mut Waited,
    ) -> Result<VerifiedIdentity, Refusal> {
        let admitted = rules::admit(&self.policy, attempt)?;
        let start = Instant::now();
        let verdict = self.judge(attempt, &admitted, start + budget(time_left), waited).await;
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
        waited: &mut Waited,
    ) -> Result<VerifiedIdentity, Refusal> {
        let claims = within(deadline, Service::SalesforceKeys, self.signed_claims(admitted)).await??;
        let vouched = rules::vouch(&self.policy, &claims, admitted.challenge.nonce, unix_time())
            .map_err(|reason| denied(reason, claims.subject()))?;
        self.ask(attempt, admitted, vouched, deadline, waited).await
    }

    async fn ask(
        &self,
        attempt: &Attempt<'_>,
        admitted: &Admitted<'_>,
        vouched: Vouched,
        deadline: Instant,
        waited: &mut Waited,
    ) -> Result<VerifiedIdentity, Refusal> {
        let ask_directory = || timed(|| within(deadline, Service::Directory, self.found(admitted)));
        let signed = vouched != Vouched::Nothing;
        let ((info, user_info), introspection, at_once) = tokio::join!(
            timed(|| within(deadline, Service::Salesforce, self.salesforce.user_info(&admitted.token))),
            within(deadline, Service::SalesforceIntrospection, self.introspection(admitted, deadline)),
            async { if signed { Some(ask_directory().await) } else { None } },
        );
        waited.user_info = Some(user_info);
        waited.directory = at_once.as_ref().and_then(|(_, directory)| self.waited_for_directory(*directory));
        // Salesforce's "no" to a token stands even if the others had no answer: nothing could turn it into a "yes".
        let info = match info? {
            UserInfoAnswer::Claims(info) => info,
            UserInfoAnswer::Denied(reason) => return Err(reason.into()),
        };
        let denial = |reason| denial(reason, &info);
        let introspection = match introspection? {
            Some(IntrospectionAnswer::Found(found)) => Some(found),
            Some(IntrospectionAnswer::Denied(reason)) => return Err(denial(reason)),
            None => None,
        };
        let findings = Findings { info: &info, vouched, introspection: introspection.as_ref(), now: unix_time() };
        let person = rules::identify(&self.policy, &findings).map_err(denial)?;
        let found = if let Some((found, _)) = at_once {
            found
        } else {
            let (found, directory) = ask_directory().await;
            waited.directory = self.waited_for_directory(directory);
            found
        };
        let Match { identity, linked } =
            rules::decide(attempt.user.as_ref(), &person, found?.as_deref()).map_err(denial)?;

        // Only now: what is written must be about a person who may come in. The link comes first, because writing it
        // again is harmless, whereas a token that was noted is good for no other attempt.
        if !linked && self.policy.link_on_first_sign_in {
            self.link(attempt, admitted, &identity, deadline).await?;
        }
        self.use_once(admitted, vouched, deadline).await?.map_err(denial)?;
        Ok(identity)
    }

    async fn signed_claims(&self, admitted: &Admitted<'_>) -> Result<Result<SignedClaims, Refusal>, Unavailable> {
        let (mode, id_token) = (&self.policy.audience, admitted.id_token.as_ref());
        let claims = evidence::signed_claims(mode, &self.salesforce, &admitted.token, id_token).await?;
        Ok(claims.map_err(Refusal::from))
    }

    async fn introspection(
        &self,
        admitted: &Admitted<'_>,
        deadline: Instant,
    ) -> Result<Option<IntrospectionAnswer>, Unavailable> {
        match self.policy.audience {
            AudienceMode::Introspection(_) => self.salesforce.introspect(&admitted.token, deadline).await.map(Some),
            _ => Ok(None),
        }
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

    async fn use_once(
        &self,
        admitted: &Admitted<'_>,
        vouched: Vouched,
        deadline: Instant,
    ) -> Result<Result<(), DenyReason>, Unavailable> {
        let Some(store) = &self.token_store else {
            return Ok(Ok(()));
        };
        let token = admitted.used_token(vouched);
        let claim = store.claim(&token, admitted.challenge.attempt_id);
        let noted = within(deadline, Service::TokenStore, claim).await.map_err(|error| match error.cause {
            // Refused before anything was written.
            Cause::Throttled | Cause::NotAuthorized => error,
            _ => error.with_detail("the token may have been noted as used: a new attempt needs a new token"),
        })?;
        Ok(if noted { Ok(()) } else { Err(DenyReason::TokenAlreadyUsed) })
    }

    async fn link(
        &self,
        attempt: &Attempt<'_>,
        admitted: &Admitted<'_>,
        identity: &VerifiedIdentity,
        deadline: Instant,
    ) -> Result<(), Refusal> {
        let username = attempt.username.ok_or(DenyReason::EventIncomplete)?;
        let link = format!("{}/{}", identity.organization(), identity.user());
        let written = self.directory.link(admitted.pool_id, username, &link);
        Ok(within(deadline, Service::Directory, written).await?)
    }
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

fn denial(reason: DenyReason, info: &UserInfo) -> Refusal {
    Refusal::Denied(Denial {
        reason,
        organization: info.organization_id.as_deref().and_then(|id| id.parse().ok()),
        user: info.user_id.as_deref().and_then(|id| id.parse().ok()),
    })
}

fn denied(reason: DenyReason, subject: Option<Identity>) -> Refusal {
    let (organization, user) = subject.unzip();
    Refusal::Denied(Denial { reason, organization, user })
}

#[cfg(test)]
mod tests;
