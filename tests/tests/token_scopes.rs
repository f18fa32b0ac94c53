//! Pre Token Generation on local AWS: deployed with a pool, and attached to an existing pool.
//!
//! Local AWS invokes the trigger with version 2 of the event once for each of the two tokens; AWS does so once for
//! both. Local AWS has no rotation of refresh tokens, and issues tokens even if the trigger fails.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use integration_tests::aws;
use integration_tests::local_aws::{LocalAws, UNCHECKED};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::salesforce::Salesforce;
use integration_tests::tokens::PoolKeys;
use serde_json::{Value, json};

/// The scope of every access token that the API of Cognito issues.
const OF_COGNITO: &str = "aws.cognito.signin.user.admin";

struct Account {
    local_aws: LocalAws,
    salesforce: Salesforce,
}

/// The claims of an ID token and of an access token.
type Claims = (Value, Value);

impl Account {
    async fn start() -> Result<Self> {
        let local_aws = LocalAws::start().await?;
        local_aws.bootstrap()?;
        Ok(Self { local_aws, salesforce: Salesforce::start().await })
    }

    fn text(&self, arguments: &[&str], pointer: &str) -> Result<String> {
        let answer = self.local_aws.cli(arguments)?;
        Ok(answer.pointer(pointer).and_then(Value::as_str).with_context(|| format!("{answer}"))?.to_owned())
    }

    fn create_client(&self, pool: &str, flows: &[&str]) -> Result<String> {
        let create = ["cognito-idp", "create-user-pool-client", "--user-pool-id", pool, "--client-name", "app"];
        self.text(&[&create[..], &["--explicit-auth-flows"], flows].concat(), "/UserPoolClient/ClientId")
    }

    fn make(&self, arguments: &[&str]) -> Result<String> {
        let output = self.local_aws.make(arguments)?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// A new user signs in with a Salesforce token; returns the claims and the refresh token.
    async fn sign_in(&self, pool: &str, client: &str) -> Result<(Claims, String)> {
        let (email, token) = (person::email_of("alice"), person::token_of(ORGANIZATION));
        self.salesforce.grant(&token, person::claims(&email));
        self.local_aws.create_user(pool, &email, true).await?;
        let tokens = self.local_aws.sign_in(client, &email, &token).await.map_err(anyhow::Error::msg)?;
        let claims = (claims_of(tokens.id_token())?, claims_of(tokens.access_token())?);
        Ok((claims, tokens.refresh_token().context("no refresh token")?.to_owned()))
    }

    /// A new user signs in with a password.
    async fn sign_in_with_password(&self, pool: &str, client: &str) -> Result<Claims> {
        let (email, password) = (person::email_of("bob"), "Aa1!-correct-horse-battery");
        self.local_aws.create_user(pool, &email, true).await?;
        let of_user = ["--user-pool-id", pool, "--username", &email];
        let set = ["cognito-idp", "admin-set-user-password", "--permanent", "--password", password];
        self.local_aws.cli(&[&set[..], &of_user].concat())?;
        let start = ["cognito-idp", "initiate-auth", "--auth-flow", "USER_PASSWORD_AUTH", "--client-id", client];
        let parameters = json!({"USERNAME": email, "PASSWORD": password}).to_string();
        let answer = self.local_aws.cli(&[&start[..], &["--auth-parameters", &parameters]].concat())?;
        let tokens = &answer["AuthenticationResult"];
        Ok((claims_of(tokens["IdToken"].as_str())?, claims_of(tokens["AccessToken"].as_str())?))
    }
}

fn claims_of(token: Option<&str>) -> Result<Value> {
    let payload = token.and_then(|token| token.split('.').nth(1)).context("no token")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?)
}

fn assert_ours((id, access): &Claims, scopes: &[&str]) {
    assert_eq!((&id["sign_in_method"], &access["sign_in_method"]), (&json!("salesforce"), &json!("salesforce")));
    assert_eq!(access["scope"], json!([&[OF_COGNITO], scopes].concat().join(" ")));
    assert_eq!(id.get("scope"), None);
}

