//! An existing pool on local AWS: `make attach` and `make detach` as an operator runs them.
//!
//! AWS resets the settings that `UpdateUserPool` omits; local AWS keeps them. `tools/test/attach/attachment.test.ts`
//! shows with a simulated pool that no setting is omitted. This file tests the calls, and the settings of the pool
//! before and after them. Local AWS also reports the MFA details with the pool, and loses
//! `AdminCreateUserConfig.UnusedAccountValidityDays`, which AWS reports in addition to the days of the password policy.
//! The pool of this test does not have it.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::process::{Command, Output};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use integration_tests::local_aws::{LocalAws, UNCHECKED};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::process::run;
use integration_tests::repository;
use integration_tests::salesforce::Salesforce;
use integration_tests::saml::create_provider;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

const TRIGGERS: [&str; 3] = ["CreateAuthChallenge", "DefineAuthChallenge", "VerifyAuthChallengeResponse"];

/// The pool's own trigger. It adds a claim, so that a test can see that it has run.
const OWN_TRIGGER: &str = "
def handler(event, context):
    event['response']['claimsOverrideDetails'] = {'claimsToAddOrOverride': {'tenant': 'acme'}}
    return event
";

const SAML_METADATA: &str = r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>"#;

/// An existing pool, with triggers that are deployed and not attached.
struct Existing {
    local_aws: LocalAws,
    salesforce: Salesforce,
    pool: String,
    /// The app client of the flow.
    client: String,
    /// An app client without a list of flows, which allows `CUSTOM_AUTH` by default.
    other_client: String,
}

/// The tests share the pool, so they run one after another. Each leaves it without triggers.
static POOL: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn existing() -> Result<Arc<Existing>> {
    static EXISTING: OnceCell<Arc<Existing>> = OnceCell::const_new();
    EXISTING.get_or_try_init(|| async { Existing::start().await.map(Arc::new) }).await.cloned()
}

impl Existing {
    async fn start() -> Result<Self> {
        let local_aws = LocalAws::start().await?;
        local_aws.bootstrap()?;
        let own_trigger = create_function(&local_aws)?;
        let pool = create_pool(&local_aws, &own_trigger)?;
        let client = create_client(&local_aws, &pool, &["--explicit-auth-flows", "ALLOW_CUSTOM_AUTH"])?;
        let other_client = create_client(&local_aws, &pool, &[])?;
        let existing = Self { local_aws, salesforce: Salesforce::start().await, pool, client, other_client };
        existing.deploy(&[])?;
        Ok(existing)
    }

    fn deploy(&self, settings: &[(&str, &str)]) -> Result<Value> {
        let context = [UNCHECKED, settings].concat();
        self.local_aws.deploy_for_pool(&self.salesforce.origin(), &self.pool, &context)
    }

    /// The settings of the pool, its provider and its app clients, without the dates and numbers of `DescribeUserPool`.
    fn describe(&self) -> Result<Value> {
        let of_pool = |operation: &str, more: &[&str]| {
            let arguments = ["cognito-idp", operation, "--user-pool-id", &self.pool];
            self.local_aws.cli(&[&arguments[..], more].concat())
        };
        let mut pool = of_pool("describe-user-pool", &[])?["UserPool"].take();
        let members = pool.as_object_mut().context("no pool")?;
        members.remove("LastModifiedDate").context("no date")?;
        members.remove("EstimatedNumberOfUsers").context("no number")?;
        Ok(json!({
            "pool": pool,
            "mfa": of_pool("get-user-pool-mfa-config", &[])?,
            "provider": of_pool("describe-identity-provider", &["--provider-name", "Staff"])?,
            "client": of_pool("describe-user-pool-client", &["--client-id", &self.client])?,
            "other": of_pool("describe-user-pool-client", &["--client-id", &self.other_client])?,
        }))
    }

    /// Runs a target of the Makefile for the pool, which must succeed; returns its output.
    fn make(&self, target: &str, more: &[&str]) -> Result<String> {
        let Output { status, stdout, stderr } = self.try_make(target, more)?;
        ensure!(status.success(), "{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        ensure!(stderr.is_empty(), "{}", String::from_utf8_lossy(&stderr));
        Ok(String::from_utf8(stdout)?)
    }

    fn try_make(&self, target: &str, more: &[&str]) -> Result<Output> {
        self.local_aws.make(&[&[target, &format!("POOL={}", self.pool)], more].concat())
    }

    /// A new user signs in through an app client; returns the claims of the ID token, or the code of the error.
    async fn sign_in(&self, client: &str) -> Result<Result<Value, String>> {
        let (email, token) = (person::email_of("alice"), person::token_of(ORGANIZATION));
        self.salesforce.grant(&token, person::claims(&email));
        self.local_aws.create_user(&self.pool, &email, true).await?;
        Ok(match self.local_aws.sign_in(client, &email, &token).await {
            Ok(tokens) => {
                let payload = tokens.id_token().and_then(|token| token.split('.').nth(1)).context("no id token")?;
                Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?)
            }
            Err(code) => Err(code),
        })
    }
}

