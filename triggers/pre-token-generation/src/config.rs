//! The app clients whose tokens get the scopes, and the scopes.

use settings::{Settings, SettingsError, app_client_id, list};

use crate::scope;

/// The configuration.
#[derive(Debug, PartialEq, Eq)]
pub struct Config {
    /// The app clients of this flow. There is no default, because without a list the trigger could not distinguish
    /// their tokens from those of the pool's other clients.
    pub client_ids: Vec<String>,
    /// The scopes that their access tokens get in addition to the claim. May be empty.
    pub scopes: Vec<String>,
}

/// [`SettingsError`] that names all bad variables.
pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Config, SettingsError> {
    let mut settings = Settings::new(lookup);
    let client_ids = settings
        .required("ALLOWED_CLIENT_IDS", "a comma-separated list of app client ids", |value| list(value, app_client_id));
    let scopes =
        settings.optional("TOKEN_SCOPES", "a comma-separated list of scopes", |value| list(value, scope::parse));
    settings.finish()?;
    let client_ids = client_ids.ok_or_else(SettingsError::incomplete)?;
    Ok(Config { client_ids, scopes: scopes.unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_from(pairs: &[(&str, &str)]) -> Result<Config, String> {
        let lookup = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        read(&lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn scopes_are_optional() {
        let config = Config { client_ids: vec!["a".to_owned(), "b".to_owned()], scopes: vec![] };
        assert_eq!(read_from(&[("ALLOWED_CLIENT_IDS", "a, b")]), Ok(config));
    }

    #[test]
    fn scopes_are_read_in_their_order() {
        let read = read_from(&[("ALLOWED_CLIENT_IDS", "a"), ("TOKEN_SCOPES", "orders/write,orders/read")]);
        assert_eq!(read.unwrap().scopes, ["orders/write", "orders/read"]);
    }

    #[test]
    fn without_app_clients_the_trigger_does_not_start() {
        let message = read_from(&[("TOKEN_SCOPES", "orders/read")]).unwrap_err();
        assert!(message.contains("ALLOWED_CLIENT_IDS is not set"), "{message}");
    }

    #[test]
    fn every_bad_variable_is_named() {
        for clients in ["", " ", "a,", "a b"] {
            for scopes in ["", "openid", "orders/read,", "a b"] {
                let message = read_from(&[("ALLOWED_CLIENT_IDS", clients), ("TOKEN_SCOPES", scopes)]).unwrap_err();
                assert!(message.contains("ALLOWED_CLIENT_IDS") && message.contains("TOKEN_SCOPES"), "{message}");
            }
        }
    }

    /// The CDK app checks the same vectors: `cdk/test/vectors.test.ts`.
    #[test]
    fn the_shared_vectors_have_the_same_result_as_in_the_cdk_app() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../shared/settings/vectors.json")).unwrap();
        for name in ["ALLOWED_CLIENT_IDS", "TOKEN_SCOPES"] {
            let other = if name == "TOKEN_SCOPES" { ("ALLOWED_CLIENT_IDS", "a") } else { ("TOKEN_SCOPES", "a") };
            for (kind, accepted) in [("accepted", true), ("refused", false)] {
                for value in vectors[name][kind].as_array().unwrap() {
                    let read = read_from(&[(name, value.as_str().unwrap()), other]);
                    assert_eq!(read.is_ok(), accepted, "{name}: {value}");
                }
            }
        }
    }
}
