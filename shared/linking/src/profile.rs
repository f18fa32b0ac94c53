//! A profile of the pool, as `ListUsers` returns it, and its linked identities.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use verification::ports::is_true;

/// The status of a profile that Cognito created at a federated sign-in.
const FEDERATED: &str = "EXTERNAL_PROVIDER";

/// The fields of a profile that linking needs.
#[derive(Clone, Default)]
pub struct Profile {
    /// The user name. It may be an e-mail address.
    pub username: String,
    /// The immutable `sub`.
    pub sub: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the address is verified in the pool.
    pub email_verified: bool,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// `UserStatus`, as in the API.
    pub status: String,
    /// The linked identities; `None` if the attribute cannot be parsed.
    pub identities: Option<Vec<LinkedIdentity>>,
}

impl Profile {
    /// Reads the attributes of a profile. Attributes that linking does not need are ignored.
    #[must_use]
    pub fn with_attributes(mut self, attributes: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        self.identities = Some(Vec::new());
        for (name, value) in attributes {
            match name.as_str() {
                "sub" => self.sub = value,
                "email" => self.email = value,
                "email_verified" => self.email_verified = value.is_some_and(|value| is_true(&value)),
                "identities" => self.identities = identities(&value.unwrap_or_default()),
                _ => {}
            }
        }
        self
    }

    /// Whether Cognito created the profile for a federated identity. A federated profile with a password has another
    /// status, and still belongs to the provider.
    pub fn is_federated(&self) -> bool {
        self.status == FEDERATED || self.identities.iter().flatten().any(|identity| identity.primary)
    }

    /// Whether the profile is federated and an administrator has set a password for it.
    pub fn is_federated_with_password(&self) -> bool {
        self.is_federated() && self.status != FEDERATED
    }

    /// Returns the linked identities. If the `identities` of a federated profile do not contain its own identity, that
    /// one is read from the user name, `<Provider>_<NameID>`.
    pub fn all_identities(&self) -> Vec<LinkedIdentity> {
        let mut all: Vec<_> = self.identities.iter().flatten().cloned().collect();
        if self.is_federated() && !all.iter().any(|identity| identity.primary) {
            let (provider, user_id) = self.username.split_once('_').unwrap_or((&self.username, ""));
            all.push(LinkedIdentity { provider: provider.to_owned(), user_id: user_id.to_owned(), primary: true });
        }
        all
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sub, email_verified, enabled, status, .. } = self;
        let mut profile = formatter.debug_struct("Profile");
        profile.field("sub", sub).field("email_verified", email_verified).field("enabled", enabled);
        profile.field("status", status).finish_non_exhaustive()
    }
}

/// An identity of an external provider that is linked to a profile.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// The name of the provider in the pool.
    pub provider: String,
    /// The NameID. It may be an e-mail address.
    pub user_id: String,
    /// Whether Cognito created the profile for this identity.
    pub primary: bool,
}

impl fmt::Debug for LinkedIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, primary, .. } = self;
        let mut identity = formatter.debug_struct("LinkedIdentity");
        identity.field("provider", provider).field("primary", primary).finish_non_exhaustive()
    }
}

/// A SAML identity that is to be linked.
#[derive(Clone, Copy)]
pub struct SamlIdentity<'a> {
    /// The name of the provider in the pool.
    pub provider: &'a str,
    /// The NameID, exactly as the provider sends it.
    pub name_id: &'a str,
}

/// One entry of the attribute `identities`, which is a JSON list in a string.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    provider_name: String,
    user_id: String,
    /// A boolean in the attribute, but a string in tokens.
    #[serde(default)]
    primary: Value,
}

