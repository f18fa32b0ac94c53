//! Local AWS: ministack, to which the CDK deploys the CDK app.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_cognitoidentityprovider::error::ProvideErrorMetadata;
use aws_sdk_cognitoidentityprovider::types::{
    AttributeType, AuthFlowType, AuthenticationResultType, ChallengeNameType, MessageActionType,
};
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::aws::{self, REGION};
use crate::lambda::client;
use crate::person::{self, ORGANIZATION};
use crate::process::{Process, clean, on_free_port, run};
use crate::repository;

/// The CDK context of the mode that does not check the audience.
pub const UNCHECKED: &[(&str, &str)] = &[("salesforceAudienceMode", "unchecked")];

const STACK: &str = "SalesforceCognitoAuth";

/// The CDK app with the credentials of the CLI, because the roles of `cdk bootstrap` cannot deploy while IAM is
/// enforced.
const APP_WITH_CLI_CREDENTIALS: &str = "node --import tsx test/app-with-cli-credentials.ts";

/// A running ministack.
pub struct LocalAws {
    ministack: Process,
    endpoint: String,
    directory: TempDir,
    enforces_iam: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub user_pool_id: String,
    pub user_pool_client_id: String,
    pub define_function_name: String,
    pub create_function_name: String,
    pub verify_function_name: String,
}

impl LocalAws {
    /// Starts ministack on a free port of the loopback interface.
    pub async fn start() -> Result<Self> {
        on_free_port(async |port| Self::start_on(port, false).await).await
    }

    /// The same, but local AWS refuses the calls of a function that its role does not allow. [`Self::cli`] may call
    /// everything.
    pub async fn start_enforcing_iam() -> Result<Self> {
        on_free_port(async |port| Self::start_on(port, true).await).await
    }

