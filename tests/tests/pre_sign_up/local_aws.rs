//! The trigger, attached to a pool on local AWS, and SAML sign-ins to that pool.
//!
//! After linking, local AWS immediately signs the user in to the linked profile, as its authors read the documentation
//! of Cognito. `docs/live-checks.md` lists what remains to be checked on AWS.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use integration_tests::local_aws::{LocalAws, UNCHECKED};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::salesforce::Salesforce;
use integration_tests::saml::{PROVIDER, SamlPool, words};
use serde_json::Value;
use tokio::sync::OnceCell;

/// A pool with the triggers attached. The tests share it, and each has its own users.
struct Pool {
    aws: LocalAws,
    salesforce: Salesforce,
    saml: SamlPool,
    /// The app client of the custom challenge.
    client: String,
    function: String,
}

async fn pool() -> Result<Arc<Pool>> {
    static POOL: OnceCell<Arc<Pool>> = OnceCell::const_new();
    POOL.get_or_try_init(|| async { Pool::start().await.map(Arc::new) }).await.cloned()
}

impl Pool {
    /// Local AWS refuses calls that the functions' roles do not allow.
    async fn start() -> Result<Self> {
        let aws = LocalAws::start_enforcing_iam().await?;
        aws.bootstrap()?;
        let saml = SamlPool::create(&aws)?;
        let created = aws.cli(&words(&format!(
            "cognito-idp create-user-pool-client --user-pool-id {} --client-name app --explicit-auth-flows ALLOW_CUSTOM_AUTH",
            saml.pool
        )))?;
        let client = created["UserPoolClient"]["ClientId"].as_str().context("no client")?.to_owned();
        let salesforce = Salesforce::start().await;
        let context = [UNCHECKED, &[("linkSamlProviders", PROVIDER), ("createLocalProfiles", "email")]].concat();
        let outputs = aws.deploy_for_pool(&salesforce.origin(), &saml.pool, &context)?;
        let outputs = outputs.as_object().and_then(|stacks| stacks.values().next()).context("no outputs")?;
        let function = outputs["PreSignUpFunctionName"].as_str().context("no function")?.to_owned();
        let attached = aws.make(&["attach", &format!("POOL={}", saml.pool)])?;
        ensure!(attached.status.success(), "{}", String::from_utf8_lossy(&attached.stderr));
        Ok(Self { aws, salesforce, saml, client, function })
    }

    /// A SAML sign-in with this address; returns the `sub` of the tokens.
    async fn saml_sign_in(&self, email: &str) -> Result<String> {
        self.saml.sign_in(&self.aws, &email.replace('@', "_"), email).await
    }

    /// A sign-in with a Salesforce token; returns the `sub` of the tokens.
    async fn sign_in(&self, email: &str) -> Result<String> {
        let token = person::token_of(ORGANIZATION);
        self.salesforce.grant(&token, person::claims(email));
        let tokens = self.aws.sign_in(&self.client, email, &token).await.map_err(anyhow::Error::msg)?;
        let payload = tokens.id_token().and_then(|token| token.split('.').nth(1)).context("no ID token")?;
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?;
        Ok(claims["sub"].as_str().context("no sub")?.to_owned())
    }

    /// The statuses of the profiles with an address.
    fn statuses(&self, email: &str) -> Result<Vec<String>> {
        let users = self.saml.users(&self.aws)?;
        let has_email = |user: &&Value| user["Attributes"].to_string().contains(email);
        Ok(users
            .iter()
            .filter(has_email)
            .map(|user| user["UserStatus"].as_str().unwrap_or_default().to_owned())
            .collect())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_and_the_second_saml_sign_in_use_the_local_profile() -> Result<()> {
    let (pool, email) = (pool().await?, person::email_of("alice"));
    let local = pool.aws.create_user(&pool.saml.pool, &email, true).await?;
    assert_eq!(pool.saml_sign_in(&email).await?, local);
    assert_eq!(pool.saml_sign_in(&email).await?, local);
    assert_eq!(pool.statuses(&email)?, ["FORCE_CHANGE_PASSWORD"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_a_profile_can_sign_in_with_saml_and_then_with_salesforce_as_the_same_user() -> Result<()> {
    let (pool, email) = (pool().await?, person::email_of("bob"));
    let by_saml = pool.saml_sign_in(&email).await?;
    assert_eq!(pool.sign_in(&email).await?, by_saml);
    assert_eq!(pool.statuses(&email)?, ["FORCE_CHANGE_PASSWORD"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_not_linked_can_still_sign_in_with_saml() -> Result<()> {
    let (pool, email) = (pool().await?, person::email_of("carol"));
    let local = pool.aws.create_user(&pool.saml.pool, &email, false).await?;
    assert_ne!(pool.saml_sign_in(&email).await?, local);
    let log = pool.aws.log(&pool.function)?;
    assert!(log.iter().any(|line| line["reason"] == "email-unverified"), "{log:?}");
    assert!(!log.iter().any(|line| line.to_string().contains("acme.example")), "{log:?}");
    Ok(())
}
