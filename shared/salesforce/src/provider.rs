//! Salesforce as the identity provider: calls its endpoints in order and applies the rules to the responses.

use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use tokio::time::Instant;
use verification::deadline::within;
use verification::oidc::id_token::IdTokenClaims;
use verification::oidc::jws;
use verification::{DenyReason, IdentityProvider, Person, Refusal, Service, Tokens, UsedToken};

use crate::access_token_jwt::{self, AccessTokenClaims};
use crate::audience::AudienceMode;
use crate::endpoints::Endpoints;
use crate::ids::{Identity, OrganizationId, SalesforceUserId, parse_link, parse_subject};
use crate::policy::Policy;
use crate::rules::{self, Evidence, Findings, LocalValidation, SignatureDenials};

/// Identifies the users of the organizations in the policy.
pub struct SalesforceProvider<E> {
    policy: Policy,
    endpoints: E,
}

/// What Salesforce said, for the log and the metrics.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Observed {
    /// The organization that Salesforce named.
    pub organization: Option<OrganizationId>,
    /// The user whom Salesforce named.
    pub user: Option<SalesforceUserId>,
    /// How long the call of UserInfo took, until its response or the deadline; `None` if it was not called.
    pub user_info_latency: Option<Duration>,
}

impl<E: Endpoints> SalesforceProvider<E> {
    /// Creates a provider that applies `policy` to the responses of `endpoints`.
    pub fn new(policy: Policy, endpoints: E) -> Self {
        Self { policy, endpoints }
    }

    /// How tokens prove that they were issued to our app.
    pub fn audience_mode(&self) -> &AudienceMode {
        &self.policy.audience
    }

    async fn verified_claims<T: DeserializeOwned>(
        &self,
        jws: &str,
        header: &jws::Header,
        denials: &SignatureDenials,
        deadline: Instant,
    ) -> Result<T, Refusal> {
        let key = within(deadline, Service::SalesforceKeys, self.endpoints.signing_key(&header.kid)).await?;
        Ok(rules::verify(jws, key.as_ref(), denials)?)
    }

    /// Completes the proof of the audience. Only the mode `introspection` makes a call for it.
    async fn evidence<'a>(
        &'a self,
        tokens: &Tokens,
        validation: &LocalValidation<'a>,
        deadline: Instant,
    ) -> Result<Evidence<'a>, Refusal> {
        Ok(match *validation {
            LocalValidation::Unchecked => Evidence::Unchecked,
            LocalValidation::IdToken { subject, .. } => Evidence::IdToken(subject),
            LocalValidation::AccessToken { user, .. } => Evidence::AccessToken(user),
            LocalValidation::NeedsIntrospection(clients) => {
                Evidence::Introspection(self.endpoints.introspect(&tokens.access, deadline).await?, clients)
            }
        })
    }
}

impl<E: Endpoints> IdentityProvider for SalesforceProvider<E> {
    type Account = Identity;
    type LocalValidation<'a>
        = LocalValidation<'a>
    where
        Self: 'a;
    type Observed = Observed;

    fn admit(&self, tokens: &Tokens) -> Result<(), DenyReason> {
        rules::admit(&self.policy, tokens)
    }

    async fn validate_locally<'a>(
        &'a self,
        tokens: &Tokens,
        nonce: &str,
        deadline: Instant,
        observed: &mut Observed,
    ) -> Result<LocalValidation<'a>, Refusal> {
        match &self.policy.audience {
            AudienceMode::Unchecked => Ok(LocalValidation::Unchecked),
            AudienceMode::Introspection(clients) => Ok(LocalValidation::NeedsIntrospection(clients)),
            AudienceMode::IdToken(id_token_rules) => {
                let id_token = rules::id_token_of(tokens)?.expose();
                let header = rules::header(id_token, &rules::ID_TOKEN)?;
                let claims: IdTokenClaims = self.verified_claims(id_token, &header, &rules::ID_TOKEN, deadline).await?;
                let claims = claims.with_access_token(&tokens.access);
                // For the log line, if the claims are denied. The access token has not been checked yet.
                (observed.organization, observed.user) = claims.subject().and_then(parse_subject).unzip();
                Ok(rules::validate_id_token(&self.policy, id_token_rules, &claims, nonce, unix_time())?)
            }
            AudienceMode::AccessTokenJwt { clients, domain } => {
                let access_token = tokens.access.expose();
                let header = rules::header(access_token, &rules::ACCESS_TOKEN)?;
                access_token_jwt::check_type(&header)?;
                let claims: AccessTokenClaims =
                    self.verified_claims(access_token, &header, &rules::ACCESS_TOKEN, deadline).await?;
                let (user, refused_from) = claims.check(clients, domain, unix_time())?;
                Ok(LocalValidation::AccessToken { user, refused_from })
            }
        }
    }

    fn has_verified_signature(validation: &LocalValidation<'_>) -> bool {
        validation.has_verified_signature()
    }

    /// Calls UserInfo and, in its mode, introspection at the same time.
    async fn identify<'a>(
        &'a self,
        tokens: &Tokens,
        validation: &LocalValidation<'a>,
        deadline: Instant,
        observed: &mut Observed,
    ) -> Result<Person<Identity>, Refusal> {
        *observed = Observed::default();
        let start = Instant::now();
        let user_info = async {
            let info = within(deadline, Service::Salesforce, self.endpoints.user_info(&tokens.access)).await;
            (info, start.elapsed())
        };
        let evidence = within(deadline, Service::SalesforceIntrospection, self.evidence(tokens, validation, deadline));
        let ((info, took), evidence) = tokio::join!(user_info, evidence);
        observed.user_info_latency = Some(took);
        // A denial by UserInfo counts even if introspection is unavailable, because no introspection response could
        // change it.
        let info = info?;
        observed.organization = info.organization_id.as_deref().and_then(|id| id.parse().ok());
        observed.user = info.user_id.as_deref().and_then(|id| id.parse().ok());
        let findings = Findings { info: &info, evidence: &evidence?, now: unix_time() };
        Ok(rules::identify(&self.policy, &findings)?)
    }

    fn used_token(&self, pool_id: &str, tokens: &Tokens, validation: &LocalValidation<'_>) -> UsedToken {
        rules::used_token(pool_id, tokens, validation)
    }

    fn account_of(&self, link: &str) -> Option<Identity> {
        parse_link(link)
    }

    fn link_to(&self, (organization, user): Identity) -> String {
        format!("{organization}/{user}")
    }
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests;
