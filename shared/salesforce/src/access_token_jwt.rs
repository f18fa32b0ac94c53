//! Mode `access_token_jwt`: the access token is a JWT from Salesforce that names its client.
//! <https://help.salesforce.com/s/articleView?id=xcloud.jwt_access_tokens.htm>

use serde::Deserialize;
use serde_json::Value;
use verification::oidc::jws::Header;
use verification::oidc::{ClientIds, SKEW};
use verification::strict_json::{seconds, text, texts};
use verification::{DenyReason, require};

use crate::ids::SalesforceUserId;

/// The header member `tty` of an access token. An `id_token` signed with the same keys does not have it.
const TOKEN_TYPE: &str = "sfdc-core-token";

/// The claims of a token whose signature has been checked.
#[derive(Debug, Deserialize)]
pub(crate) struct AccessTokenClaims {
    #[serde(default)]
    iss: Value,
    #[serde(default)]
    aud: Value,
    #[serde(default)]
    sub: Value,
    #[serde(default)]
    client_id: Value,
    #[serde(default)]
    exp: Value,
    #[serde(default)]
    nbf: Value,
    #[serde(default)]
    iat: Value,
}

/// Checks that the header is that of an access token.
pub(crate) fn check_type(header: &Header) -> Result<(), DenyReason> {
    if header.tty.as_deref() == Some(TOKEN_TYPE) { Ok(()) } else { Err(DenyReason::AccessTokenType) }
}

impl AccessTokenClaims {
    /// Checks the claims on their own, before UserInfo is called. Returns the user, and the time from which the token
    /// is refused.
    pub(crate) fn check(
        &self,
        clients: &ClientIds,
        domain: &str,
        now: u64,
    ) -> Result<(SalesforceUserId, u64), DenyReason> {
        // 1. The My Domain issued the token, and for itself.
        require(text(&self.iss) == Some(domain), DenyReason::AccessTokenIssuer)?;
        require(texts(&self.aud) == Some(vec![domain]), DenyReason::AccessTokenAudience)?;
        // 2. The token is valid now.
        let refused_from = seconds(&self.exp).ok_or(DenyReason::AccessTokenExpired)?.saturating_add(SKEW);
        require(now < refused_from, DenyReason::AccessTokenExpired)?;
        let has_started = |time: &Value| match time {
            Value::Null => true,
            time => seconds(time).is_some_and(|time| time <= now.saturating_add(SKEW)),
        };
        require(has_started(&self.nbf) && has_started(&self.iat), DenyReason::AccessTokenNotYetValid)?;
        // 3. The token was issued to our app.
        require(text(&self.client_id).is_some_and(|id| clients.contain(id)), DenyReason::AccessTokenClient)?;
        // 4. The token names a user. `iss` identifies the organization. Later, UserInfo has to name the same user.
        let user = text(&self.sub).and_then(|sub| sub.strip_prefix("uid:")?.parse().ok());
        Ok((user.ok_or(DenyReason::AccessTokenSubject)?, refused_from))
    }
}

#[cfg(test)]
mod tests;