fn assert_untouched((id, access): &Claims) {
    assert_eq!((id.get("sign_in_method"), access.get("sign_in_method")), (None, None));
    assert_eq!(access["scope"], OF_COGNITO);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_pool_of_the_stack_the_second_deployment_adds_the_scopes_and_a_refresh_keeps_them() -> Result<()> {
    let account = Account::start().await?;
    let outputs = account.local_aws.deploy(&account.salesforce.origin(), UNCHECKED)?;
    let (pool, client) = (outputs.user_pool_id.as_str(), outputs.user_pool_client_id.as_str());
    assert_untouched(&account.sign_in(pool, client).await?.0);

    let settings = [("allowedClientIds", client), ("tokenScopes", "orders/read,orders/write")];
    let again = account.local_aws.deploy(&account.salesforce.origin(), &[UNCHECKED, &settings].concat())?;
    assert_eq!(again.user_pool_client_id, client);
    let (claims, refresh_token) = account.sign_in(pool, client).await?;
    assert_ours(&claims, &["orders/read", "orders/write"]);

    let cognito = aws::cognito(account.local_aws.endpoint());
    let refresh = cognito.get_tokens_from_refresh_token().client_id(client).refresh_token(refresh_token);
    let tokens = refresh.send().await?.authentication_result.context("no tokens")?;
    let keys = PoolKeys::fetch(account.local_aws.endpoint(), &outputs).await?;
    let id = keys.verify_id_token(tokens.id_token().context("no id token")?)?;
    let access = keys.verify_access_token(tokens.access_token().context("no access token")?)?;
    assert_ours(&(id, access), &["orders/read", "orders/write"]);

    let other = account.create_client(pool, &["ALLOW_USER_PASSWORD_AUTH"])?;
    assert_untouched(&account.sign_in_with_password(pool, &other).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_pool_has_the_scopes_from_attach_to_detach_and_only_for_the_listed_client() -> Result<()> {
    let account = Account::start().await?;
    // Otherwise local AWS reports a default that it loses at the first update.
    let configured = ["--admin-create-user-config", "AllowAdminCreateUserOnly=true"];
    let create = ["cognito-idp", "create-user-pool", "--pool-name", "customers", "--username-attributes", "email"];
    let pool = account.text(&[&create[..], &configured].concat(), "/UserPool/Id")?;
    let client = account.create_client(&pool, &["ALLOW_CUSTOM_AUTH"])?;
    let mixed = account.create_client(&pool, &["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"])?;
    let settings = [("allowedClientIds", client.as_str()), ("tokenScopes", "orders/read")];
    account.local_aws.deploy_for_pool(&account.salesforce.origin(), &pool, &[UNCHECKED, &settings].concat())?;
    let describe = ["cognito-idp", "describe-user-pool", "--user-pool-id", &pool];
    let config = || anyhow::Ok(account.local_aws.cli(&describe)?["UserPool"]["LambdaConfig"].take());
    let (before, of_pool) = (config()?, format!("POOL={pool}"));

    let shown = account.make(&["attach", &of_pool, "DRY_RUN=1"])?;
    assert!(shown.contains("+ LambdaConfig.PreTokenGenerationConfig.LambdaVersion: \"V2_0\""), "{shown}");
    assert_eq!(config()?, before);
    account.make(&["attach", &of_pool])?;
    let attached = config()?;
    assert_eq!(attached["PreTokenGenerationConfig"]["LambdaVersion"], "V2_0");
    assert_eq!(attached["PreTokenGenerationConfig"]["LambdaArn"], attached["PreTokenGeneration"]);

    assert_ours(&account.sign_in(&pool, &client).await?.0, &["orders/read"]);
    assert_untouched(&account.sign_in_with_password(&pool, &mixed).await?);

    account.make(&["detach", &of_pool])?;
    assert_eq!(config()?, before);
    assert_untouched(&account.sign_in_with_password(&pool, &mixed).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_makes_its_tokens_with_another_function_is_refused_and_a_listed_client_with_passwords_is_named()
-> Result<()> {
    let account = Account::start().await?;
    let another = "arn:aws:lambda:us-east-1:000000000000:function:another";
    let config = json!({"PreTokenGenerationConfig": {"LambdaArn": another, "LambdaVersion": "V2_0"}}).to_string();
    let create = ["cognito-idp", "create-user-pool", "--pool-name", "customers", "--lambda-config", &config];
    let pool = account.text(&create, "/UserPool/Id")?;
    let mixed = account.create_client(&pool, &["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"])?;
    let settings = [("allowedClientIds", mixed.as_str()), ("tokenScopes", "orders/read")];
    account.local_aws.deploy_for_pool(&account.salesforce.origin(), &pool, &[UNCHECKED, &settings].concat())?;
    let of_pool = format!("POOL={pool}");

    let refused = account.local_aws.make(&["attach", &of_pool])?;
    let message = String::from_utf8(refused.stderr)?;
    assert!(
        !refused.status.success() && message.contains(&format!("PreTokenGenerationConfig: {another}")),
        "{message}"
    );

    account.local_aws.cli(&["cognito-idp", "update-user-pool", "--user-pool-id", &pool, "--lambda-config", "{}"])?;
    let shown = account.make(&["attach", &of_pool, "DRY_RUN=1"])?;
    assert!(shown.contains("allow other ways to sign in") && shown.contains(&mixed), "{shown}");
    Ok(())
}