    async fn start_on(port: u16, enforces_iam: bool) -> Result<Self> {
        let directory = repository::scratch()?;
        let port = port.to_string();
        let endpoint = format!("http://127.0.0.1:{port}");
        let path = directory.path().to_string_lossy().into_owned();
        let environment = [
            ("BIND_HOST", "127.0.0.1"),
            ("GATEWAY_PORT", &port),
            // ministack passes it on to the functions, so that the SDK in Verify finds the local directory.
            ("AWS_ENDPOINT_URL", &endpoint),
            ("TMPDIR", &path),
            ("STATE_DIR", &path),
            ("SFTP_ENABLED", "0"),
            ("IOT_MTLS_ENABLED", "0"),
            ("AUTH", if enforces_iam { "true" } else { "false" }),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut ministack = Process::start("ministack", &repository::tool("ministack")?, &[], &environment)?;
        let http = client()?;
        let url = format!("{endpoint}/_ministack/ready");
        let ready = async || http.get(&url).send().await.is_ok_and(|response| response.status().is_success());
        ministack.wait_until(Duration::from_mins(1), ready).await?;
        Ok(Self { ministack, endpoint, directory, enforces_iam })
    }

    /// The endpoint of the AWS APIs.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// `cdk bootstrap`. It runs outside the app's folder, so that the CDK does not run the app.
    pub fn bootstrap(&self) -> Result<()> {
        let mut cdk = Command::new(repository::cdk()?);
        self.account(&mut cdk).current_dir(self.directory.path());
        run(cdk.args(["bootstrap", "--no-notices"]).arg(format!("aws://000000000000/{REGION}"))).map(|_| ())
    }

    /// `cdk deploy` for the Salesforce stand-in at `salesforce`. `context` must set the audience mode. A second call
    /// updates the stack.
    pub fn deploy(&self, salesforce: &str, context: &[(&str, &str)]) -> Result<Outputs> {
        Ok(serde_json::from_value(self.deploy_app(salesforce, context)?[STACK].take())?)
    }

    /// `cdk deploy` of the triggers for an existing pool; returns the outputs by stack name.
    pub fn deploy_for_pool(&self, salesforce: &str, pool: &str, context: &[(&str, &str)]) -> Result<Value> {
        self.deploy_app(salesforce, &[&[("userPoolId", pool)], context].concat())
    }

    fn deploy_app(&self, salesforce: &str, context: &[(&str, &str)]) -> Result<Value> {
        let outputs = self.directory.path().join("outputs.json");
        let mut cdk = Command::new(repository::cdk()?);
        self.account(&mut cdk).current_dir(repository::root().join("cdk"));
        cdk.args(["deploy", "--no-notices", "--require-approval", "never", "--output"]);
        cdk.arg(self.directory.path().join("cdk.out")).arg("--outputs-file").arg(&outputs);
        if self.enforces_iam {
            cdk.args(["--app", APP_WITH_CLI_CREDENTIALS]);
        }
        let always = [
            ("salesforceDomainUrl", salesforce),
            ("salesforceOrganizationIds", ORGANIZATION),
            ("ephemeral", "true"),
            ("binariesDir", "../target/local"),
        ];
        for (name, value) in always.iter().chain(context) {
            cdk.args(["--context", &format!("{name}={value}")]);
        }
        run(&mut cdk)?;
        Ok(serde_json::from_slice(&std::fs::read(outputs)?)?)
    }

    /// Runs `make` with the credentials of this account. A failure of `make` is in the output.
    pub fn make(&self, arguments: &[&str]) -> Result<Output> {
        let mut make = Command::new("make");
        self.account(&mut make).current_dir(repository::root()).arg("--no-print-directory").args(arguments);
        make.stdin(Stdio::null()).output().context("cannot start make")
    }

    /// Runs commands in bash in the repository, with the credentials of this account. Returns their output; fails if
    /// one fails.
    pub fn shell(&self, commands: &str, variables: &[(&str, &str)]) -> Result<String> {
        let mut bash = Command::new("bash");
        self.account(&mut bash).envs(variables.iter().copied()).current_dir(repository::root());
        run(bash.args(["-euo", "pipefail", "-c", commands]))
    }

    /// Creates an enabled user with this address, which is the user name, too; returns the `sub`.
    pub async fn create_user(&self, pool: &str, email: &str, email_verified: bool) -> Result<String> {
        let attribute = |name: &str, value: &str| AttributeType::builder().name(name).value(value).build();
        let request = aws::cognito(&self.endpoint).admin_create_user().user_pool_id(pool).username(email);
        let created = request
            .user_attributes(attribute("email", email)?)
            .user_attributes(attribute("email_verified", &email_verified.to_string())?)
            .message_action(MessageActionType::Suppress)
            .temporary_password(format!("Aa1!{}", person::random_text()))
            .send()
            .await?;
        let attributes = created.user().context("no user")?.attributes();
        let sub = attributes.iter().find(|attribute| attribute.name() == "sub").context("no sub")?;
        Ok(sub.value().context("no sub")?.to_owned())
    }

    /// Both API calls of a sign-in. The error is the code of the API's error.
    pub async fn sign_in(
        &self,
        client: &str,
        username: &str,
        answer: &str,
    ) -> Result<AuthenticationResultType, String> {
        let code = |code: Option<&str>| code.unwrap_or("no code").to_owned();
        let cognito = aws::cognito(&self.endpoint);
        let request = cognito.initiate_auth().auth_flow(AuthFlowType::CustomAuth).client_id(client);
        let challenge =
            request.auth_parameters("USERNAME", username).send().await.map_err(|error| code(error.code()))?;
        let request = cognito.respond_to_auth_challenge().client_id(client);
        let request = request.challenge_name(ChallengeNameType::CustomChallenge).set_session(challenge.session);
        let request = request.challenge_responses("USERNAME", username).challenge_responses("ANSWER", answer);
        let output = request.send().await.map_err(|error| code(error.code()))?;
        output.authentication_result.ok_or_else(|| "another challenge".to_owned())
    }

    /// Runs the AWS CLI, and returns its output as JSON; empty output is `null`.
    pub fn cli(&self, arguments: &[&str]) -> Result<Value> {
        let mut aws = Command::new(repository::tool("aws")?);
        let printed = run(self.account(&mut aws).args(["--output", "json"]).args(arguments))?;
        if printed.trim().is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&printed)?) }
    }

    /// The JSON lines that a function has logged, oldest first.
    pub fn log(&self, function: &str) -> Result<Vec<Value>> {
        let configuration = self.cli(&["lambda", "get-function-configuration", "--function-name", function])?;
        let group = configuration["LoggingConfig"]["LogGroup"].as_str().context("the function has no log group")?;
        let log = self.cli(&["logs", "filter-log-events", "--log-group-name", group])?;
        let events = log["events"].as_array().context("no events in the answer")?;
        let messages = events.iter().filter_map(|event| event["message"].as_str());
        Ok(messages.filter_map(|message| serde_json::from_str(message).ok()).collect())
    }

    /// Leaves ministack running; returns the id of the process that stops it.
    pub fn keep(self) -> Result<u32> {
        let _ = self.directory.keep();
        self.ministack.keep()
    }

    /// The environment of a command that uses this account.
    fn account<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        clean(command).envs([
            ("AWS_ENDPOINT_URL", self.endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("CDK_DISABLE_VERSION_CHECK", "1"),
            ("NODE_NO_WARNINGS", "1"),
            ("CI", "1"),
        ])
    }
}
