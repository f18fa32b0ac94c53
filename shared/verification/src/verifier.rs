//! Asks, then judges: nothing else happens here.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::deny_reason::DenyReason;
use crate::policy::Policy;
use crate::ports::{UserDirectory, UserInfoSource};
use crate::rules::{self, Attempt, VerifiedIdentity};
use crate::salesforce_id::{OrganizationId, SalesforceUserId};
use crate::unavailable::{Cause, Service, Unavailable};
use crate::user_info::{UserInfo, UserInfoAnswer};

/// Longest time for a whole verification. Cognito waits five seconds, cold start included.
const BUDGET: Duration = Duration::from_secs(4);

/// Kept back from Lambda's own limit, for the answer to get out.
const RESERVE: Duration = Duration::from_millis(250);

/// Verifies sign-in attempts against one Salesforce organization host and the event's user pool.
pub struct Verifier<S, D> {
    policy: Policy,
    salesforce: S,
    directory: D,
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

impl<S: UserInfoSource, D: UserDirectory> Verifier<S, D> {
    /// A verifier that applies `policy`.
    pub fn new(policy: Policy, salesforce: S, directory: D) -> Self {
        Self { policy, salesforce, directory }
    }

    /// Verifies one attempt in at most four seconds, and less if `time_left` says so.
    ///
    /// Salesforce and the directory are asked at the same time, and both answers are awaited even when
    /// the first is a "no": the time that a denial takes tells nothing about which rule denied.
    ///
    /// # Errors
    /// [`Refusal::Denied`] for a definite "no", [`Refusal::Unavailable`] for the lack of an answer.
    pub async fn verify(
        &self,
        attempt: &Attempt<'_>,
        time_left: Option<Duration>,
    ) -> Result<VerifiedIdentity, Refusal> {
        let admitted = rules::admit(&self.policy, attempt)?;
        let deadline = Instant::now() + budget(time_left);
        let (info, found) = tokio::join!(
            within(deadline, Service::Salesforce, self.salesforce.user_info(&admitted.token)),
            within(deadline, Service::Directory, self.directory.users_by_email(admitted.pool_id, &admitted.lookup)),
        );
        // Salesforce's "no" stands even if the directory had no answer: nothing could turn it into a "yes".
        let info = match info? {
            UserInfoAnswer::Claims(info) => info,
            UserInfoAnswer::Denied(reason) => return Err(reason.into()),
        };
        rules::decide(&self.policy, attempt.user.as_ref(), &info, &found?).map_err(|reason| denial(reason, &info))
    }
}

fn budget(time_left: Option<Duration>) -> Duration {
    time_left.map_or(BUDGET, |left| left.saturating_sub(RESERVE).min(BUDGET))
}

async fn within<T>(
    deadline: Instant,
    service: Service,
    question: impl Future<Output = Result<T, Unavailable>>,
) -> Result<T, Unavailable> {
    timeout_at(deadline, question)
        .await
        .unwrap_or_else(|_| Err(Unavailable::new(service, Cause::Timeout, "no answer before the deadline")))
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
