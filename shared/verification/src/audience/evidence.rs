//! What there is to know about the audience of a token before UserInfo is asked: the signed token that the mode asks
//! for. It is fetched, checked and judged by the rules here, because it costs at most a look-up of cached keys.

use serde::de::DeserializeOwned;

use super::AudienceMode;
use super::access_token_jwt::{self, AccessTokenClaims};
use super::id_token::IdTokenClaims;
use super::jws::{self, InvalidJws};
use crate::deny_reason::DenyReason;
use crate::policy::Policy;
use crate::ports::Salesforce;
use crate::refusal::Refusal;
use crate::rules::{self, Admitted, Vouched};
use crate::salesforce_id::Identity;

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

/// What vouches for the audience in the mode of the policy. `named` becomes whom an `id_token` names, for the log of a
/// denial. `now` is Unix time in seconds.
///
/// # Errors
/// A token that is no evidence is denied; unavailable if Salesforce's keys cannot be had.
pub(crate) async fn vouch<'p>(
    policy: &'p Policy,
    salesforce: &impl Salesforce,
    admitted: &Admitted<'_>,
    now: impl Fn() -> u64,
    named: &mut Option<Identity>,
) -> Result<Vouched<'p>, Refusal> {
    match &policy.audience {
        AudienceMode::Unchecked => Ok(Vouched::Unchecked),
        AudienceMode::Introspection(clients) => Ok(Vouched::ByIntrospection(clients)),
        AudienceMode::IdToken(id_token_rules) => {
            let id_token = admitted.id_token.as_ref().ok_or(DenyReason::IdTokenMissing)?.expose();
            let header = jws::header(id_token).ok_or(ID_TOKEN.malformed)?;
            let claims: IdTokenClaims = signed(salesforce, id_token, &header, &ID_TOKEN).await?;
            let claims = claims.beside(&admitted.token);
            *named = claims.subject();
            Ok(rules::vouch_by_id_token(policy, id_token_rules, &claims, admitted.challenge.nonce, now())?)
        }
        AudienceMode::AccessTokenJwt { clients, domain } => {
            let access_token = admitted.token.expose();
            let header = jws::header(access_token).ok_or(ACCESS_TOKEN.malformed)?;
            access_token_jwt::check_type(&header)?;
            let claims: AccessTokenClaims = signed(salesforce, access_token, &header, &ACCESS_TOKEN).await?;
            let (user, ends) = claims.check(clients, domain, now())?;
            Ok(Vouched::AccessToken { user, ends })
        }
    }
}

async fn signed<T: DeserializeOwned>(
    salesforce: &impl Salesforce,
    jws: &str,
    header: &jws::Header,
    denials: &Denials,
) -> Result<T, Refusal> {
    let key = salesforce.signing_key(&header.kid).await?.ok_or(denials.key_unknown)?;
    Ok(jws::verify(jws, &key).map_err(|invalid| match invalid {
        InvalidJws::Signature => denials.signature_invalid,
        InvalidJws::Payload => denials.malformed,
    })?)
}
