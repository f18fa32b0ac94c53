//! The deployed stack on local AWS that enforces IAM: the permissions of Verify's role are sufficient in each mode, and
//! each of them is necessary.
//!
//! Local AWS checks the calls of the function: the action, and the resource down to the pool, the table and the secret.
//! It does not check two other permissions: it writes the log without a permission of the role, and invokes the
//! function without a permission in the function's policy. `cdk/test` compares those statements exactly.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result, ensure};
use integration_tests::local_aws::{LocalAws, Outputs, UNCHECKED};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::proofs::{self, CLIENT_SECRET, CONSUMER_KEY};
use integration_tests::salesforce::Salesforce;
use integration_tests::saml::{PROVIDER, SamlPool};
use serde_json::{Value, json};

type Setting = (&'static str, &'static str);

/// All settings that give Verify a permission, except the secret, which only the mode `introspection` reads.
const ALL_PERMISSIONS: &[Setting] = &[("linkOnFirstSignIn", "true"), ("oneTimeUse", "true")];

struct Account {
    local_aws: LocalAws,
    salesforce: Salesforce,
}

impl Account {
    async fn start() -> Result<Self> {
        let local_aws = LocalAws::start_enforcing_iam().await?;
        local_aws.bootstrap()?;
        Ok(Self { local_aws, salesforce: Salesforce::start().await })
    }

    fn deploy(&self, audience: &[(&str, &str)], settings: &[(&str, &str)]) -> Result<Outputs> {
        self.local_aws.deploy(&self.salesforce.origin(), &[audience, settings].concat())
    }

    /// A new user signs in; returns the log line with the verdict, or `null` if there is no verdict and no sign-in.
    async fn sign_in(&self, outputs: &Outputs) -> Result<Value> {
        let (email, token) = (person::email_of("alice"), person::token_of(ORGANIZATION));
        self.salesforce.grant(&token, person::claims(&email));
        self.salesforce.introspect(&token, proofs::introspection());
        self.local_aws.create_user(&outputs.user_pool_id, &email, true).await?;
        let signed_in = self.local_aws.sign_in(&outputs.user_pool_client_id, &email, &token).await;
        let log = self.local_aws.log(&outputs.verify_function_name)?;
        let verdict = log.iter().rfind(|line| line.get("verdict").is_some()).cloned().unwrap_or_default();
        ensure!(signed_in.is_ok() == (verdict["verdict"] == "allowed"), "{signed_in:?}, {log:?}");
        Ok(verdict)
    }

    async fn signs_in(&self, audience: &[(&str, &str)], settings: &[(&str, &str)]) -> Result<()> {
        let outputs = self.deploy(audience, settings)?;
        let verdict = self.sign_in(&outputs).await?;
        ensure!(verdict["verdict"] == "allowed", "{audience:?} {settings:?}: {verdict}");
        Ok(())
    }

