//! What there is to know about the audience of a token before UserInfo is asked: the claims of the signed token that
//! the mode asks for. The rules judge them afterwards.

use serde::de::DeserializeOwned;

use super::AudienceMode;
use super::access_token_jwt::{self, AccessTokenClaims};
use super::id_token::IdTokenClaims;
use super::jws::{self, InvalidJws};
use crate::deny_reason::DenyReason;
use crate::ports::Salesforce;
use crate::salesforce_id::Identity;
use crate::token::{AccessToken, IdToken};
use crate::unavailable::Unavailable;

/// The claims of a token with a good signature, before the rules judge them.
#[derive(Debug)]
pub(crate) enum SignedClaims {
    /// The mode asks for no signed token.
    None,
    /// Those of an `id_token`.
    IdToken(Box<IdTokenClaims>),
    /// Those of an access token.
    AccessTokenJwt(Box<AccessTokenClaims>),
}

impl SignedClaims {
    /// Whom an `id_token` names, for the log of a denial.
    pub(crate) fn subject(&self) -> Option<Identity> {
        match self {
            Self::IdToken(claims) => claims.subject(),
            Self::None | Self::AccessTokenJwt(_) => None,
        }
    }
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

/// The signed claims that the mode asks for. Nothing but Salesforce's keys is asked for, and those are cached. A token
/// that cannot be evidence is a "no" at once.
pub(crate) async fn signed_claims(
    mode: &AudienceMode,
    salesforce: &impl Salesforce,
    access_token: &AccessToken,
    id_token: Option<&IdToken>,
) -> Result<Result<SignedClaims, DenyReason>, Unavailable> {
    match mode {
        AudienceMode::Unchecked | AudienceMode::Introspection(_) => Ok(Ok(SignedClaims::None)),
        AudienceMode::IdToken(_) => {
            let Some(id_token) = id_token else {
                return Ok(Err(DenyReason::IdTokenMissing));
            };
            let Some(header) = jws::header(id_token.expose()) else {
                return Ok(Err(ID_TOKEN.malformed));
            };
            let claims: Result<IdTokenClaims, _> = signed(salesforce, id_token.expose(), &header, &ID_TOKEN).await?;
            Ok(claims.map(|claims| SignedClaims::IdToken(Box::new(claims.beside(access_token)))))
        }
        AudienceMode::AccessTokenJwt { .. } => {
            let Some(header) = jws::header(access_token.expose()) else {
                return Ok(Err(ACCESS_TOKEN.malformed));
            };
            if let Err(reason) = access_token_jwt::check_type(&header) {
                return Ok(Err(reason));
            }
            let claims: Result<AccessTokenClaims, _> =
                signed(salesforce, access_token.expose(), &header, &ACCESS_TOKEN).await?;
            Ok(claims.map(|claims| SignedClaims::AccessTokenJwt(Box::new(claims))))
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
