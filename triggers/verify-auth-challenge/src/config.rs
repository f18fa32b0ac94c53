//! The configuration of Verify. Nothing that decides trust has a default.

use settings::{Origin, Settings, SettingsError};
use verification::cognito::{AwsEnvironment, Credentials};
use verification::salesforce::SalesforceDomain;
use verification::{AllowedEmailDomains, AllowedOrganizations, AudienceMode, Policy};

/// Everything that Verify is told, parsed.
#[derive(Debug)]
pub struct Config {
    /// The only host that is ever sent a token.
    pub salesforce: SalesforceDomain,
    /// Whom and what the operator trusts.
    pub policy: Policy,
    /// How to reach the user pool.
    pub aws: AwsEnvironment,
}

/// Settings of the public contract that belong to modes of a later version. Silently ignoring one would
/// leave an operator with less protection than the configuration says.
const NOT_SUPPORTED: [&str; 2] = ["SALESFORCE_INTROSPECTION_SECRET_ARN", "SALESFORCE_ISSUERS"];

impl Config {
    /// Reads and checks every variable.
    ///
    /// # Errors
    /// [`SettingsError`] naming each variable that is missing, malformed or not supported.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut settings = Settings::new(lookup);
        let salesforce = settings.required(
            "SALESFORCE_DOMAIN_URL",
            "the organization's My Domain, https://<name>.my.salesforce.com",
            str::parse::<SalesforceDomain>,
        );
        let organizations = settings.required(
            "SALESFORCE_ORGANIZATION_IDS",
            "a comma-separated list of organization ids of 15 or 18 characters",
            AllowedOrganizations::parse,
        );
        let audience = settings.required(
            "SALESFORCE_AUDIENCE_MODE",
            &format!("a mode that this version supports: {}", AudienceMode::SUPPORTED),
            AudienceMode::parse,
        );
        let email_domains =
            settings.optional("ALLOWED_EMAIL_DOMAINS", "a comma-separated list of domains", AllowedEmailDomains::parse);
        settings.optional("DIRECTORY_MODE", "the mode that this version supports: list_users", directory_mode);
        for name in NOT_SUPPORTED {
            if lookup(name).is_some() {
                settings.problem(name, "belongs to an audience mode that this version does not support; remove it");
            }
        }
        let aws = aws_environment(&mut settings, lookup);
        settings.finish()?;
        // INVARIANT: `finish` fails if any required setting is missing.
        let incomplete = SettingsError::incomplete;
        Ok(Self {
            salesforce: salesforce.ok_or_else(incomplete)?,
            policy: Policy {
                organizations: organizations.ok_or_else(incomplete)?,
                audience: audience.ok_or_else(incomplete)?,
                email_domains,
            },
            aws: aws.ok_or_else(incomplete)?,
        })
    }

    /// Says at every cold start what the configuration leaves open.
    pub fn warn_of_risks(&self) {
        match self.policy.audience {
            AudienceMode::Unchecked => tracing::warn!(
                audience_mode = "unchecked",
                "tokens are not checked for the app they were issued to: a token of any app of an allowed organization passes"
            ),
        }
    }
}

fn directory_mode(text: &str) -> Result<(), &'static str> {
    match text {
        "list_users" => Ok(()),
        "event" => Err("names a directory mode that this version does not support"),
        _ => Err("is not a directory mode"),
    }
}

/// The variables that Lambda sets itself. The SDKs take an empty one for an absent one, and so do we.
fn aws_environment(settings: &mut Settings<'_>, lookup: &dyn Fn(&str) -> Option<String>) -> Option<AwsEnvironment> {
    let any = |text: &str| Ok::<_, &str>(text.to_owned());
    let region = settings.required("AWS_REGION", "the region; Lambda sets it", any);
    let key = settings.required("AWS_ACCESS_KEY_ID", "an access key; Lambda sets it", any);
    let secret = settings.required("AWS_SECRET_ACCESS_KEY", "a secret key; Lambda sets it", any);
    let session_token = lookup("AWS_SESSION_TOKEN").filter(|token| !token.is_empty());
    let endpoint = ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL"]
        .into_iter()
        .find(|name| lookup(name).is_some_and(|value| !value.is_empty()))
        .and_then(|name| settings.optional(name, "an https origin, or leave it out", str::parse::<Origin>));
    Some(AwsEnvironment {
        region: region?,
        credentials: Credentials::new(key?, secret?, session_token, None, "environment"),
        endpoint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: [(&str, &str); 6] = [
        ("SALESFORCE_DOMAIN_URL", "https://acme.my.salesforce.com"),
        ("SALESFORCE_ORGANIZATION_IDS", "00DSG000009FYVd"),
        ("SALESFORCE_AUDIENCE_MODE", "unchecked"),
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
    fn the_valid_configuration_is_read() {
        assert!(read_with("", None).is_ok());
    }

    #[test]
    fn each_required_variable_that_is_missing_or_empty_is_named() {
        for (name, _) in VALID {
            for value in [None, Some(""), Some("  ")] {
                let error = read_with(name, value).unwrap_err();
                assert!(error.contains(name), "{name}: {error}");
                assert_eq!(error.matches("set it to").count(), 1, "{error}");
            }
        }
    }

    #[test]
    fn all_missing_variables_are_named_at_once() {
        let error = Config::read(&|_| None).unwrap_err().to_string();
        for (name, _) in VALID {
            assert!(error.contains(name), "{name}: {error}");
        }
    }

    #[test]
    fn malformed_values_are_refused() {
        for (name, value) in [
            ("SALESFORCE_DOMAIN_URL", "http://acme.my.salesforce.com"),
            ("SALESFORCE_DOMAIN_URL", "https://login.salesforce.com"),
            ("SALESFORCE_ORGANIZATION_IDS", "00D"),
            ("SALESFORCE_ORGANIZATION_IDS", "00DSG000009FYVd,"),
            ("SALESFORCE_AUDIENCE_MODE", "none"),
            ("ALLOWED_EMAIL_DOMAINS", ""),
            ("ALLOWED_EMAIL_DOMAINS", "*"),
            ("DIRECTORY_MODE", "ldap"),
            ("AWS_ENDPOINT_URL", "http://directory.example"),
        ] {
            assert!(read_with(name, Some(value)).unwrap_err().contains(name), "{name}={value}");
        }
    }

    #[test]
    fn what_a_later_version_will_support_is_refused_by_name() {
        for mode in ["id_token", "introspection", "access_token_jwt"] {
            let error = read_with("SALESFORCE_AUDIENCE_MODE", Some(mode)).unwrap_err();
            assert!(error.contains("this version supports: unchecked"), "{error}");
        }
        let error = read_with("DIRECTORY_MODE", Some("event")).unwrap_err();
        assert!(error.contains("this version supports: list_users"), "{error}");
        for name in NOT_SUPPORTED {
            assert!(read_with(name, Some("x")).unwrap_err().contains(name), "{name}");
        }
    }

    #[test]
    fn an_empty_session_token_or_endpoint_counts_as_absent() {
        for name in ["AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] {
            assert!(read_with(name, Some("")).is_ok(), "{name}");
        }
    }
}
