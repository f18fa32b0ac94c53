//! What the fuzz targets in `fuzz/` reach beside the public interface. Built by cargo-fuzz alone.

use jsonwebtoken::DecodingKey;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::audience::access_token_jwt::AccessTokenClaims;
use crate::audience::id_token::IdTokenClaims;
use crate::audience::introspection;
use crate::audience::{AudienceMode, jws};
use crate::deny_reason::{DenyReason, require};
use crate::refusal::Refusal;
pub use crate::salesforce_id::Identity;
use crate::salesforce_id::OrganizationId;
use crate::strict_json::Members;
use crate::token::{AccessToken, ClaimedOrganization};

/// The challenge answer: the text of the access token and of the `id_token`.
pub fn answer(answer: Option<&Value>) -> Result<(String, Option<String>), DenyReason> {
    let (token, id_token) = crate::answer::parse(answer)?;
    Ok((token.expose().to_owned(), id_token.map(|token| token.expose().to_owned())))
}

/// The organization that a token names: `None` for none, `Some(None)` for one that is no id.
pub fn claimed_organization(token: &AccessToken) -> Option<Option<OrganizationId>> {
    match token.claimed_organization() {
        ClaimedOrganization::None => None,
        ClaimedOrganization::Id(id) => Some(Some(id)),
        ClaimedOrganization::Invalid => Some(None),
    }
}

/// Whom a `sub` names.
pub fn subject(text: &str) -> Option<Identity> {
    crate::salesforce_id::parse_subject(text)
}

/// Whom a link names.
pub fn link(text: &str) -> Option<Identity> {
    crate::salesforce_id::parse_link(text)
}

/// `kid` and `tty` of a token's header.
pub fn jws_header(jws: &str) -> Option<(String, Option<String>)> {
    jws::header(jws).map(|header| (header.kid, header.tty))
}

/// The claims of a token that the key signed.
pub fn jws_claims(jws: &str, key: &DecodingKey) -> Option<Value> {
    jws::verify(jws, key).ok()
}

/// The keys of a JWKS, by their ids.
pub fn signing_keys(jwks: &[u8]) -> Option<Vec<(String, DecodingKey)>> {
    jws::signing_keys(jwks)
}

/// Judges claims as if they were signed, and as if UserInfo named `identity`; `None` if they cannot be read.
pub fn judge_claims(
    mode: &AudienceMode,
    claims: &[u8],
    token: &AccessToken,
    identity: Identity,
    nonce: &str,
    now: u64,
) -> Option<Result<(), DenyReason>> {
    Some(match mode {
        AudienceMode::Unchecked => Ok(()),
        AudienceMode::IdToken(rules) => {
            let claims: IdTokenClaims = members(claims)?;
            let checked = rules.check(&claims.beside(token), nonce, now);
            checked.and_then(|(subject, _)| require(subject == identity, DenyReason::IdTokenSubject))
        }
        AudienceMode::AccessTokenJwt { clients, domain } => {
            let claims: AccessTokenClaims = members(claims)?;
            let checked = claims.check(clients, domain, now);
            checked.and_then(|(user, _)| require(user == identity.1, DenyReason::AccessTokenSubject))
        }
        AudienceMode::Introspection(clients) => match introspection::parse(claims) {
            Ok(found) => found.check(clients, identity, now),
            Err(Refusal::Denied(reason)) => Err(reason),
            Err(Refusal::Unavailable(_)) => return None,
        },
    })
}

fn members<T: DeserializeOwned>(claims: &[u8]) -> Option<T> {
    serde_json::from_slice(claims).ok().map(|Members(claims)| claims)
}
