//! The setting `ALLOWED_CLIENT_IDS`: the app clients that may use this flow.

use settings::{Settings, SettingsError, app_client_id, list};

/// The app clients of the pool that may sign in with a Salesforce token.
///
/// Triggers are pool-wide, and an app client that was created without a list of flows allows `CUSTOM_AUTH`. So without
/// `ALLOWED_CLIENT_IDS`, attaching the triggers opens the flow for every such client.
#[derive(Debug, PartialEq, Eq)]
pub enum AllowedClients {
    /// Every client: no list is configured.
    Any,
    /// Only these clients.
    Only(Vec<String>),
}

impl AllowedClients {
    /// Whether the app client may sign in. An event without a client id is allowed only if no list is configured.
    pub fn allow(&self, client_id: Option<&str>) -> bool {
        match self {
            Self::Any => true,
            Self::Only(ids) => client_id.is_some_and(|id| ids.iter().any(|allowed| allowed == id)),
        }
    }
}

/// [`SettingsError`] if the value is not a list of client ids.
pub fn allowed_clients(lookup: &dyn Fn(&str) -> Option<String>) -> Result<AllowedClients, SettingsError> {
    let mut settings = Settings::new(lookup);
    let ids = settings
        .optional("ALLOWED_CLIENT_IDS", "a comma-separated list of app client ids", |value| list(value, app_client_id));
    settings.finish()?;
    Ok(ids.map_or(AllowedClients::Any, AllowedClients::Only))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Option<&str>) -> Result<AllowedClients, SettingsError> {
        allowed_clients(&|name| value.filter(|_| name == "ALLOWED_CLIENT_IDS").map(ToOwned::to_owned))
    }

    #[test]
    fn without_a_list_every_client_is_allowed() {
        assert!(read(None).unwrap().allow(Some("any-client")));
    }

    #[test]
    fn with_a_list_only_its_clients_are_allowed() {
        let clients = read(Some("1example23456789, other")).unwrap();
        assert!(clients.allow(Some("1example23456789")));
        assert!(clients.allow(Some("other")));
        for other in [None, Some(""), Some("1example2345678"), Some("OTHER")] {
            assert!(!clients.allow(other), "{other:?}");
        }
    }

    #[test]
    fn an_empty_or_malformed_list_is_refused() {
        for value in ["", " ", ",", "a,", "a b", "a;b", "a-b", "\u{e4}"] {
            assert!(read(Some(value)).is_err(), "{value:?}");
        }
    }
}
