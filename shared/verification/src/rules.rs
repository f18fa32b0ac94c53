//! Every rule that can deny a sign-in, in order. Pure: no rule does I/O, waits or fails.
//!
//! [`admit`] judges what the event alone says, before anything leaves the process; [`vouch_by_id_token`] and its like in
//! `audience` judge the signed token, if the mode has one, before anything but Salesforce's keys is asked for;
//! [`identify`] judges what Salesforce said of the access token; [`decide`] and [`finish`], in `rules/pool.rs`, judge the
//! pool user and the use of the token. Which questions are asked
//! may depend on the answer that the caller sent, and never on whether the user exists: otherwise the time until the
//! denial would tell who has an account.

mod pool;

use serde_json::Value;

pub(crate) use self::pool::{Match, decide, finish, is_ambiguous};
use crate::answer;
use crate::audience::id_token::{self, IdTokenClaims, IdTokenRules};
use crate::audience::introspection::Introspection;
use crate::audience::{AudienceMode, ClientIds};
use crate::deny_reason::{DenyReason, require};
use crate::email::EmailAddress;
use crate::policy::Policy;
use crate::salesforce_id::{Identity, OrganizationId, SalesforceUserId, parse_subject};
use crate::token::{AccessToken, ClaimedOrganization, IdToken};
use crate::used_token::UsedToken;
use crate::user_info::{IntegrationUser, UserInfo};

/// Looked up when the user has no address to look up, so that the same calls are made for everybody.
/// RFC 2606 reserves `.invalid`: nobody can own the address.
const DECOY_EMAIL: &str = "nobody@decoy.invalid";

/// One sign-in attempt, as Cognito's event describes it.
pub struct Attempt<'a> {
    /// The user pool.
    pub pool_id: Option<&'a str>,
    /// The user name in the pool, for writing to the user.
    pub username: Option<&'a str>,
    /// The private parameters of the challenge; `None` if they are not those that our Create trigger makes.
    pub challenge: Option<Challenge<'a>>,
    /// What the caller sent. Nothing else in the event that the caller controls is looked at.
    pub answer: Option<&'a Value>,
    /// Whom Cognito is signing in; `None` if the pool has no such user.
    pub user: Option<PoolUser>,
}

/// What our Create trigger remembered of the challenge that is being answered.
#[derive(Debug, Clone, Copy)]
pub struct Challenge<'a> {
    /// The nonce that the client was given.
    pub nonce: &'a str,
    /// The name of this one attempt; the client does not know it.
    pub attempt_id: &'a str,
}

/// The pool user whom Cognito is signing in, by the attributes in the event.
#[derive(Debug, Clone)]
pub struct PoolUser {
    /// The immutable `sub`.
    pub sub: Option<String>,
    /// The address, if it is one that can be compared.
    pub email: Option<EmailAddress>,
    /// Whether the pool holds the address for verified.
    pub email_verified: bool,
    /// `cognito:user_status`, as it stands there.
    pub status: Option<String>,
    /// The link attribute, as it stands there.
    pub link: Option<String>,
}

/// What may leave the process for an attempt.
#[derive(Debug)]
pub(crate) struct Admitted<'a> {
    pub(crate) token: AccessToken,
    pub(crate) id_token: Option<IdToken>,
    pub(crate) challenge: Challenge<'a>,
    pub(crate) pool_id: &'a str,
    pub(crate) lookup: EmailAddress,
}

impl Admitted<'_> {
    /// What to remember, so that the sign-in cannot be repeated with what it was made with: the `id_token` that vouched,
    /// otherwise the access token.
    pub(crate) fn used_token(&self, vouched: &Vouched<'_>) -> UsedToken {
        let access_token = self.token.identifying_parts();
        match (vouched, &self.id_token) {
            (Vouched::IdToken { issued, .. }, Some(id_token)) => {
                let until = issued.saturating_add(id_token::REMEMBERED);
                UsedToken::new(self.pool_id, &[id_token.identifying_part()], Some(until))
            }
            (Vouched::AccessToken { ends, .. }, _) => UsedToken::new(self.pool_id, &access_token, Some(*ends)),
            _ => UsedToken::new(self.pool_id, &access_token, None),
        }
    }
}

/// Proof that the holder of the token is the pool user. Only `finish` can make one:
///
/// ```compile_fail
/// let organization = "00DSG000009FYVd".parse().unwrap();
/// let user = "005SG000008eiAb".parse().unwrap();
/// verification::VerifiedIdentity { organization, user, sub: String::new() };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct VerifiedIdentity {
    organization: OrganizationId,
    user: SalesforceUserId,
    sub: String,
}

/// What came of noting the token as used. A value that [`finish`] needs, so that a forgotten claim does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// This attempt is the one that uses the token.
    Claimed,
    /// Another attempt has used it.
    AlreadyUsed,
    /// Tokens may be used again.
    NotConfigured,
}

/// What vouches for the audience of an access token before UserInfo is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Vouched<'p> {
    /// The mode asks for no proof.
    Unchecked,
    /// Nothing yet: introspection has to name one of these apps.
    ByIntrospection(&'p ClientIds),
    /// An `id_token` for our app.
    IdToken {
        /// Whom it is about.
        subject: Identity,
        /// When the person logged in, in Unix time.
        issued: u64,
    },
    /// The access token itself, issued to our app.
    AccessToken {
        /// Whom it is about, within the organization whose My Domain issued it.
        user: SalesforceUserId,
        /// From when it is refused, in Unix time.
        ends: u64,
    },
}

impl Vouched<'_> {
    /// Whether a signature has vouched for the caller.
    pub(crate) const fn is_signed(&self) -> bool {
        matches!(self, Self::IdToken { .. } | Self::AccessToken { .. })
    }
}

