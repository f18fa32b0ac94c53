//! The configuration of Verify. Whom to trust has no default.

mod audience;

use aws::AwsEnvironment;
use https::Transport;
use salesforce::{AllowedOrganizations, AudienceMode, SalesforceDomain};
use settings::{Settings, SettingsError};
use verification::{AllowedEmailDomains, DirectoryMode, Policy};

/// The parsed configuration of Verify.
#[derive(Debug)]
pub struct Config {
    /// The only host to which a token is sent.
    pub salesforce: SalesforceDomain,
    /// What the operator trusts about Salesforce.
    pub provider_policy: salesforce::Policy,
    /// What the operator trusts about e-mail addresses and the pool.
    pub policy: Policy,
    /// The ARN of the secret with the client credentials for introspection; only in that mode.
    pub introspection_secret: Option<String>,
    /// The DynamoDB table of used tokens, if tokens may be used only once.
    pub token_use_table: Option<String>,
    /// The name of this Lambda function.
    pub function_name: String,
    /// Region, credentials and endpoints of AWS.
    pub aws: AwsEnvironment,
    /// Trust anchors, and whether plain http is allowed.
    pub transport: Transport,
}

impl Config {
    /// Reads and checks every variable.
    ///
    /// # Errors
    /// [`SettingsError`], which names each variable that is missing, malformed, or not used by the mode.
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
        let audience = audience::read(&mut settings, lookup, salesforce.as_ref());
        let email_domains =
            settings.optional("ALLOWED_EMAIL_DOMAINS", "a comma-separated list of domains", AllowedEmailDomains::parse);
        let directory = settings.optional("DIRECTORY_MODE", "list_users or event", directory_mode);
        let link_on_first_sign_in = flag(&mut settings, "LINK_ON_FIRST_SIGN_IN");
        let token_use_table = settings.optional("TOKEN_USE_TABLE", "the name of a DynamoDB table", table_name);
        let function_name = aws::function_name(&mut settings);
        let aws = aws::environment(&mut settings, lookup);
        let ca_bundle = https::ca_bundle(&mut settings, lookup);
        settings.finish()?;
        // INVARIANT: `finish` fails if any required setting is missing.
        let incomplete = SettingsError::incomplete;
        let (audience, introspection_secret) = audience.ok_or_else(incomplete)?;
        let (salesforce, aws) = salesforce.zip(aws).ok_or_else(incomplete)?;
        let plain_http = !salesforce.is_https() || aws.endpoints.any_is_plain_http();
        Ok(Self {
            salesforce,
            provider_policy: salesforce::Policy { organizations: organizations.ok_or_else(incomplete)?, audience },
            policy: Policy {
                email_domains,
                directory: directory.unwrap_or(DirectoryMode::ListUsers),
                link_on_first_sign_in,
            },
            introspection_secret,
            token_use_table,
            function_name: function_name.ok_or_else(incomplete)?,
            aws,
            transport: Transport { ca_bundle, plain_http },
        })
    }

    /// The origins to which connections are opened before the first sign-in. In modes with a signed token, Salesforce
    /// is not among them, because fetching its keys opens that connection.
    pub fn preconnect_origins(&self) -> impl Iterator<Item = String> {
        let salesforce =
            (!self.provider_policy.audience.has_signed_token()).then(|| self.salesforce.as_str().to_owned());
        let directory = (self.policy.directory == DirectoryMode::ListUsers).then(|| self.aws.cognito_origin());
        let token_store = self.token_use_table.as_ref().map(|_| self.aws.dynamodb_origin());
        [salesforce, directory, token_store].into_iter().flatten()
    }

    /// Logs a warning at every cold start if the configuration does not check the audience.
    pub fn warn_of_risks(&self) {
        if let AudienceMode::Unchecked = self.provider_policy.audience {
            tracing::warn!(
                audience_mode = self.provider_policy.audience.name(),
                "tokens are not checked for the app they were issued to: a token of any app of an allowed organization passes"
            );
        }
    }
}

/// Reads a switch, which is off by default.
fn flag(settings: &mut Settings<'_>, name: &str) -> bool {
    let parse = |text: &str| match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("is neither true nor false"),
    };
    settings.optional(name, "true or false", parse).unwrap_or_default()
}

fn directory_mode(text: &str) -> Result<DirectoryMode, &'static str> {
    match text {
        "list_users" => Ok(DirectoryMode::ListUsers),
        "event" => Ok(DirectoryMode::Event),
        _ => Err("is not a directory mode"),
    }
}

/// 3 to 255 characters of `[a-zA-Z0-9_.-]`: "Naming rules" in the DynamoDB developer guide.
fn table_name(text: &str) -> Result<String, &'static str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if (3..=255).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("is not the name of a table")
    }
}

#[cfg(test)]
mod tests;
