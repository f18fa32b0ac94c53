//! The rules about the person at Salesforce, in order. Pure: no rule does I/O, waits or fails.
//!
//! [`admit`] judges the tokens by themselves, before anything leaves the process; [`vouch_by_id_token`] and
//! `access_token_jwt` judge the signed token, if the mode has one, before anything but Salesforce's keys is asked for;
//! [`identify`] judges what Salesforce said of the access token.

use jsonwebtoken::DecodingKey;
use serde::de::DeserializeOwned;
use verification::oidc::ClientIds;
use verification::oidc::id_token::{self, IdTokenClaims, IdTokenRules};
use verification::oidc::introspection::Introspection;
use verification::oidc::jws::{self, InvalidJws};
use verification::token::signed_part;
use verification::{DenyReason, EmailAddress, IdToken, Person, Tokens, UsedToken, require};

use crate::audience::AudienceMode;
use crate::ids::{Identity, OrganizationId, SalesforceUserId, parse_subject};
use crate::opaque_token::{ClaimedOrganization, claimed_organization, identifying_parts};
use crate::policy::Policy;
use crate::user_info::{IntegrationUser, UserInfo};

/// What vouches for the audience of an access token before UserInfo is asked.
#[derive(Debug, Clone, Copy)]
pub enum Vouched<'p> {
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

/// The `id_token`, where the mode needs one.
pub(crate) fn id_token_of(tokens: &Tokens) -> Result<&IdToken, DenyReason> {
    tokens.id.as_ref().ok_or(DenyReason::IdTokenMissing)
}

/// The rules that need nothing but the tokens.
pub(crate) fn admit(policy: &Policy, tokens: &Tokens) -> Result<(), DenyReason> {
    // 1. There is what the audience mode needs.
    if let AudienceMode::IdToken(_) = policy.audience {
        id_token_of(tokens)?;
    }
    // 2. A token that names another organization is not even shown to Salesforce.
    let allowed_prefix = match claimed_organization(&tokens.access) {
        ClaimedOrganization::None => true,
        ClaimedOrganization::Id(organization) => policy.organizations.allow(organization),
        ClaimedOrganization::Invalid => false,
    };
    require(allowed_prefix, DenyReason::TokenOfAnotherOrganization)
}

/// The reasons for which a signed token is denied before its claims are looked at.
pub(crate) struct SignatureRules {
    malformed: DenyReason,
    key_unknown: DenyReason,
    signature_invalid: DenyReason,
}

pub(crate) const ID_TOKEN: SignatureRules = SignatureRules {
    malformed: DenyReason::IdTokenMalformed,
    key_unknown: DenyReason::IdTokenKeyUnknown,
    signature_invalid: DenyReason::IdTokenSignatureInvalid,
};

pub(crate) const ACCESS_TOKEN: SignatureRules = SignatureRules {
    malformed: DenyReason::AccessTokenMalformed,
    key_unknown: DenyReason::AccessTokenKeyUnknown,
    signature_invalid: DenyReason::AccessTokenSignatureInvalid,
};

/// The header of a signed token.
pub(crate) fn header(token: &str, rules: &SignatureRules) -> Result<jws::Header, DenyReason> {
    jws::header(token).ok_or(rules.malformed)
}

/// The claims of a token whose signature fits the key under its id; there may be no such key.
pub(crate) fn verify<T: DeserializeOwned>(
    token: &str,
    key: Option<&DecodingKey>,
    rules: &SignatureRules,
) -> Result<T, DenyReason> {
    jws::verify(token, key.ok_or(rules.key_unknown)?).map_err(|invalid| match invalid {
        InvalidJws::Signature => rules.signature_invalid,
        InvalidJws::Payload => rules.malformed,
    })
}

/// The rules about an `id_token`.
pub(crate) fn vouch_by_id_token<'p>(
    policy: &Policy,
    rules: &IdTokenRules,
    claims: &IdTokenClaims,
    nonce: &str,
    now: u64,
) -> Result<Vouched<'p>, DenyReason> {
    let issued = rules.check(claims, nonce, now)?;
    // It names a user of an organization. Whether that is the person of the access token, UserInfo has to say.
    let subject = claims.subject().and_then(parse_subject).ok_or(DenyReason::IdTokenSubject)?;
    // A shared login host may be a listed issuer, and it signs for every organization.
    require(policy.organizations.allow(subject.0), DenyReason::OrganizationNotAllowed)?;
    Ok(Vouched::IdToken { subject, issued })
}

/// The rules that need Salesforce's answers.
pub(crate) fn identify(policy: &Policy, findings: &Findings<'_>) -> Result<Person<Identity>, DenyReason> {
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
        Evidence::Introspection(found, clients) => {
            found.check(clients, |subject| parse_subject(subject) == Some(identity), findings.now)?;
        }
    }

    // 4. The user is an active person of that organization.
    require(info.active == Some(true), DenyReason::UserInactive)?;
    require(info.user_type.as_deref() == Some("STANDARD"), DenyReason::UserTypeNotAllowed)?;
    require(info.integration_user != IntegrationUser::Yes, DenyReason::IntegrationUser)?;

    // 5. The person has proved to Salesforce to own the address.
    require(info.email_verified == Some(true), DenyReason::SalesforceEmailUnverified)?;
    let email: EmailAddress = parse(info.email.as_deref(), DenyReason::SalesforceEmailInvalid)?;
    Ok(Person { account: identity, email })
}

/// What to remember, so that the sign-in cannot be repeated with what it was made with: the `id_token` that vouched,
/// otherwise the access token.
pub(crate) fn used_token(pool_id: &str, tokens: &Tokens, vouched: &Vouched<'_>) -> UsedToken {
    let access_token = identifying_parts(&tokens.access);
    match (vouched, &tokens.id) {
        (Vouched::IdToken { issued, .. }, Some(id_token)) => {
            let until = issued.saturating_add(id_token::REMEMBERED);
            UsedToken::new(pool_id, &[signed_part(id_token.expose())], Some(until))
        }
        (Vouched::AccessToken { ends, .. }, _) => UsedToken::new(pool_id, &access_token, Some(*ends)),
        _ => UsedToken::new(pool_id, &access_token, None),
    }
}

fn parse<T: std::str::FromStr>(text: Option<&str>, otherwise: DenyReason) -> Result<T, DenyReason> {
    text.and_then(|text| text.parse().ok()).ok_or(otherwise)
}

#[cfg(test)]
mod tests;