fn create_function(local_aws: &LocalAws) -> Result<String> {
    let directory = repository::scratch()?;
    let package = directory.path().join("function.zip");
    let zip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr('index.py', sys.argv[2])";
    run(Command::new(repository::tool("python")?).args(["-c", zip]).arg(&package).arg(OWN_TRIGGER))?;
    let package = format!("fileb://{}", package.display());
    let create = ["lambda", "create-function", "--function-name", "own-trigger", "--runtime", "python3.11"];
    let role = ["--handler", "index.handler", "--role", "arn:aws:iam::000000000000:role/own", "--zip-file", &package];
    text_of(&local_aws.cli(&[&create[..], &role].concat())?["FunctionArn"])
}

fn create_pool(local_aws: &LocalAws, own_trigger: &str) -> Result<String> {
    let input = json!({
        "PoolName": "customers",
        "UsernameAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
        "Policies": {"PasswordPolicy": {
            "MinimumLength": 12, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
            "RequireSymbols": false, "TemporaryPasswordValidityDays": 3,
        }},
        "MfaConfiguration": "ON",
        "LambdaConfig": {"PreTokenGeneration": own_trigger},
        "UserPoolTags": {"team": "web", "cost centre": "4711"},
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": true,
            "InviteMessageTemplate": {"EmailSubject": "Welcome", "EmailMessage": "{username}: {####}"},
        },
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true},
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
        "DeletionProtection": "ACTIVE",
    });
    let created = local_aws.cli(&["cognito-idp", "create-user-pool", "--cli-input-json", &input.to_string()])?;
    let pool = text_of(&created["UserPool"]["Id"])?;
    let mfa = ["--mfa-configuration", "ON", "--software-token-mfa-configuration", "Enabled=true"];
    let set_mfa = ["cognito-idp", "set-user-pool-mfa-config", "--user-pool-id", &pool];
    local_aws.cli(&[&set_mfa[..], &mfa].concat())?;
    let saml = json!({
        "UserPoolId": pool, "ProviderName": "Staff", "ProviderType": "SAML",
        "ProviderDetails": {"MetadataFile": SAML_METADATA}, "AttributeMapping": {"email": "mail"},
    });
    local_aws.cli(&["cognito-idp", "create-identity-provider", "--cli-input-json", &saml.to_string()])?;
    Ok(pool)
}

fn create_client(local_aws: &LocalAws, pool: &str, more: &[&str]) -> Result<String> {
    let create = ["cognito-idp", "create-user-pool-client", "--user-pool-id", pool, "--client-name", "app"];
    text_of(&local_aws.cli(&[&create[..], more].concat())?["UserPoolClient"]["ClientId"])
}

fn text_of(value: &Value) -> Result<String> {
    Ok(value.as_str().context("no text")?.to_owned())
}