/// Proof of the audience, complete but for the comparison with UserInfo. [`Vouched`] and introspection make it.
#[derive(Debug)]
pub(crate) enum Evidence<'p> {
    /// The mode asks for none.
    Unchecked,
    /// Whom the `id_token` is about.
    IdToken(Identity),
    /// Whom the access token is about.
    AccessToken(SalesforceUserId),
    /// What introspection says, and our apps.
    Introspection(Introspection, &'p ClientIds),
}

/// What Salesforce said of the access token, for [`identify`].
pub(crate) struct Findings<'a> {
    /// What UserInfo says.
    pub(crate) info: &'a UserInfo,
    /// What proves the audience.
    pub(crate) evidence: &'a Evidence<'a>,
    /// Unix time in seconds.
    pub(crate) now: u64,
}

/// The holder of the access token, by Salesforce's word. Nothing is known yet about the pool user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) identity: Identity,
    pub(crate) email: EmailAddress,
}

impl VerifiedIdentity {
    /// The organization that vouches for the person.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The person, within the organization.
    pub fn user(&self) -> SalesforceUserId {
        self.user
    }

    /// The `sub` of the pool user.
    pub fn sub(&self) -> &str {
        &self.sub
    }
}

/// The rules that need nothing but the event.
pub(crate) fn admit<'a>(policy: &Policy, attempt: &Attempt<'a>) -> Result<Admitted<'a>, DenyReason> {
    // 1. The challenge is the one that our Create trigger made.
    let challenge = attempt.challenge.ok_or(DenyReason::ChallengeNotOurs)?;
    // 2. The event says which pool to ask.
    let pool_id = attempt.pool_id.ok_or(DenyReason::EventIncomplete)?;
    // 3. The answer is a token in one of the two forms.
    let (token, id_token) = answer::parse(attempt.answer)?;
    // 4. The answer carries what the audience mode needs.
    let needs_id_token = matches!(policy.audience, AudienceMode::IdToken(_));
    require(!needs_id_token || id_token.is_some(), DenyReason::IdTokenMissing)?;
    // 5. A token that names another organization is not even shown to Salesforce.
    let allowed_prefix = match token.claimed_organization() {
        ClaimedOrganization::None => true,
        ClaimedOrganization::Id(organization) => policy.organizations.allow(organization),
        ClaimedOrganization::Invalid => false,
    };
    require(allowed_prefix, DenyReason::TokenOfAnotherOrganization)?;

    let known = attempt.user.as_ref().and_then(|user| user.email.clone());
    let lookup = known.or_else(|| DECOY_EMAIL.parse().ok()).ok_or(DenyReason::EventIncomplete)?;
    Ok(Admitted { token, id_token, challenge, pool_id, lookup })
}

/// The rules about an `id_token`.
pub(crate) fn vouch_by_id_token<'p>(
    policy: &Policy,
    rules: &IdTokenRules,
    claims: &IdTokenClaims,
    nonce: &str,
    now: u64,
) -> Result<Vouched<'p>, DenyReason> {
    let (subject, issued) = rules.check(claims, nonce, now)?;
    // A shared login host may be a listed issuer, and it signs for every organization.
    require(policy.organizations.allow(subject.0), DenyReason::OrganizationNotAllowed)?;
    Ok(Vouched::IdToken { subject, issued })
}

/// The rules that need Salesforce's answers.
pub(crate) fn identify(policy: &Policy, findings: &Findings<'_>) -> Result<Person, DenyReason> {
    let info = findings.info;
    // 1. Salesforce names an organization that the operator trusts. UserInfo answers for every
    //    organization of a host, and anyone can create one.
    let organization: OrganizationId = parse(info.organization_id.as_deref(), DenyReason::OrganizationInvalid)?;
    require(policy.organizations.allow(organization), DenyReason::OrganizationNotAllowed)?;

    // 2. The user id is one, and `sub` names the same organization and user.
    let user: SalesforceUserId = parse(info.user_id.as_deref(), DenyReason::UserIdInvalid)?;
    let subject = info.sub.as_deref().and_then(parse_subject);
    let identity = (organization, user);
    require(subject == Some(identity), DenyReason::SubjectMismatch)?;

    // 3. The token was issued to our app, for this person. UserInfo answers for tokens of any app, and for session ids.
    match findings.evidence {
        Evidence::Unchecked => {}
        Evidence::IdToken(subject) => require(*subject == identity, DenyReason::IdTokenSubject)?,
        Evidence::AccessToken(of_token) => require(*of_token == user, DenyReason::AccessTokenSubject)?,
        Evidence::Introspection(found, clients) => found.check(clients, identity, findings.now)?,
    }

    // 4. The user is an active person of that organization.
    require(info.active == Some(true), DenyReason::UserInactive)?;
    require(info.user_type.as_deref() == Some("STANDARD"), DenyReason::UserTypeNotAllowed)?;
    require(info.integration_user != IntegrationUser::Yes, DenyReason::IntegrationUser)?;

    // 5. The person has proved to Salesforce to own the address, and the operator trusts its domain.
    require(info.email_verified == Some(true), DenyReason::SalesforceEmailUnverified)?;
    let email: EmailAddress = parse(info.email.as_deref(), DenyReason::SalesforceEmailInvalid)?;
    let domain_allowed = policy.email_domains.as_ref().is_none_or(|domains| domains.allow(&email));
    require(domain_allowed, DenyReason::EmailDomainNotAllowed)?;
    Ok(Person { identity, email })
}

fn parse<T: std::str::FromStr>(text: Option<&str>, otherwise: DenyReason) -> Result<T, DenyReason> {
    text.and_then(|text| text.parse().ok()).ok_or(otherwise)
}

#[cfg(test)]
mod tests;