    /// The name of the role of a function.
    fn role(&self, function: &str) -> Result<String> {
        let function = self.local_aws.cli(&["lambda", "get-function-configuration", "--function-name", function])?;
        let arn = function["Role"].as_str().context("no role")?;
        Ok(arn.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// Removes the inline policy with this action from a role; returns its name and its text.
    fn remove_policy(&self, role: &str, action: &str) -> Result<(String, String)> {
        let listed = self.local_aws.cli(&["iam", "list-role-policies", "--role-name", role])?;
        for name in listed["PolicyNames"].as_array().context("no policies")?.iter().filter_map(Value::as_str) {
            let named = ["--role-name", role, "--policy-name", name];
            let policy = self.local_aws.cli(&[&["iam", "get-role-policy"], &named[..]].concat())?;
            let text = policy["PolicyDocument"].to_string();
            if text.contains(action) {
                self.local_aws.cli(&[&["iam", "delete-role-policy"], &named[..]].concat())?;
                return Ok((name.to_owned(), text));
            }
        }
        anyhow::bail!("{role} has no policy with {action}")
    }

    fn put_policy(&self, role: &str, (name, text): &(String, String)) -> Result<Value> {
        let put = ["iam", "put-role-policy", "--role-name", role, "--policy-name", name, "--policy-document", text];
        self.local_aws.cli(&put)
    }

    /// Creates a secret, and deploys the mode that reads it.
    fn deploy_introspection(&self) -> Result<Outputs> {
        let content = json!({"client_id": CONSUMER_KEY, "client_secret": CLIENT_SECRET}).to_string();
        let create = ["secretsmanager", "create-secret", "--name", "salesforce-app", "--secret-string", &content];
        let created = self.local_aws.cli(&create)?;
        let audience = [
            ("salesforceAudienceMode", "introspection"),
            ("salesforceClientIds", CONSUMER_KEY),
            ("salesforceIntrospectionSecretArn", created["ARN"].as_str().context("no ARN")?),
        ];
        self.deploy(&audience, &[])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_permissions_of_each_setting_are_sufficient_for_a_sign_in() -> Result<()> {
    let account = Account::start().await?;
    account.signs_in(UNCHECKED, &[]).await?;
    account.signs_in(UNCHECKED, &[("directoryMode", "event")]).await?;
    account.signs_in(UNCHECKED, &[("linkOnFirstSignIn", "true")]).await?;
    account.signs_in(UNCHECKED, &[("oneTimeUse", "true")]).await?;
    let outputs = account.deploy_introspection()?;
    assert_eq!(account.sign_in(&outputs).await?["verdict"], "allowed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_one_of_its_permissions_verify_signs_no_user_in() -> Result<()> {
    let account = Account::start().await?;
    let outputs = account.deploy(UNCHECKED, ALL_PERMISSIONS)?;
    assert_eq!(account.sign_in(&outputs).await?["verdict"], "allowed");
    let role = account.role(&outputs.verify_function_name)?;
    for (action, reason) in [
        ("cognito-idp:ListUsers", "directory-not-authorized"),
        ("cognito-idp:AdminUpdateUserAttributes", "directory-not-authorized"),
        ("dynamodb:PutItem", "token-store-not-authorized"),
    ] {
        let policy = account.remove_policy(&role, action)?;
        let verdict = account.sign_in(&outputs).await?;
        assert_eq!((&verdict["verdict"], &verdict["reason"]), (&json!("unavailable"), &json!(reason)), "{action}");
        account.put_policy(&role, &policy)?;
        assert_eq!(account.sign_in(&outputs).await?["verdict"], "allowed", "with {action} again");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_permission_to_read_its_secret_verify_signs_no_user_in() -> Result<()> {
    let account = Account::start().await?;
    let outputs = account.deploy_introspection()?;
    let role = account.role(&outputs.verify_function_name)?;
    let policy = account.remove_policy(&role, "secretsmanager:GetSecretValue")?;
    let verdict = account.sign_in(&outputs).await?;
    let expected = (&json!("unavailable"), &json!("introspection-secret-not-authorized"));
    assert_eq!((&verdict["verdict"], &verdict["reason"]), expected);
    account.put_policy(&role, &policy)?;
    assert_eq!(account.sign_in(&outputs).await?["verdict"], "allowed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_one_of_its_permissions_pre_sign_up_links_no_identity_and_cognito_creates_no_federated_profile()
-> Result<()> {
    let account = Account::start().await?;
    let saml = SamlPool::create(&account.local_aws)?;
    let context = [UNCHECKED, &[("linkSamlProviders", PROVIDER), ("createLocalProfiles", "email")]].concat();
    let mut outputs = account.local_aws.deploy_for_pool(&account.salesforce.origin(), &saml.pool, &context)?;
    let outputs = outputs.as_object_mut().and_then(|stacks| stacks.values_mut().next()).context("no outputs")?;
    let function = outputs["PreSignUpFunctionName"].as_str().context("no function")?;
    let attached = account.local_aws.make(&["attach", &format!("POOL={}", saml.pool)])?;
    ensure!(attached.status.success(), "{}", String::from_utf8_lossy(&attached.stderr));
    let role = account.role(function)?;
    // The function caches the providers, so the permissions to read them come first.
    for action in [
        "cognito-idp:ListIdentityProviders",
        "cognito-idp:DescribeIdentityProvider",
        "cognito-idp:ListUsers",
        "cognito-idp:AdminLinkProviderForUser",
        "cognito-idp:AdminCreateUser",
    ] {
        let email = person::email_of("alice");
        let policy = account.remove_policy(&role, action)?;
        let refused = saml.sign_in(&account.local_aws, "Alice", &email).await.err().context("signed in")?.to_string();
        assert!(refused.contains("temporarily_unavailable"), "{action}: {refused}");
        let log = account.local_aws.log(function)?;
        let last = log.iter().rfind(|line| line.get("verdict").is_some()).cloned().unwrap_or_default();
        assert_eq!(last["reason"], "directory-not-authorized", "{action}");
        let statuses = saml.users(&account.local_aws)?;
        assert!(!statuses.iter().any(|user| user["UserStatus"] == "EXTERNAL_PROVIDER"), "{action}: {statuses:?}");
        account.put_policy(&role, &policy)?;
    }
    saml.sign_in(&account.local_aws, "Alice", &person::email_of("alice")).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_for_another_pool_is_not_valid_for_this_one() -> Result<()> {
    let account = Account::start().await?;
    let outputs = account.deploy(UNCHECKED, &[])?;
    let role = account.role(&outputs.verify_function_name)?;
    let (name, text) = account.remove_policy(&role, "cognito-idp:ListUsers")?;
    let other_pool = text.replace(&outputs.user_pool_id, "us-east-1_Elsewhere");
    assert_ne!(text, other_pool);
    account.put_policy(&role, &(name, other_pool))?;
    assert_eq!(account.sign_in(&outputs).await?["reason"], "directory-not-authorized");
    Ok(())
}
