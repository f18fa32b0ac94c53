//! Reads the event, reads the pool, does what [`decide`] says, and logs one line.
//!
//! The event is returned unchanged, because this trigger must not decide whether a user is confirmed or verified. If
//! nothing can be linked, the sign-up continues, so that SAML works as before. Only a missing answer of the pool is an
//! error: without the error, Cognito would create a federated profile, and the identity would belong to it from then
//! on.

use cognito_trigger::{Event, Invocation, PublicError};
use linking::ports::{Creation, Linking, ProfileDirectory, ProviderDirectory};
use linking::{Decision, NameIdAttribute, Profile, Reason, SamlIdentity, UsernameScheme, decide, name_id};
use tokio::time::Instant;
use verification::deadline::{budget, within};
use verification::{EmailAddress, Service, Unavailable};

use crate::config::Policy;
use crate::metrics;
use crate::provider_checks::ProviderChecks;

/// The only trigger source that this trigger handles. The others are sign-ups in the pool itself, and profiles that
/// administrators create, including those that this trigger creates.
const EXTERNAL_PROVIDER: &str = "PreSignUp_ExternalProvider";

/// The verdict on a sign-up.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    /// Why no profile is linked; `None` if one is.
    reason: Option<Reason>,
    /// The `sub` of the profile that the verdict concerns, if there is exactly one.
    sub: Option<String>,
    /// Whether this sign-up created the profile.
    created: bool,
    /// The error code with which Cognito refused.
    detail: Option<&'static str>,
}

impl Verdict {
    fn linked(profile: &Profile, created: bool) -> Self {
        Self { reason: None, sub: profile.sub.clone(), created, detail: None }
    }

    fn not_linked(reason: Reason, profile: Option<&Profile>) -> Self {
        Self {
            reason: Some(reason),
            sub: profile.and_then(|profile| profile.sub.clone()),
            created: false,
            detail: None,
        }
    }
}

/// Links identities. It lives for the whole process.
pub struct Linker<'a, D> {
    /// The trust decisions of the operator.
    pub policy: &'a Policy,
    /// The user pool.
    pub directory: &'a D,
    /// The cached checks of the providers.
    pub provider_checks: ProviderChecks,
    /// The name of this Lambda function.
    pub function_name: String,
}

impl<D: ProfileDirectory + ProviderDirectory> Linker<'_, D> {
    /// Handles one invocation.
    ///
    /// # Errors
    /// [`PublicError`] if the pool gave no usable answer. The cause is in the log.
    pub async fn handle(&self, invocation: &Invocation<'_, Event<'_>>) -> Result<(), PublicError> {
        let Invocation { event, request_id, time_left } = *invocation;
        if event.trigger_source().as_deref() != Some(EXTERNAL_PROVIDER) {
            return Ok(());
        }
        let user_name = event.user_name().unwrap_or_default();
        let provider = self.policy.providers.identity_of(&user_name).map(|identity| identity.provider);
        let sign_up = match SignUp::read(self.policy, event, &user_name) {
            Ok(sign_up) => sign_up,
            Err(reason) => {
                self.log(request_id, provider, &Verdict::not_linked(reason, None));
                return Ok(());
            }
        };
        let deadline = Instant::now() + budget(time_left);
        match within(deadline, Service::Directory, self.link(&sign_up)).await {
            Ok(verdict) => {
                self.log(request_id, provider, &verdict);
                Ok(())
            }
            Err(unavailable) => {
                let detail = &unavailable.detail;
                tracing::error!(request_id, verdict = "unavailable", reason = %unavailable, provider, detail);
                Err(PublicError)
            }
        }
    }

    async fn link(&self, sign_up: &SignUp) -> Result<Verdict, Unavailable> {
        let SignUp { pool_id, provider, .. } = sign_up;
        match self.provider_checks.problem_of(pool_id, provider, self.directory).await? {
            Some(reason) => Ok(Verdict::not_linked(reason, None)),
            None => sign_up.link(self.policy, self.directory).await,
        }
    }

    fn log(&self, request_id: &str, provider: Option<&str>, verdict: &Verdict) {
        let Verdict { reason, sub, created, detail } = verdict;
        let Some(reason) = *reason else {
            tracing::info!(request_id, verdict = "linked", provider, sub, created);
            return;
        };
        tracing::info!(request_id, verdict = "not-linked", reason = reason.code(), provider, sub, created, detail);
        metrics::count(&self.function_name, reason);
    }
}

