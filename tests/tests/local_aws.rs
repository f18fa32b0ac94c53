//! The deployed stack on local AWS: pool, triggers, permissions and alarms together, through the AWS SDK and the AWS
//! CLI.
//!
//! Local AWS differs from Cognito in details; the other tests play Cognito as documented. `cdk/test/alarms.test.ts`
//! tests when an alarm goes off, because local AWS does not treat missing data as AWS does.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::AuthenticationResultType;
use integration_tests::aws;
use integration_tests::local_aws::{LocalAws, Outputs, UNCHECKED};
use integration_tests::person::{self, ORGANIZATION, OTHER_ORGANIZATION};
use integration_tests::salesforce::Salesforce;
use integration_tests::tokens::PoolKeys;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// One deployment for all tests; its processes end with this one.
struct Stack {
    local_aws: LocalAws,
    salesforce: Salesforce,
    outputs: Outputs,
    /// The SNS topic of the alarms.
    topic: String,
}

async fn stack() -> Result<Arc<Stack>> {
    static STACK: OnceCell<Arc<Stack>> = OnceCell::const_new();
    let deploy = || async {
        let salesforce = Salesforce::start().await;
        let local_aws = LocalAws::start().await?;
        local_aws.bootstrap()?;
        let topic = local_aws.cli(&["sns", "create-topic", "--name", "alarms"])?;
        let topic = topic["TopicArn"].as_str().context("no topic")?.to_owned();
        let monitoring = [
            ("alarms", "true"),
            ("alarmTopicArn", topic.as_str()),
            ("alarmThresholds", "DenialSurge=500,Unavailable=0.1"),
            ("dashboard", "true"),
        ];
        let outputs = local_aws.deploy(&salesforce.origin(), &[UNCHECKED, &monitoring].concat())?;
        anyhow::Ok(Arc::new(Stack { local_aws, salesforce, outputs, topic }))
    };
    STACK.get_or_try_init(deploy).await.cloned()
}

/// A pool user with a verified address, and a valid token of this user.
struct PoolUser {
    email: String,
    token: String,
    sub: String,
}

impl Stack {
    fn cognito(&self) -> Client {
        aws::cognito(self.local_aws.endpoint())
    }

    async fn create_user(&self, email: &str, email_verified: bool) -> Result<String> {
        self.local_aws.create_user(&self.outputs.user_pool_id, email, email_verified).await
    }

    async fn pool_user(&self, name: &str) -> Result<PoolUser> {
        let email = person::email_of(name);
        let token = person::token_of(ORGANIZATION);
        self.salesforce.grant(&token, person::claims(&email));
        let sub = self.create_user(&email, true).await?;
        Ok(PoolUser { email, token, sub })
    }

    /// Both API calls of a sign-in. The error is the code of the API's error.
    async fn sign_in(&self, username: &str, answer: &str) -> Result<AuthenticationResultType, String> {
        self.local_aws.sign_in(&self.outputs.user_pool_client_id, username, answer).await
    }

    /// The alarms of the account, by name.
    fn alarms(&self) -> Result<BTreeMap<String, Value>> {
        let mut alarms = self.local_aws.cli(&["cloudwatch", "describe-alarms"])?;
        let alarms = alarms["MetricAlarms"].as_array_mut().context("no list of alarms")?.drain(..);
        alarms.map(|alarm| Ok((alarm["AlarmName"].as_str().context("no name")?.to_owned(), alarm))).collect()
    }

    fn dashboards(&self) -> Result<Vec<Value>> {
        let mut dashboards = self.local_aws.cli(&["cloudwatch", "list-dashboards"])?;
        Ok(dashboards["DashboardEntries"].as_array_mut().context("no list of dashboards")?.drain(..).collect())
    }

    fn last_verdict(&self) -> Result<Value> {
        let log = self.local_aws.log(&self.outputs.verify_function_name)?;
        log.into_iter().rfind(|line| line.get("verdict").is_some()).context("no verdict")
    }
}

const DENIED: &str = "NotAuthorizedException";

