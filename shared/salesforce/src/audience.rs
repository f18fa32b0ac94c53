//! How Verify knows to which app an access token was issued. UserInfo does not say it, and accepts a token of any app
//! of the organization, even a browser session id. This is token substitution (OpenID Connect Core section 16.11).

use verification::oidc::ClientIds;
use verification::oidc::id_token::IdTokenRules;

/// How a token proves that it was issued to our app.
#[derive(Debug)]
pub enum AudienceMode {
    /// No proof: a token of any app of the organization is accepted.
    Unchecked,
    /// An OpenID Connect `id_token` in addition to the access token.
    IdToken(IdTokenRules),
    /// RFC 7662 token introspection.
    Introspection(ClientIds),
    /// The access token itself, if Salesforce issues it as a JWT.
    AccessTokenJwt {
        /// The client ids of our apps.
        clients: ClientIds,
        /// `iss` and `aud` of the token: the origin of the My Domain.
        domain: String,
    },
}

impl AudienceMode {
    /// The name of the mode in the configuration and in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::IdToken(_) => "id_token",
            Self::Introspection(_) => "introspection",
            Self::AccessTokenJwt { .. } => "access_token_jwt",
        }
    }

    /// Whether the proof is a signed token, so that Salesforce's signing keys are needed.
    pub const fn has_signed_token(&self) -> bool {
        matches!(self, Self::IdToken(_) | Self::AccessTokenJwt { .. })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const DOMAIN: &str = "https://acme.my.salesforce.com";

    /// Each mode once, for the client `ours` of the organization at [`DOMAIN`].
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
    fn a_mode_has_the_same_name_in_the_log_and_in_the_configuration() {
        assert_eq!(modes().map(|mode| mode.name()), ["unchecked", "id_token", "introspection", "access_token_jwt"]);
    }

    fn clients() -> ClientIds {
        ClientIds::parse("ours, also-ours").unwrap()
    }
}