fn identities(text: &str) -> Option<Vec<LinkedIdentity>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let entries: Vec<Entry> = serde_json::from_str(text).ok()?;
    let identity = |Entry { provider_name: provider, user_id, primary }| {
        let primary = primary == Value::Bool(true) || primary.as_str().is_some_and(is_true);
        LinkedIdentity { provider, user_id, primary }
    };
    Some(entries.into_iter().map(identity).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(attributes: &[(&str, &str)]) -> Profile {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())));
        Profile::default().with_attributes(attributes)
    }

    fn identities_of(text: &str) -> Option<Vec<LinkedIdentity>> {
        with(&[("identities", text)]).identities
    }

    #[test]
    fn the_attributes_that_linking_needs_are_read() {
        let profile = with(&[
            ("sub", "s"),
            ("email", "alice@example.com"),
            ("email_verified", "True"),
            ("name", "Alice"),
            ("identities", r#"[{"userId":"a_b","providerName":"Okta","issuer":null,"primary":false}]"#),
        ]);
        assert_eq!((profile.sub.as_deref(), profile.email.as_deref()), (Some("s"), Some("alice@example.com")));
        assert!(profile.email_verified);
        let expected = LinkedIdentity { provider: "Okta".to_owned(), user_id: "a_b".to_owned(), primary: false };
        assert_eq!(profile.identities, Some(vec![expected]));
    }

    #[test]
    fn an_address_is_unverified_unless_the_attribute_says_true() {
        for value in ["", "false", "1", "yes"] {
            assert!(!with(&[("email_verified", value)]).email_verified, "{value:?}");
        }
        assert!(!with(&[]).email_verified);
    }

    #[test]
    fn primary_may_be_a_boolean_or_a_string() {
        for (primary, expected) in
            [("true", true), (r#""true""#, true), (r#""TRUE""#, true), ("false", false), ("null", false), ("1", false)]
        {
            let text = format!(r#"[{{"userId":"a","providerName":"Okta","primary":{primary}}}]"#);
            assert_eq!(identities_of(&text).unwrap()[0].primary, expected, "{primary}");
        }
    }

    #[test]
    fn unreadable_identities_do_not_count_as_no_identities() {
        for text in ["{}", "x", "[1]", r#"[{"userId":"a"}]"#, r#"[{"userId":1,"providerName":"Okta"}]"#] {
            assert_eq!(identities_of(text), None, "{text}");
        }
        for text in ["", "[]"] {
            assert_eq!(identities_of(text), Some(vec![]), "{text}");
        }
        assert_eq!(with(&[]).identities, Some(vec![]));
    }

    #[test]
    fn without_the_attribute_the_identity_of_a_federated_profile_is_read_from_the_user_name() {
        for (username, expected) in [("Okta_a_b", ("Okta", "a_b")), ("odd", ("odd", ""))] {
            let profile = Profile { username: username.to_owned(), status: FEDERATED.to_owned(), ..Profile::default() };
            let identities = profile.all_identities();
            let [LinkedIdentity { provider, user_id, primary: true }] = identities.as_slice() else {
                panic!("{identities:?}");
            };
            assert_eq!((provider.as_str(), user_id.as_str()), expected);
        }
    }

    #[test]
    fn the_user_name_of_a_profile_with_its_own_identity_or_of_a_local_one_names_no_identity() {
        for (primary, status) in [(true, FEDERATED), (true, "CONFIRMED"), (false, "CONFIRMED")] {
            let identities = format!(r#"[{{"userId":"a","providerName":"Entra","primary":{primary}}}]"#);
            let mut profile = with(&[("identities", &identities)]);
            (profile.username, profile.status) = ("Okta_b".to_owned(), status.to_owned());
            assert_eq!(profile.all_identities(), profile.identities.unwrap(), "{primary} {status}");
        }
    }

    #[test]
    fn a_federated_profile_has_a_password_if_its_status_is_another_one() {
        let primary = r#"[{"userId":"a","providerName":"Okta","primary":true}]"#;
        for (identities, status, expected) in [
            (primary, "CONFIRMED", true),
            (primary, FEDERATED, false),
            ("[]", FEDERATED, false),
            ("[]", "CONFIRMED", false),
        ] {
            let profile = Profile { status: status.to_owned(), ..with(&[("identities", identities)]) };
            assert_eq!(profile.is_federated_with_password(), expected, "{identities} {status}");
        }
    }

    #[test]
    fn debug_output_names_no_user() {
        let identities = r#"[{"userId":"canary","providerName":"Okta"}]"#;
        let mut profile = with(&[("email", "canary@example.com"), ("identities", identities)]);
        profile.username = "canary".to_owned();
        let printed = format!("{profile:?} {:?}", profile.identities);
        assert!(!printed.contains("canary"), "{printed}");
        assert!(printed.contains("Profile") && printed.contains("Okta"), "{printed}");
    }
}
