//! The configuration. The list of trusted providers has no default.

use aws::AwsEnvironment;
use https::Transport;
use linking::{Providers, UsernameScheme};
use settings::{Settings, SettingsError};
use verification::AllowedEmailDomains;

/// The parsed configuration of the trigger.
#[derive(Debug)]
pub struct Config {
    /// The trust decisions of the operator.
    pub policy: Policy,
    /// The name of this Lambda function.
    pub function_name: String,
    /// Region, credentials and endpoints of AWS.
    pub aws: AwsEnvironment,
    /// Trust anchors, and whether plain http is allowed.
    pub transport: Transport,
}

/// The trust decisions of the operator.
#[derive(Debug)]
pub struct Policy {
    /// The providers whose e-mail addresses are trusted.
    pub providers: Providers,
    /// The attribute to which the providers map the NameID.
    pub name_id_attribute: Option<String>,
    /// The e-mail domains that may be linked; `None` for all.
    pub email_domains: Option<AllowedEmailDomains>,
    /// The user names of profiles that are created for users without one; `None` if no profiles are created.
    pub create: Option<UsernameScheme>,
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
        let create =
            settings.optional("CREATE_LOCAL_PROFILES", "email or local, or leave it out", UsernameScheme::parse);
        let function_name = aws::function_name(&mut settings);
        let aws = aws::environment(&mut settings, lookup);
        let ca_bundle = https::ca_bundle(&mut settings, lookup);
        settings.finish()?;
        // INVARIANT: `finish` fails if any required setting is missing.
        let incomplete = SettingsError::incomplete;
        let (providers, aws) = providers.zip(aws).ok_or_else(incomplete)?;
        let plain_http = aws.endpoints.any_is_plain_http();
        Ok(Self {
            policy: Policy { providers, name_id_attribute, email_domains, create },
            function_name: function_name.ok_or_else(incomplete)?,
            aws,
            transport: Transport { ca_bundle, plain_http },
        })
    }
}

/// Checks the name of a custom attribute. Only custom attributes keep their letter case: a pool that ignores letter
/// case also lowers `email` and `preferred_username`.
///
/// 1 to 20 letters, marks, symbols, digits or punctuation characters after the prefix: `SchemaAttributeType` in the
/// Cognito API reference.
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

    /// The valid configuration with one variable changed or removed.
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
    fn optional_settings_are_off_by_default() {
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
    fn all_bad_variables_are_named_together() {
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
    fn the_user_name_scheme_is_email_or_local() {
        for (text, expected) in [("email", UsernameScheme::Email), ("local", UsernameScheme::Local)] {
            assert_eq!(read_with("CREATE_LOCAL_PROFILES", Some(text)).unwrap().policy.create, Some(expected));
        }
        for text in ["true", "1", "Email", ""] {
            assert!(read_with("CREATE_LOCAL_PROFILES", Some(text)).is_err(), "{text:?}");
        }
    }

    /// The CDK app checks the same vectors: `cdk/test/vectors.test.ts`.
    #[test]
    fn the_shared_vectors_have_the_same_result_as_in_the_cdk_app() {
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
