//! The rules about the Salesforce user, in order. They are pure: no rule does I/O, waits or returns an error other than
//! a denial.
//!
//! [`admit`] checks the tokens on their own, before any request is sent. [`validate_id_token`] and `access_token_jwt`
//! check the signed token, if the mode has one; they need no response of Salesforce except its signing keys.
//! [`identify`] checks what Salesforce says about the access token.

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

/// The result of the checks before UserInfo is called: what proves that the access token was issued to our app.
#[derive(Debug, Clone, Copy)]
pub enum LocalValidation<'p> {
    /// The mode needs no proof.
    Unchecked,
    /// No proof yet: introspection has to name one of these clients.
    NeedsIntrospection(&'p ClientIds),
    /// A valid `id_token` for our app.
    IdToken {
        /// The user in its `sub`.
        subject: Identity,
        /// Its `iat`, in Unix time.
        issued: u64,
    },
    /// A valid JWT-based access token that was issued to our app.
    AccessToken {
        /// The user in its `sub`. The organization is the one whose My Domain issued the token.
        user: SalesforceUserId,
        /// The Unix time from which the token is refused.
        refused_from: u64,
    },
}

impl LocalValidation<'_> {
    pub(crate) const fn has_verified_signature(&self) -> bool {
        matches!(self, Self::IdToken { .. } | Self::AccessToken { .. })
    }
}

/// The complete proof of the audience. Only the comparison with UserInfo is missing. It comes from [`LocalValidation`]
/// or from introspection.
#[derive(Debug)]
pub(crate) enum Evidence<'p> {
    /// The mode needs no proof.
    Unchecked,
    /// The user in the `id_token`.
    IdToken(Identity),
    /// The user in the access token.
    AccessToken(SalesforceUserId),
    /// The introspection response, and our client ids.
    Introspection(Introspection, &'p ClientIds),
}

/// What Salesforce said about the access token.
pub(crate) struct Findings<'a> {
    /// The response of UserInfo.
    pub(crate) info: &'a UserInfo,
    /// The proof of the audience.
    pub(crate) evidence: &'a Evidence<'a>,
    /// Unix time in seconds.
    pub(crate) now: u64,
}

/// The `id_token`, which the mode needs.
pub(crate) fn id_token_of(tokens: &Tokens) -> Result<&IdToken, DenyReason> {
    tokens.id.as_ref().ok_or(DenyReason::IdTokenMissing)
}

/// The rules that need only the tokens.
pub(crate) fn admit(policy: &Policy, tokens: &Tokens) -> Result<(), DenyReason> {
    // 1. The answer has the tokens that the audience mode needs.
    if let AudienceMode::IdToken(_) = policy.audience {
        id_token_of(tokens)?;
    }
    // 2. A token that names another organization is denied without any request to Salesforce.
    let allowed_prefix = match claimed_organization(&tokens.access) {
        ClaimedOrganization::Absent => true,
        ClaimedOrganization::Id(organization) => policy.organizations.allow(organization),
        ClaimedOrganization::Invalid => false,
    };
    require(allowed_prefix, DenyReason::TokenOfAnotherOrganization)
}

/// The reasons to deny a signed token before its claims are checked.
pub(crate) struct SignatureDenials {
    malformed: DenyReason,
    key_unknown: DenyReason,
    signature_invalid: DenyReason,
}

pub(crate) const ID_TOKEN: SignatureDenials = SignatureDenials {
    malformed: DenyReason::IdTokenMalformed,
    key_unknown: DenyReason::IdTokenKeyUnknown,
    signature_invalid: DenyReason::IdTokenSignatureInvalid,
};

pub(crate) const ACCESS_TOKEN: SignatureDenials = SignatureDenials {
    malformed: DenyReason::AccessTokenMalformed,
    key_unknown: DenyReason::AccessTokenKeyUnknown,
    signature_invalid: DenyReason::AccessTokenSignatureInvalid,
};

/// Reads the header of a signed token.
pub(crate) fn header(token: &str, denials: &SignatureDenials) -> Result<jws::Header, DenyReason> {
    jws::header(token).ok_or(denials.malformed)
}

