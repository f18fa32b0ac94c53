//! Finds out what there is to know about the audience of a token; the rules judge it afterwards.

use serde::de::DeserializeOwned;

use super::AudienceMode;
use super::access_token_jwt::{self, AccessTokenClaims};
use super::id_token::IdTokenClaims;
use super::introspection::{Introspection, IntrospectionAnswer};
use super::jws::{self, InvalidJws};
use crate::deny_reason::DenyReason;
use crate::ports::Salesforce;
use crate::token::{AccessToken, IdToken};
use crate::unavailable::Unavailable;

/// What was found out, before the rules judge it.
#[derive(Debug)]
pub(crate) enum Evidence {
    /// Nothing: the mode asks for nothing.
    None,
    /// The claims of an `id_token` with a good signature.
    IdToken(Box<IdTokenClaims>),
    /// The answer of the introspection endpoint.
    Introspection(Introspection),
    /// The claims of an access token with a good signature.
    AccessTokenJwt(Box<AccessTokenClaims>),
}

/// The reasons for which a signed token is denied before its claims are looked at.
struct Denials {
    malformed: DenyReason,
    key_unknown: DenyReason,
    signature_invalid: DenyReason,
}

const ID_TOKEN: Denials = Denials {
    malformed: DenyReason::IdTokenMalformed,
    key_unknown: DenyReason::IdTokenKeyUnknown,
    signature_invalid: DenyReason::IdTokenSignatureInvalid,
};

const ACCESS_TOKEN: Denials = Denials {
    malformed: DenyReason::AccessTokenMalformed,
    key_unknown: DenyReason::AccessTokenKeyUnknown,
    signature_invalid: DenyReason::AccessTokenSignatureInvalid,
};

/// Gathers the evidence that the mode asks for. A token that cannot be evidence is a "no" at once.
pub(crate) async fn gather(
    mode: &AudienceMode,
    salesforce: &impl Salesforce,
    access_token: &AccessToken,
    id_token: Option<&IdToken>,
) -> Result<Result<Evidence, DenyReason>, Unavailable> {
    match mode {
        AudienceMode::Unchecked => Ok(Ok(Evidence::None)),
        AudienceMode::IdToken(_) => {
            let Some(id_token) = id_token else {
                return Ok(Err(DenyReason::IdTokenMissing));
            };
            let Some(header) = jws::header(id_token.expose()) else {
                return Ok(Err(ID_TOKEN.malformed));
            };
            let claims: Result<IdTokenClaims, _> = signed(salesforce, id_token.expose(), &header, &ID_TOKEN).await?;
            Ok(claims.map(|claims| Evidence::IdToken(Box::new(claims.beside(access_token)))))
        }
        AudienceMode::Introspection(_) => Ok(match salesforce.introspect(access_token).await? {
            IntrospectionAnswer::Found(found) => Ok(Evidence::Introspection(found)),
            IntrospectionAnswer::Denied(reason) => Err(reason),
        }),
        AudienceMode::AccessTokenJwt { .. } => {
            let Some(header) = jws::header(access_token.expose()) else {
                return Ok(Err(ACCESS_TOKEN.malformed));
            };
            if let Err(reason) = access_token_jwt::check_type(&header) {
                return Ok(Err(reason));
            }
            let claims: Result<AccessTokenClaims, _> =
                signed(salesforce, access_token.expose(), &header, &ACCESS_TOKEN).await?;
            Ok(claims.map(|claims| Evidence::AccessTokenJwt(Box::new(claims))))
        }
    }
}

async fn signed<T: DeserializeOwned>(
    salesforce: &impl Salesforce,
    jws: &str,
    header: &jws::Header,
    denials: &Denials,
) -> Result<Result<T, DenyReason>, Unavailable> {
    let Some(key) = salesforce.signing_key(&header.kid).await? else {
        return Ok(Err(denials.key_unknown));
    };
    Ok(jws::verify(jws, &key).map_err(|invalid| match invalid {
        InvalidJws::Signature => denials.signature_invalid,
        InvalidJws::Payload => denials.malformed,
    }))
}
