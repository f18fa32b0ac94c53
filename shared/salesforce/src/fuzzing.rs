//! Functions for the fuzz targets in `fuzz/` that are not part of the public interface. Only cargo-fuzz compiles them.

use serde::de::DeserializeOwned;
use verification::oidc::id_token::IdTokenClaims;
use verification::oidc::introspection;
use verification::strict_json::Members;
use verification::{AccessToken, DenyReason, Refusal, require};

use crate::access_token_jwt::AccessTokenClaims;
use crate::audience::AudienceMode;
use crate::ids::{self, Identity, OrganizationId};
use crate::opaque_token::ClaimedOrganization;

/// The organization that an opaque token names. `None`: the token has no prefix. `Some(None)`: the prefix is not an
/// organization id.
pub fn claimed_organization(token: &AccessToken) -> Option<Option<OrganizationId>> {
    match crate::opaque_token::claimed_organization(token) {
        ClaimedOrganization::Absent => None,
        ClaimedOrganization::Id(id) => Some(Some(id)),
        ClaimedOrganization::Invalid => Some(None),
    }
}

/// Parses a `sub`.
pub fn subject(text: &str) -> Option<Identity> {
    ids::parse_subject(text)
}

/// Parses a link.
pub fn link(text: &str) -> Option<Identity> {
    ids::parse_link(text)
}

/// Applies the rules to claims as if their signature were valid and UserInfo had named `identity`. `None` if the claims
/// cannot be read.
pub fn judge_claims(
    mode: &AudienceMode,
    claims: &[u8],
    token: &AccessToken,
    identity: Identity,
    nonce: &str,
    now: u64,
) -> Option<Result<(), DenyReason>> {
    let is_person = |text: &str| subject(text) == Some(identity);
    Some(match mode {
        AudienceMode::Unchecked => Ok(()),
        AudienceMode::IdToken(rules) => {
            let claims = members::<IdTokenClaims>(claims)?.with_access_token(token);
            let matches = claims.subject().is_some_and(is_person);
            rules.check(&claims, nonce, now).and_then(|_| require(matches, DenyReason::IdTokenSubject))
        }
        AudienceMode::AccessTokenJwt { clients, domain } => {
            let claims: AccessTokenClaims = members(claims)?;
            let checked = claims.check(clients, domain, now);
            checked.and_then(|(user, _)| require(user == identity.1, DenyReason::AccessTokenSubject))
        }
        AudienceMode::Introspection(clients) => match introspection::parse(claims) {
            Ok(found) => found.check(clients, is_person, now),
            Err(Refusal::Denied(reason)) => Err(reason),
            Err(Refusal::Unavailable(_)) => return None,
        },
    })
}

fn members<T: DeserializeOwned>(claims: &[u8]) -> Option<T> {
    serde_json::from_slice(claims).ok().map(|Members(claims)| claims)
}
