//! Reads the event, asks the pool, carries out what [`decide`] says, and writes one line about it.
//!
//! The event itself never changes: whether somebody is confirmed or verified is not for this trigger to say. Its "no"
//! lets the sign-up go on, so that SAML works as before. Only the lack of an answer is an error, because going on would
//! make a federated profile, to which the identity then belongs.

use cognito_trigger::{Event, Invocation, Unavailable};
use linking::ports::{Creation, Linking, ProfileDirectory, ProviderDirectory};
use linking::{Decision, ForeignIdentity, LocalNames, NameIdAttribute, Profile, Reason, decide, name_id};
use tokio::time::Instant;
use verification::deadline::{budget, within};
use verification::{EmailAddress, Service, Unavailable as NoAnswer};

use crate::config::Policy;
use crate::metrics;
use crate::standing::Standings;

/// The only source that is acted on. The others are sign-ups of the pool's own, and profiles that administrators make,
/// this trigger included.
const EXTERNAL_PROVIDER: &str = "PreSignUp_ExternalProvider";

/// What came of a sign-up.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    /// What is in the way of a link; `None` if there is one.
    reason: Option<Reason>,
    /// The profile that it is about, if it is a certain one.
    sub: Option<String>,
    /// Whether the profile was created for this sign-up.
    created: bool,
    /// The code of Cognito's refusal.
    detail: Option<&'static str>,
}

impl Outcome {
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

/// What links people, from one invocation to the next.
pub struct Linker<'a, D> {
    /// The trust decisions.
    pub policy: &'a Policy,
    /// The pool.
    pub directory: &'a D,
    /// What the pool has said of its providers.
    pub standings: Standings,
    /// The name under which Lambda runs this function.
    pub function_name: String,
}

impl<D: ProfileDirectory + ProviderDirectory> Linker<'_, D> {
    /// Answers one invocation.
    ///
    /// # Errors
    /// [`Unavailable`] if the pool gave no answer; the cause is in the log.
    pub async fn handle(&self, invocation: &Invocation<'_, Event<'_>>) -> Result<(), Unavailable> {
        let Invocation { event, request_id, time_left } = *invocation;
        if event.trigger_source().as_deref() != Some(EXTERNAL_PROVIDER) {
            return Ok(());
        }
        let user_name = event.user_name().unwrap_or_default();
        let provider = self.policy.providers.identity_of(&user_name).map(|identity| identity.provider);
        let sign_up = match SignUp::read(self.policy, event, &user_name) {
            Ok(sign_up) => sign_up,
            Err(reason) => {
                self.log(request_id, provider, &Outcome::not_linked(reason, None));
                return Ok(());
            }
        };
        let deadline = Instant::now() + budget(time_left);
        match within(deadline, Service::Directory, self.link(&sign_up)).await {
            Ok(outcome) => {
                self.log(request_id, provider, &outcome);
                Ok(())
            }
            Err(unavailable) => {
                let detail = &unavailable.detail;
                tracing::error!(request_id, verdict = "unavailable", reason = %unavailable, provider, detail);
                Err(Unavailable)
            }
        }
    }

    async fn link(&self, sign_up: &SignUp) -> Result<Outcome, NoAnswer> {
        let SignUp { pool_id, provider, .. } = sign_up;
        match self.standings.problem_of(pool_id, provider, self.directory).await? {
            Some(reason) => Ok(Outcome::not_linked(reason, None)),
            None => sign_up.link(self.policy, self.directory).await,
        }
    }

    fn log(&self, request_id: &str, provider: Option<&str>, outcome: &Outcome) {
        let Outcome { reason, sub, created, detail } = outcome;
        let Some(reason) = *reason else {
            tracing::info!(request_id, verdict = "linked", provider, sub, created);
            return;
        };
        tracing::info!(request_id, verdict = "not-linked", reason = reason.code(), provider, sub, created, detail);
        metrics::count(&self.function_name, reason);
    }
}

/// Somebody who signs in through a listed provider for the first time.
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

    fn identity(&self) -> ForeignIdentity<'_> {
        ForeignIdentity { provider: &self.provider, name_id: &self.name_id }
    }

    async fn link(&self, policy: &Policy, directory: &impl ProfileDirectory) -> Result<Outcome, NoAnswer> {
        let outcome = self.link_found(directory).await?;
        match (outcome.reason, policy.create) {
            (Some(Reason::NoProfile), Some(names)) => self.link_new(names, directory).await,
            _ => Ok(outcome),
        }
    }

    async fn link_found(&self, directory: &impl ProfileDirectory) -> Result<Outcome, NoAnswer> {
        let found = directory.profiles_by_email(&self.pool_id, &self.email).await?;
        match decide(&self.email, &self.identity(), &found) {
            Decision::Link(profile) => self.link_to(profile, false, directory).await,
            Decision::Linked(profile) => Ok(Outcome::linked(profile, false)),
            Decision::Leave(reason, profile) => Ok(Outcome::not_linked(reason, profile)),
        }
    }

    async fn link_new(&self, names: LocalNames, directory: &impl ProfileDirectory) -> Result<Outcome, NoAnswer> {
        let username = names.of(&self.pool_id, &self.email);
        match directory.create(&self.pool_id, &username, &self.email).await? {
            Creation::Created(profile) => return self.link_to(&profile, true, directory).await,
            Creation::Refused(code) => {
                return Ok(Outcome { detail: Some(code), ..Outcome::not_linked(Reason::CreateRefused, None) });
            }
            Creation::Taken => {}
        }
        // Another sign-in of the same person may have been faster. That the name is taken does not say by whom, and
        // whoever signed up under it would know its password: the rules have to look at the profile.
        let outcome = self.link_found(directory).await?;
        let nobody = outcome.reason == Some(Reason::NoProfile);
        Ok(if nobody { Outcome::not_linked(Reason::UserNameTaken, None) } else { outcome })
    }

    async fn link_to(
        &self,
        profile: &Profile,
        created: bool,
        directory: &impl ProfileDirectory,
    ) -> Result<Outcome, NoAnswer> {
        Ok(match directory.link_identity(&self.pool_id, &profile.username, &self.identity()).await? {
            Linking::Linked => Outcome::linked(profile, created),
            Linking::Refused(code) => {
                Outcome { created, detail: Some(code), ..Outcome::not_linked(Reason::LinkRefused, Some(profile)) }
            }
        })
    }
}

#[cfg(test)]
mod tests;
