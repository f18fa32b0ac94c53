//! Our own client credentials for introspection.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use verification::strict_json::Members;

/// Client id and client secret of the app that may introspect tokens. Salesforce calls them consumer key and consumer
/// secret.
pub struct ClientCredentials {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: SecretString,
}

#[derive(Deserialize)]
struct Wire {
    client_id: String,
    client_secret: SecretText,
}

struct SecretText(SecretString);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

impl ClientCredentials {
    /// Reads `{"client_id": "…", "client_secret": "…"}`. Returns `None` for anything else, and for values that cannot
    /// be sent.
    pub(crate) fn parse(secret: &str) -> Option<Self> {
        let Members(Wire { client_id, client_secret: SecretText(client_secret) }) =
            serde_json::from_str(secret).ok()?;
        let credentials = Self { client_id, client_secret };
        credentials.are_usable().then_some(credentials)
    }

    /// Both are visible ASCII. The client id has no colon, because a colon separates the two in the header of HTTP
    /// Basic authentication (RFC 7617 section 2).
    fn are_usable(&self) -> bool {
        let visible = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        visible(&self.client_id) && !self.client_id.contains(':') && visible(self.client_secret.expose_secret())
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientCredentials([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_the_documented_form_is_read_and_not_shown() {
        let credentials = ClientCredentials::parse(r#"{"client_id":"3MVG9.a_b","client_secret":"0123ABC"}"#).unwrap();
        assert_eq!(credentials.client_id, "3MVG9.a_b");
        assert!(!format!("{credentials:?}").contains("0123ABC"));
    }

    #[test]
    fn a_secret_of_another_form_is_refused() {
        for text in [
            "",
            "canary",
            "[]",
            r#"["canary","canary"]"#,
            r#"{"client_id":"a"}"#,
            r#"{"client_id":"a","client_secret":1}"#,
            r#"{"client_id":"a","client_secret":""}"#,
            r#"{"client_id":"a:b","client_secret":"canary"}"#,
            r#"{"client_id":"a","client_secret":"can ary"}"#,
            r#"{"client_id":"a","client_id":"b","client_secret":"c"}"#,
        ] {
            assert!(ClientCredentials::parse(text).is_none(), "{text}");
        }
    }
}
