//! The configuration. Whom to trust for an address has no default.

use aws::AwsEnvironment;
use https::Transport;
use linking::{LocalNames, Providers};
use settings::{Settings, SettingsError};
use verification::AllowedEmailDomains;

/// Everything that the trigger is told, parsed.
#[derive(Debug)]
pub struct Config {
    /// Whom and what the operator trusts.
    pub policy: Policy,
    /// The name under which Lambda runs this function.
    pub function_name: String,
    /// How to reach AWS.
    pub aws: AwsEnvironment,
    /// How to speak HTTP.
    pub transport: Transport,
}

/// The trust decisions.
#[derive(Debug)]
pub struct Policy {
    /// Whose addresses are believed.
    pub providers: Providers,
    /// The attribute to which the providers' NameIDs are mapped.
    pub name_id_attribute: Option<String>,
    /// Which e-mail domains are linked; `None` for all.
    pub email_domains: Option<AllowedEmailDomains>,
    /// How people who have no profile get one; `None` if they do not.
    pub create: Option<LocalNames>,
}

impl Config {
    /// Reads and checks every variable.
    ///
    /// # Errors
    /// [`SettingsError`] naming each variable that is missing or malformed.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut settings = Settings::new(lookup);
        let providers = settings.required(
            "SAML_PROVIDERS",
            "a comma-separated list of SAML providers, by their names in the pool",
            Providers::parse,
        );
        let name_id_attribute =
            settings.optional("SAML_NAME_ID_ATTRIBUTE", "a custom attribute, custom:<name>", custom_attribute);
        let email_domains =
            settings.optional("ALLOWED_EMAIL_DOMAINS", "a comma-separated list of domains", AllowedEmailDomains::parse);
        let create = settings.optional("CREATE_LOCAL_PROFILES", "email or local, or leave it out", LocalNames::parse);
        let function_name = aws::function_name(&mut settings);
        let aws = aws::environment(&mut settings, lookup);
        let authorities = https::authorities(&mut settings, lookup);
        settings.finish()?;
        // INVARIANT: `finish` fails if any required setting is missing.
        let incomplete = SettingsError::incomplete;
        let (providers, aws) = providers.zip(aws).ok_or_else(incomplete)?;
        let plain = aws.endpoints.any_is_plain();
        Ok(Self {
            policy: Policy { providers, name_id_attribute, email_domains, create },
            function_name: function_name.ok_or_else(incomplete)?,
            aws,
            transport: Transport { authorities, plain },
        })
    }
}

/// Custom attributes alone keep their letter case: pools that fold it fold `email` and `preferred_username` as well.
///
/// Up to 20 letters, marks, symbols, digits or punctuation behind the prefix: `SchemaAttributeType` in the Cognito API
/// reference.
fn custom_attribute(text: &str) -> Result<String, &'static str> {
    let name = text.strip_prefix("custom:").unwrap_or_default();
    let allowed = |character: char| !character.is_whitespace() && !character.is_control() && character != '\u{fffd}';
    if !name.is_empty() && name.chars().count() <= 20 && name.chars().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("is not the name of a custom attribute")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: [(&str, &str); 5] = [
        ("SAML_PROVIDERS", "Okta"),
        ("AWS_LAMBDA_FUNCTION_NAME", "pre-sign-up"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];

    /// The valid configuration with one variable set to another value, or removed.
    fn read_with(name: &str, value: Option<&str>) -> Result<Config, String> {
        let lookup = |wanted: &str| {
            if wanted == name {
                return value.map(str::to_owned);
            }
            VALID.iter().find(|(key, _)| *key == wanted).map(|(_, value)| (*value).to_owned())
        };
        Config::read(&lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_set_is_off() {
        let Policy { name_id_attribute, email_domains, create, .. } = read_with("", None).unwrap().policy;
        assert!(name_id_attribute.is_none() && email_domains.is_none() && create.is_none());
    }

    #[test]
    fn each_required_variable_that_is_missing_or_empty_is_named() {
        for (name, _) in VALID {
            for value in [None, Some(""), Some("  ")] {
                let error = read_with(name, value).unwrap_err();
                assert!(error.contains(name), "{name}: {error}");
            }
        }
    }

    #[test]
    fn all_bad_variables_are_named_at_once() {
        let names = [
            "SAML_PROVIDERS",
            "SAML_NAME_ID_ATTRIBUTE",
            "ALLOWED_EMAIL_DOMAINS",
            "CREATE_LOCAL_PROFILES",
            "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_REGION",
        ];
        let lookup = |name: &str| names.contains(&name).then(|| "*, bad".to_owned());
        let error = Config::read(&lookup).unwrap_err().to_string();
        for name in names.iter().filter(|name| **name != "SAML_PROVIDERS").chain(&["AWS_SECRET_ACCESS_KEY"]) {
            assert!(error.contains(name), "{name}: {error}");
        }
    }

    #[test]
    fn only_a_custom_attribute_can_hold_the_name_id() {
        assert_eq!(
            read_with("SAML_NAME_ID_ATTRIBUTE", Some("custom:name_id")).unwrap().policy.name_id_attribute.as_deref(),
            Some("custom:name_id")
        );
        let long = format!("custom:{}", "a".repeat(21));
        for name in
            ["email", "preferred_username", "custom:", "Custom:a", " custom:a", "custom:a b", "custom:\u{fffd}", &long]
        {
            assert!(read_with("SAML_NAME_ID_ATTRIBUTE", Some(name)).is_err(), "{name:?}");
        }
    }

    #[test]
    fn the_names_of_new_profiles_are_one_of_two_words() {
        for (text, expected) in [("email", LocalNames::Email), ("local", LocalNames::Local)] {
            assert_eq!(read_with("CREATE_LOCAL_PROFILES", Some(text)).unwrap().policy.create, Some(expected));
        }
        for text in ["true", "1", "Email", ""] {
            assert!(read_with("CREATE_LOCAL_PROFILES", Some(text)).is_err(), "{text:?}");
        }
    }

    /// Synthesis reads the same values: `cdk/test/vectors.test.ts`.
    #[test]
    fn the_shared_values_are_accepted_and_refused_as_synthesis_does() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../shared/settings/vectors.json")).unwrap();
        for name in ["SAML_PROVIDERS", "SAML_NAME_ID_ATTRIBUTE", "ALLOWED_EMAIL_DOMAINS"] {
            for (kind, accepted) in [("accepted", true), ("refused", false)] {
                for value in vectors[name][kind].as_array().unwrap() {
                    let read = read_with(name, value.as_str());
                    assert_eq!(read.is_ok(), accepted, "{name}: {value}");
                }
            }
        }
    }
}