/// The changed lines of a diff, by sign and path.
fn changed_lines(printed: &str) -> Vec<&str> {
    let changes = printed.lines().filter(|line| line.starts_with("+ ") || line.starts_with("- "));
    changes.filter_map(|line| line.split_once(':')).map(|(path, _)| path).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_attach_and_detach_the_pool_is_as_before() -> Result<()> {
    let (existing, _pool) = (existing().await?, POOL.lock().await);
    let before = existing.describe()?;
    existing.make("attach", &[])?;
    let claims = existing.sign_in(&existing.client).await?.map_err(anyhow::Error::msg)?;
    assert_eq!(claims["tenant"], "acme", "the pool's own trigger still runs");

    let mut attached = existing.describe()?;
    let config = attached["pool"]["LambdaConfig"].as_object_mut().context("no triggers")?;
    for trigger in TRIGGERS {
        config.remove(trigger).context(trigger)?;
    }
    assert_eq!(attached, before);

    existing.make("detach", &[])?;
    assert_eq!(existing.describe()?, before);
    assert!(existing.sign_in(&existing.client).await?.is_err());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_three_triggers_and_changes_nothing() -> Result<()> {
    let (existing, _pool) = (existing().await?, POOL.lock().await);
    let before = existing.describe()?;
    let shown = existing.make("attach", &["DRY_RUN=1"])?;
    assert_eq!(changed_lines(&shown), TRIGGERS.map(|trigger| format!("+ LambdaConfig.{trigger}")));
    assert_eq!(existing.describe()?, before);

    existing.make("attach", &[])?;
    let attached = existing.describe()?;
    let shown = existing.make("detach", &["DRY_RUN=1"])?;
    assert_eq!(changed_lines(&shown), TRIGGERS.map(|trigger| format!("- LambdaConfig.{trigger}")));
    assert_eq!(existing.describe()?, attached);
    existing.make("detach", &[])?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn attaching_or_detaching_again_changes_nothing() -> Result<()> {
    let (existing, _pool) = (existing().await?, POOL.lock().await);
    existing.make("attach", &[])?;
    let attached = existing.describe()?;
    assert!(existing.make("attach", &[])?.ends_with("nothing to do: the triggers are attached\n"));
    assert_eq!(existing.describe()?, attached);
    existing.make("detach", &[])?;
    assert!(existing.make("detach", &[])?.ends_with("nothing to do: the triggers are not attached\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_with_custom_auth_triggers_of_its_own_is_refused() -> Result<()> {
    let (existing, _pool) = (existing().await?, POOL.lock().await);
    let before = existing.describe()?["pool"]["LambdaConfig"].clone();
    let mut config = before.clone();
    config["DefineAuthChallenge"] = json!("arn:aws:lambda:us-east-1:000000000000:function:another");
    // Local AWS keeps the other settings.
    let set = |config: &Value| {
        let update = ["cognito-idp", "update-user-pool", "--user-pool-id", &existing.pool, "--lambda-config"];
        existing.local_aws.cli(&[&update[..], &[&config.to_string()]].concat())
    };
    set(&config)?;
    let with_another = existing.describe()?;
    let refused = existing.try_make("attach", &[])?;
    let message = String::from_utf8(refused.stderr)?;
    assert!(!refused.status.success());
    assert!(
        message.contains("DefineAuthChallenge: arn:aws:lambda:us-east-1:000000000000:function:another"),
        "{message}"
    );
    assert!(!message.contains("    at "), "{message}");
    assert_eq!(existing.describe()?, with_another);
    existing.make("detach", &[])?;
    assert_eq!(existing.describe()?, with_another, "a trigger of another owner stays");
    set(&before)?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn app_clients_that_allow_the_flow_are_listed_and_a_list_of_allowed_clients_keeps_them_out() -> Result<()> {
    let (existing, _pool) = (existing().await?, POOL.lock().await);
    let shown = existing.make("attach", &[])?;
    assert!(shown.contains(&existing.client) && shown.contains(&existing.other_client), "{shown}");
    assert!(existing.sign_in(&existing.other_client).await?.is_ok());

    existing.deploy(&[("allowedClientIds", &existing.client)])?;
    let shown = existing.make("attach", &["DRY_RUN=1"])?;
    assert!(!shown.contains(&existing.other_client), "{shown}");
    assert_eq!(existing.sign_in(&existing.other_client).await?.unwrap_err(), "NotAuthorizedException");
    assert!(existing.sign_in(&existing.client).await?.is_ok());

    existing.deploy(&[])?;
    existing.make("detach", &[])?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn attach_checks_the_providers_of_the_pool_if_their_identities_are_to_be_linked() -> Result<()> {
    let (existing, _pool) = (existing().await?, POOL.lock().await);
    existing.deploy(&[("linkSamlProviders", "Staff")])?;
    let shown = existing.make("attach", &["DRY_RUN=1"])?;
    assert!(shown.contains("warning: the SAML provider Staff maps email but not email_verified"), "{shown}");

    create_provider(&existing.local_aws, &existing.pool, "Staff_Partners", "email=mail,email_verified=verified")?;
    let before = existing.describe()?;
    let refused = existing.try_make("attach", &[])?;
    let message = String::from_utf8(refused.stderr)?;
    assert!(!refused.status.success() && message.contains("the pool has a provider Staff_Partners"), "{message}");
    assert!(!message.contains("    at "), "{message}");
    assert_eq!(existing.describe()?, before);

    let delete = ["cognito-idp", "delete-identity-provider", "--user-pool-id", &existing.pool];
    existing.local_aws.cli(&[&delete[..], &["--provider-name", "Staff_Partners"]].concat())?;
    existing.deploy(&[])?;
    Ok(())
}
