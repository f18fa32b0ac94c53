//! To which app was the token issued? UserInfo does not say, and answers for a token of any app of the
//! organization, a browser session id included (OpenID Connect Core section 16.11, token substitution).

use verification::oidc::ClientIds;
use verification::oidc::id_token::IdTokenRules;

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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const DOMAIN: &str = "https://acme.my.salesforce.com";

    /// Each mode once, for the app `ours` of the organization at [`DOMAIN`].
    pub(crate) fn modes() -> [AudienceMode; 4] {
        let rules = IdTokenRules {
            clients: clients(),
            issuers: vec![DOMAIN.to_owned()],
            require_at_hash: false,
            require_nonce: false,
        };
        [
            AudienceMode::Unchecked,
            AudienceMode::IdToken(rules),
            AudienceMode::Introspection(clients()),
            AudienceMode::AccessTokenJwt { clients: clients(), domain: DOMAIN.to_owned() },
        ]
    }

    #[test]
    fn a_mode_is_logged_by_the_name_under_which_it_is_configured() {
        assert_eq!(modes().map(|mode| mode.name()), ["unchecked", "id_token", "introspection", "access_token_jwt"]);
    }

    fn clients() -> ClientIds {
        ClientIds::parse("ours, also-ours").unwrap()
    }
}