/// The first sign-in of a user through a listed provider.
#[derive(Debug)]
struct SignUp {
    pool_id: String,
    provider: String,
    name_id: String,
    email: EmailAddress,
}

impl SignUp {
    fn read(policy: &Policy, event: &Event<'_>, user_name: &str) -> Result<Self, Reason> {
        let named = policy.providers.identity_of(user_name).ok_or(Reason::ProviderNotListed)?;
        let pool_id = event.user_pool_id().ok_or(Reason::EventIncomplete)?;
        let mapped = policy.name_id_attribute.as_deref().map(|attribute| event.user_attribute(attribute));
        let attribute = match &mapped {
            None => NameIdAttribute::NotConfigured,
            Some(None) => NameIdAttribute::Missing,
            Some(Some(value)) => NameIdAttribute::Value(value),
        };
        let name_id = name_id(user_name, named.name_id, attribute)?.to_owned();
        let email = event.user_attribute("email").filter(|text| !text.is_empty()).ok_or(Reason::EmailMissing)?;
        let email: EmailAddress = email.parse().map_err(|_| Reason::EmailInvalid)?;
        if policy.email_domains.as_ref().is_some_and(|domains| !domains.allow(&email)) {
            return Err(Reason::EmailDomainNotAllowed);
        }
        Ok(Self { pool_id, provider: named.provider.to_owned(), name_id, email })
    }

    fn identity(&self) -> SamlIdentity<'_> {
        SamlIdentity { provider: &self.provider, name_id: &self.name_id }
    }

    async fn link(&self, policy: &Policy, directory: &impl ProfileDirectory) -> Result<Verdict, Unavailable> {
        let verdict = self.link_existing(directory).await?;
        match (verdict.reason, policy.create) {
            (Some(Reason::NoProfile), Some(scheme)) => self.link_new(scheme, directory).await,
            _ => Ok(verdict),
        }
    }

    async fn link_existing(&self, directory: &impl ProfileDirectory) -> Result<Verdict, Unavailable> {
        let found = directory.profiles_by_email(&self.pool_id, &self.email).await?;
        match decide(&self.email, &self.identity(), &found) {
            Decision::Link(profile) => self.link_to(profile, false, directory).await,
            Decision::AlreadyLinked(profile) => Ok(Verdict::linked(profile, false)),
            Decision::DoNotLink(reason, profile) => Ok(Verdict::not_linked(reason, profile)),
        }
    }

    async fn link_new(
        &self,
        scheme: UsernameScheme,
        directory: &impl ProfileDirectory,
    ) -> Result<Verdict, Unavailable> {
        let username = scheme.of(&self.pool_id, &self.email);
        match directory.create(&self.pool_id, &username, &self.email).await? {
            Creation::Created(profile) => return self.link_to(&profile, true, directory).await,
            Creation::Refused(code) => {
                return Ok(Verdict { detail: Some(code), ..Verdict::not_linked(Reason::CreateRefused, None) });
            }
            Creation::Taken => {}
        }
        // Another sign-in of the same user may have created the profile in the meantime. But an attacker may also have
        // signed up under this user name, and would know its password. So the rules have to check the profile.
        let verdict = self.link_existing(directory).await?;
        let not_found = verdict.reason == Some(Reason::NoProfile);
        Ok(if not_found { Verdict::not_linked(Reason::UserNameTaken, None) } else { verdict })
    }

    async fn link_to(
        &self,
        profile: &Profile,
        created: bool,
        directory: &impl ProfileDirectory,
    ) -> Result<Verdict, Unavailable> {
        Ok(match directory.link_identity(&self.pool_id, &profile.username, &self.identity()).await? {
            Linking::Linked => Verdict::linked(profile, created),
            Linking::Refused(code) => {
                Verdict { created, detail: Some(code), ..Verdict::not_linked(Reason::LinkRefused, Some(profile)) }
            }
        })
    }
}

#[cfg(test)]
mod tests;
