//! Asks, then judges: nothing else happens here.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use tokio::time::{Instant, sleep_until};

use crate::audience::AudienceMode;
use crate::audience::evidence::{self, Evidence};
use crate::deadline::{budget, within};
use crate::deny_reason::DenyReason;
use crate::policy::{DirectoryMode, Policy};
use crate::ports::{DirectoryUser, Salesforce, TokenStore, UserDirectory};
use crate::rules::{self, Admitted, Attempt, Findings, VerifiedIdentity};
use crate::salesforce_id::{OrganizationId, SalesforceUserId};
use crate::unavailable::{Service, Unavailable};
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
    /// All services are asked at the same time, and their answers awaited even when the first is a "no": the time that a
    /// denial takes tells nothing about which rule denied.
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

    async fn judge(
        &self,
        attempt: &Attempt<'_>,
        admitted: &Admitted<'_>,
        deadline: Instant,
        waited: &mut Waited,
    ) -> Result<VerifiedIdentity, Refusal> {
        let ((info, user_info), audience, (found, directory)) = tokio::join!(
            timed(|| within(deadline, Service::Salesforce, self.salesforce.user_info(&admitted.token))),
            within(deadline, self.policy.audience.service(), self.evidence(admitted)),
            timed(|| within(deadline, Service::Directory, self.found(admitted))),
        );
        let asked = self.policy.directory == DirectoryMode::ListUsers;
        *waited = Waited { user_info: Some(user_info), directory: asked.then_some(directory) };
        // Salesforce's "no" to a token stands even if the others had no answer: nothing could turn it into a "yes".
        let info = match info? {
            UserInfoAnswer::Claims(info) => info,
            UserInfoAnswer::Denied(reason) => return Err(reason.into()),
        };
        let audience = audience?.map_err(|reason| denial(reason, &info))?;
        let found = found?;
        let findings = Findings {
            info: &info,
            audience: &audience,
            found: found.as_deref(),
            nonce: admitted.challenge.nonce,
            now: unix_time(),
        };
        let identity =
            rules::decide(&self.policy, attempt.user.as_ref(), &findings).map_err(|reason| denial(reason, &info))?;

        // Only now, and in this order: what is written must be about somebody who may come in.
        self.use_once(admitted, deadline).await?.map_err(|reason| denial(reason, &info))?;
        self.link(attempt, admitted, &identity, deadline).await?;
        Ok(identity)
    }

    async fn evidence(&self, admitted: &Admitted<'_>) -> Result<Result<Evidence, DenyReason>, Unavailable> {
        evidence::gather(&self.policy.audience, &self.salesforce, &admitted.token, admitted.id_token.as_ref()).await
    }

    async fn found(&self, admitted: &Admitted<'_>) -> Result<Option<Vec<DirectoryUser>>, Unavailable> {
        match self.policy.directory {
            DirectoryMode::ListUsers => {
                self.directory.users_by_email(admitted.pool_id, &admitted.lookup).await.map(Some)
            }
            DirectoryMode::Event => Ok(None),
        }
    }

    async fn use_once(
        &self,
        admitted: &Admitted<'_>,
        deadline: Instant,
    ) -> Result<Result<(), DenyReason>, Unavailable> {
        let Some(store) = &self.token_store else {
            return Ok(Ok(()));
        };
        let hash = token_hash(admitted);
        let claim = store.claim(&hash, admitted.challenge.attempt_id);
        let noted = within(deadline, Service::TokenStore, claim).await?;
        Ok(if noted { Ok(()) } else { Err(DenyReason::TokenAlreadyUsed) })
    }

    async fn link(
        &self,
        attempt: &Attempt<'_>,
        admitted: &Admitted<'_>,
        identity: &VerifiedIdentity,
        deadline: Instant,
    ) -> Result<(), Refusal> {
        let linked = attempt.user.as_ref().is_some_and(|user| user.link.is_some());
        if linked || !self.policy.link_on_first_sign_in {
            return Ok(());
        }
        let username = attempt.username.ok_or(DenyReason::EventIncomplete)?;
        let link = format!("{}/{}", identity.organization(), identity.user());
        let written = self.directory.link(admitted.pool_id, username, &link);
        Ok(within(deadline, Service::Directory, written).await?)
    }
}

/// Keyed by the pool, so that the same token has another name in every pool's table. The key is not a secret: an
/// access token cannot be guessed, so neither can one be found by its hash.
fn token_hash(admitted: &Admitted<'_>) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, admitted.pool_id.as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, admitted.token.expose().as_bytes()))
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

#[cfg(test)]
mod tests;