/// The tests share the function's log, so they run one after another.
static LOG: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn a_salesforce_token_gets_tokens_that_the_pools_keys_verify() -> Result<()> {
    let (stack, _log) = (stack().await?, LOG.lock().await);
    let alice = stack.pool_user("alice").await?;
    let tokens = stack.sign_in(&alice.email, &alice.token).await.map_err(anyhow::Error::msg)?;
    let keys = PoolKeys::fetch(stack.local_aws.endpoint(), &stack.outputs).await?;
    let id = keys.verify_id_token(tokens.id_token().context("no id token")?)?;
    let access = keys.verify_access_token(tokens.access_token().context("no access token")?)?;
    assert_eq!((&id["sub"], &access["sub"]), (&json!(alice.sub), &json!(alice.sub)));
    assert_eq!(id["email"], json!(alice.email));
    let verdict = stack.last_verdict()?;
    assert_eq!((&verdict["verdict"], &verdict["organization_id"]), (&json!("allowed"), &json!(ORGANIZATION)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_json_form_of_the_answer_works_through_the_aws_cli() -> Result<()> {
    let (stack, _log) = (stack().await?, LOG.lock().await);
    let alice = stack.pool_user("alice").await?;
    let client = stack.outputs.user_pool_client_id.as_str();
    let username = json!({"USERNAME": alice.email}).to_string();
    let start = ["cognito-idp", "initiate-auth", "--auth-flow", "CUSTOM_AUTH", "--client-id", client];
    let challenge = stack.local_aws.cli(&[&start[..], &["--auth-parameters", &username]].concat())?;
    assert_eq!(challenge["ChallengeParameters"]["type"], "SALESFORCE_TOKEN");
    assert_eq!(challenge["ChallengeParameters"]["salesforceDomainUrl"], json!(stack.salesforce.origin()));
    let answer = json!({"access_token": alice.token}).to_string();
    let responses = json!({"USERNAME": alice.email, "ANSWER": answer}).to_string();
    let session = challenge["Session"].as_str().context("no session")?;
    let answered = stack.local_aws.cli(&[
        "cognito-idp",
        "respond-to-auth-challenge",
        "--client-id",
        client,
        "--challenge-name",
        "CUSTOM_CHALLENGE",
        "--session",
        session,
        "--challenge-responses",
        &responses,
    ])?;
    assert!(answered["AuthenticationResult"]["IdToken"].is_string(), "{answered}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tokens_can_be_refreshed() -> Result<()> {
    let (stack, _log) = (stack().await?, LOG.lock().await);
    let alice = stack.pool_user("alice").await?;
    let tokens = stack.sign_in(&alice.email, &alice.token).await.map_err(anyhow::Error::msg)?;
    let request = stack.cognito().get_tokens_from_refresh_token().client_id(&stack.outputs.user_pool_client_id);
    let refresh_token = tokens.refresh_token().context("no refresh token")?;
    let refreshed = request.refresh_token(refresh_token).send().await?;
    let id_token = refreshed.authentication_result().and_then(|result| result.id_token()).context("no id token")?;
    let keys = PoolKeys::fetch(stack.local_aws.endpoint(), &stack.outputs).await?;
    assert_eq!(keys.verify_id_token(id_token)?["sub"], json!(alice.sub));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_organization_with_the_victims_email_is_denied() -> Result<()> {
    let (stack, _log) = (stack().await?, LOG.lock().await);
    let alice = stack.pool_user("alice").await?;
    for (prefix, reason) in
        [(OTHER_ORGANIZATION, "token-of-another-organization"), (ORGANIZATION, "organization-not-allowed")]
    {
        let token = person::token_of(prefix);
        stack.salesforce.grant(&token, person::claims_in(OTHER_ORGANIZATION, &alice.email));
        assert_eq!(stack.sign_in(&alice.email, &token).await.err().as_deref(), Some(DENIED));
        assert_eq!(stack.last_verdict()?["reason"], reason);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_user_is_denied() -> Result<()> {
    let (stack, _log) = (stack().await?, LOG.lock().await);
    let (alice, bob) = (stack.pool_user("alice").await?, stack.pool_user("bob").await?);
    assert_eq!(stack.sign_in(&alice.email, &bob.token).await.err().as_deref(), Some(DENIED));
    assert_eq!(stack.last_verdict()?["reason"], "email-mismatch");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_verified_in_the_pool_is_denied() -> Result<()> {
    let (stack, _log) = (stack().await?, LOG.lock().await);
    let email = person::email_of("carol");
    let token = person::token_of(ORGANIZATION);
    stack.salesforce.grant(&token, person::claims(&email));
    stack.create_user(&email, false).await?;
    assert_eq!(stack.sign_in(&email, &token).await.err().as_deref(), Some(DENIED));
    assert_eq!(stack.last_verdict()?["reason"], "pool-email-unverified");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_user_is_denied() -> Result<()> {
    let (stack, _log) = (stack().await?, LOG.lock().await);
    let alice = stack.pool_user("alice").await?;
    let pool = &stack.outputs.user_pool_id;
    stack.cognito().admin_disable_user().user_pool_id(pool).username(&alice.email).send().await?;
    assert_eq!(stack.sign_in(&alice.email, &alice.token).await.err().as_deref(), Some(DENIED));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_denied() -> Result<()> {
    let (stack, _log) = (stack().await?, LOG.lock().await);
    let alice = stack.pool_user("alice").await?;
    let unknown = person::token_of(ORGANIZATION);
    assert_eq!(stack.sign_in(&alice.email, &unknown).await.err().as_deref(), Some(DENIED));
    assert_eq!(stack.last_verdict()?["reason"], "token-rejected");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_client_allows_no_other_flow() -> Result<()> {
    let stack = stack().await?;
    let client = stack.outputs.user_pool_client_id.as_str();
    let pool = stack.outputs.user_pool_id.as_str();
    let described = stack.local_aws.cli(&[
        "cognito-idp",
        "describe-user-pool-client",
        "--user-pool-id",
        pool,
        "--client-id",
        client,
    ])?;
    let client = &described["UserPoolClient"];
    assert_eq!(client["ExplicitAuthFlows"], json!(["ALLOW_CUSTOM_AUTH"]));
    assert_eq!(client["PreventUserExistenceErrors"], "ENABLED");
    assert!(client["ClientSecret"].is_null());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn alarms_and_dashboard_are_deployed_and_a_deployment_without_them_removes_them() -> Result<()> {
    let (stack, _log) = (stack().await?, LOG.lock().await);
    let (alarms, outputs) = (stack.alarms()?, &stack.outputs);
    let functions = [&outputs.define_function_name, &outputs.create_function_name, &outputs.verify_function_name];
    for (name, alarm) in &alarms {
        assert_eq!(
            (&alarm["AlarmActions"], &alarm["OKActions"]),
            (&json!([stack.topic]), &json!([stack.topic])),
            "{name}"
        );
        let dimensions = alarm["Dimensions"].as_array().context("no dimensions")?;
        let function =
            dimensions.iter().find(|dimension| dimension["Name"] == "FunctionName").context("no function")?;
        ensure!(functions.iter().any(|name| function["Value"] == name.as_str()), "{alarm}");
    }
    for (part, threshold) in [("Unavailable", 0.1), ("Slow", 3000.0), ("DenialSurge", 500.0), ("DefineErrors", 1.0)] {
        let mut named = alarms.iter().filter(|(name, _)| name.contains(&format!("Alarms{part}")));
        let (_, alarm) = named.next().with_context(|| format!("{part}: {:?}", alarms.keys()))?;
        assert_eq!(alarm["Threshold"], json!(threshold), "{part}");
    }
    let [dashboard] = &stack.dashboards()?[..] else { anyhow::bail!("not one dashboard") };
    let name = dashboard["DashboardName"].as_str().context("no name")?;
    let shown = stack.local_aws.cli(&["cloudwatch", "get-dashboard", "--dashboard-name", name])?;
    let body: Value = serde_json::from_str(shown["DashboardBody"].as_str().context("no body")?)?;
    for alarm in alarms.values() {
        ensure!(body.to_string().contains(&alarm["AlarmArn"].to_string()), "{alarm}");
    }

    stack.local_aws.deploy(&stack.salesforce.origin(), UNCHECKED)?;
    assert!(stack.alarms()?.is_empty() && stack.dashboards()?.is_empty());
    let alice = stack.pool_user("alice").await?;
    assert!(stack.sign_in(&alice.email, &alice.token).await.is_ok());
    Ok(())
}
