//! Salesforce as the identity provider: asks its endpoints in order, and applies the rules to what they say.

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
use crate::rules::{self, Evidence, Findings, SignatureRules, Vouched};

/// People of the organizations that a policy trusts.
pub struct SalesforceProvider<E> {
    policy: Policy,
    endpoints: E,
}

/// What Salesforce said on the way.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The organization that was named.
    pub organization: Option<OrganizationId>,
    /// The user who was named.
    pub user: Option<SalesforceUserId>,
    /// How long UserInfo took to answer, or was waited for in vain; `None` if it was not asked.
    pub user_info: Option<Duration>,
}

impl<E: Endpoints> SalesforceProvider<E> {
    /// Applies `policy` to what `endpoints` answer.
    pub fn new(policy: Policy, endpoints: E) -> Self {
        Self { policy, endpoints }
    }

    /// How tokens prove that they were issued to our app.
    pub fn audience_mode(&self) -> &AudienceMode {
        &self.policy.audience
    }

    async fn signed<T: DeserializeOwned>(
        &self,
        jws: &str,
        header: &jws::Header,
        denials: &SignatureRules,
        deadline: Instant,
    ) -> Result<T, Refusal> {
        let key = within(deadline, Service::SalesforceKeys, self.endpoints.signing_key(&header.kid)).await?;
        Ok(rules::verify(jws, key.as_ref(), denials)?)
    }

    /// Introspection is asked in its own mode alone.
    async fn evidence<'a>(
        &'a self,
        tokens: &Tokens,
        vouched: &Vouched<'a>,
        deadline: Instant,
    ) -> Result<Evidence<'a>, Refusal> {
        Ok(match *vouched {
            Vouched::Unchecked => Evidence::Unchecked,
            Vouched::IdToken { subject, .. } => Evidence::IdToken(subject),
            Vouched::AccessToken { user, .. } => Evidence::AccessToken(user),
            Vouched::ByIntrospection(clients) => {
                Evidence::Introspection(self.endpoints.introspect(&tokens.access, deadline).await?, clients)
            }
        })
    }
}

impl<E: Endpoints> IdentityProvider for SalesforceProvider<E> {
    type Account = Identity;
    type Vouched<'a>
        = Vouched<'a>
    where
        Self: 'a;
    type Seen = Seen;

    fn admit(&self, tokens: &Tokens) -> Result<(), DenyReason> {
        rules::admit(&self.policy, tokens)
    }

    async fn vouch<'a>(
        &'a self,
        tokens: &Tokens,
        nonce: &str,
        deadline: Instant,
        seen: &mut Seen,
    ) -> Result<Vouched<'a>, Refusal> {
        match &self.policy.audience {
            AudienceMode::Unchecked => Ok(Vouched::Unchecked),
            AudienceMode::Introspection(clients) => Ok(Vouched::ByIntrospection(clients)),
            AudienceMode::IdToken(id_token_rules) => {
                let id_token = rules::id_token_of(tokens)?.expose();
                let header = rules::header(id_token, &rules::ID_TOKEN)?;
                let claims: IdTokenClaims = self.signed(id_token, &header, &rules::ID_TOKEN, deadline).await?;
                let claims = claims.beside(&tokens.access);
                // For the log of a denial by the claims; nothing is known yet of the access token.
                (seen.organization, seen.user) = claims.subject().and_then(parse_subject).unzip();
                Ok(rules::vouch_by_id_token(&self.policy, id_token_rules, &claims, nonce, unix_time())?)
            }
            AudienceMode::AccessTokenJwt { clients, domain } => {
                let access_token = tokens.access.expose();
                let header = rules::header(access_token, &rules::ACCESS_TOKEN)?;
                access_token_jwt::check_type(&header)?;
                let claims: AccessTokenClaims =
                    self.signed(access_token, &header, &rules::ACCESS_TOKEN, deadline).await?;
                let (user, ends) = claims.check(clients, domain, unix_time())?;
                Ok(Vouched::AccessToken { user, ends })
            }
        }
    }

    fn is_signed(vouched: &Vouched<'_>) -> bool {
        vouched.is_signed()
    }

    /// UserInfo, and introspection in its mode, at the same time.
    async fn identify<'a>(
        &'a self,
        tokens: &Tokens,
        vouched: &Vouched<'a>,
        deadline: Instant,
        seen: &mut Seen,
    ) -> Result<Person<Identity>, Refusal> {
        *seen = Seen::default();
        let start = Instant::now();
        let user_info = async {
            let info = within(deadline, Service::Salesforce, self.endpoints.user_info(&tokens.access)).await;
            (info, start.elapsed())
        };
        let evidence = within(deadline, Service::SalesforceIntrospection, self.evidence(tokens, vouched, deadline));
        let ((info, took), evidence) = tokio::join!(user_info, evidence);
        seen.user_info = Some(took);
        // Its "no" to a token stands even if introspection had no answer: nothing could turn it into a "yes".
        let info = info?;
        seen.organization = info.organization_id.as_deref().and_then(|id| id.parse().ok());
        seen.user = info.user_id.as_deref().and_then(|id| id.parse().ok());
        let findings = Findings { info: &info, evidence: &evidence?, now: unix_time() };
        Ok(rules::identify(&self.policy, &findings)?)
    }

    fn used_token(&self, pool_id: &str, tokens: &Tokens, vouched: &Vouched<'_>) -> UsedToken {
        rules::used_token(pool_id, tokens, vouched)
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