/// Verifies the signature with the key and returns the claims. `key` is `None` if Salesforce has no key with the
/// token's `kid`.
pub(crate) fn verify<T: DeserializeOwned>(
    token: &str,
    key: Option<&DecodingKey>,
    denials: &SignatureDenials,
) -> Result<T, DenyReason> {
    jws::verify(token, key.ok_or(denials.key_unknown)?).map_err(|invalid| match invalid {
        InvalidJws::Signature => denials.signature_invalid,
        InvalidJws::Payload => denials.malformed,
    })
}

/// The rules about an `id_token`.
pub(crate) fn validate_id_token<'p>(
    policy: &Policy,
    rules: &IdTokenRules,
    claims: &IdTokenClaims,
    nonce: &str,
    now: u64,
) -> Result<LocalValidation<'p>, DenyReason> {
    let issued = rules.check(claims, nonce, now)?;
    // The token names a user of an organization. UserInfo later says whether the access token belongs to the same user.
    let subject = claims.subject().and_then(parse_subject).ok_or(DenyReason::IdTokenSubject)?;
    // A shared login host may be a configured issuer, and it signs for every organization.
    require(policy.organizations.allow(subject.0), DenyReason::OrganizationNotAllowed)?;
    Ok(LocalValidation::IdToken { subject, issued })
}

/// The rules that need Salesforce's responses.
pub(crate) fn identify(policy: &Policy, findings: &Findings<'_>) -> Result<Person<Identity>, DenyReason> {
    let info = findings.info;
    // 1. The organization is allowed. UserInfo accepts tokens of every organization at a host, and anyone can create an
    //    organization.
    let organization: OrganizationId = parse(info.organization_id.as_deref(), DenyReason::OrganizationInvalid)?;
    require(policy.organizations.allow(organization), DenyReason::OrganizationNotAllowed)?;

    // 2. The user id is valid, and `sub` names the same organization and user.
    let user: SalesforceUserId = parse(info.user_id.as_deref(), DenyReason::UserIdInvalid)?;
    let subject = info.sub.as_deref().and_then(parse_subject);
    let identity = (organization, user);
    require(subject == Some(identity), DenyReason::SubjectMismatch)?;

    // 3. The token was issued to our app, for this user. UserInfo accepts tokens of any app, and session ids.
    match findings.evidence {
        Evidence::Unchecked => {}
        Evidence::IdToken(subject) => require(*subject == identity, DenyReason::IdTokenSubject)?,
        Evidence::AccessToken(of_token) => require(*of_token == user, DenyReason::AccessTokenSubject)?,
        Evidence::Introspection(found, clients) => {
            found.check(clients, |subject| parse_subject(subject) == Some(identity), findings.now)?;
        }
    }

    // 4. The user is an active, standard user, not an integration user.
    require(info.active == Some(true), DenyReason::UserInactive)?;
    require(info.user_type.as_deref() == Some("STANDARD"), DenyReason::UserTypeNotAllowed)?;
    require(info.integration_user != IntegrationUser::Marked, DenyReason::IntegrationUser)?;

    // 5. The user has verified the e-mail address at Salesforce.
    require(info.email_verified == Some(true), DenyReason::SalesforceEmailUnverified)?;
    let email: EmailAddress = parse(info.email.as_deref(), DenyReason::SalesforceEmailInvalid)?;
    Ok(Person { account: identity, email })
}

/// The token to record as used, so that an attacker cannot replay it: the `id_token`, if it proved the audience;
/// otherwise the access token.
pub(crate) fn used_token(pool_id: &str, tokens: &Tokens, validation: &LocalValidation<'_>) -> UsedToken {
    let access_token = identifying_parts(&tokens.access);
    match (validation, &tokens.id) {
        (LocalValidation::IdToken { issued, .. }, Some(id_token)) => {
            let expires_at = issued.saturating_add(id_token::USED_RETENTION);
            UsedToken::new(pool_id, &[signed_part(id_token.expose())], Some(expires_at))
        }
        (LocalValidation::AccessToken { refused_from, .. }, _) => {
            UsedToken::new(pool_id, &access_token, Some(*refused_from))
        }
        _ => UsedToken::new(pool_id, &access_token, None),
    }
}

fn parse<T: std::str::FromStr>(text: Option<&str>, otherwise: DenyReason) -> Result<T, DenyReason> {
    text.and_then(|text| text.parse().ok()).ok_or(otherwise)
}

#[cfg(test)]
mod tests;
