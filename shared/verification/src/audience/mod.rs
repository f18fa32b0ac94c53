//! To which app was the token issued? UserInfo does not say, and answers for a token of any app of the
//! organization, a browser session id included (OpenID Connect Core section 16.11, token substitution).
//!
//! Each mode brings its own evidence and its own rules, which are pure. A signed token is judged before anything but
//! Salesforce's keys is asked for; introspection is asked together with UserInfo.

pub(crate) mod access_token_jwt;
pub(crate) mod compact_jws;
pub(crate) mod evidence;
pub(crate) mod id_token;
pub mod introspection;
pub mod jws;

use settings::list;

use self::id_token::IdTokenRules;
use crate::policy::PolicyError;

/// Clocks of Salesforce and Lambda may differ by this many seconds.
pub(crate) const SKEW: u64 = 60;

/// How a token proves that it was issued to our app.
#[derive(Debug)]
pub enum AudienceMode {
    /// It does not: a token of any app of the organization passes.
    Unchecked,
    /// An OpenID Connect `id_token` beside the access token.
    IdToken(IdTokenRules),
    /// RFC 7662 token introspection.
    Introspection(ClientIds),
    /// The access token itself, where Salesforce issues it as a JWT.
    AccessTokenJwt {
        /// Our apps.
        clients: ClientIds,
        /// `iss` and `aud` of the token: the origin of the My Domain.
        domain: String,
    },
}

impl AudienceMode {
    /// The name of the mode, as it is configured and logged.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::IdToken(_) => "id_token",
            Self::Introspection(_) => "introspection",
            Self::AccessTokenJwt { .. } => "access_token_jwt",
        }
    }

    /// Whether the proof is a token that Salesforce has signed, so that its keys are needed.
    pub const fn has_signed_token(&self) -> bool {
        matches!(self, Self::IdToken(_) | Self::AccessTokenJwt { .. })
    }
}

/// The consumer keys of our apps: at least one.
#[derive(Debug, Clone)]
pub struct ClientIds(Vec<String>);

impl ClientIds {
    /// Reads a comma-separated list.
    ///
    /// # Errors
    /// An entry is empty, longer than 255 characters or not visible ASCII.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let key = |part: &str| match part.len() {
            1..=255 if part.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(part.to_owned()),
            _ => Err("is not a consumer key"),
        };
        list(text, key).map(Self).map_err(PolicyError::List)
    }

    pub(crate) fn contain(&self, client_id: &str) -> bool {
        self.0.iter().any(|allowed| allowed == client_id)
    }
}

#[cfg(test)]
pub(crate) mod tests;
