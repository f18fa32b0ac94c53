//! Local AWS: ministack, with the real CDK app deployed by the stock CDK.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::aws::REGION;
use crate::lambda::client;
use crate::person::ORGANIZATION;
use crate::process::{Process, clean, on_free_port, run};
use crate::repository;

/// The CDK context of the mode that asks for no proof of the audience.
pub const UNCHECKED: &[(&str, &str)] = &[("salesforceAudienceMode", "unchecked")];

const STACK: &str = "SalesforceCognitoAuth";

/// A running ministack.
pub struct LocalAws {
    ministack: Process,
    endpoint: String,
    directory: TempDir,
}

/// The outputs of the deployed stack.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "named after the outputs")]
pub struct Outputs {
    pub user_pool_id: String,
    pub user_pool_client_id: String,
    pub define_function_name: String,
    pub create_function_name: String,
    pub verify_function_name: String,
}

impl LocalAws {
    /// Starts ministack on a free port, and only on the loopback interface.
    ///
    /// # Errors
    /// It is not installed or did not start.
    pub async fn start() -> Result<Self> {
        on_free_port(Self::start_on).await
    }

    async fn start_on(port: u16) -> Result<Self> {
        let directory = repository::scratch()?;
        let port = port.to_string();
        let endpoint = format!("http://127.0.0.1:{port}");
        let path = directory.path().to_string_lossy().into_owned();
        let environment = [
            ("BIND_HOST", "127.0.0.1"),
            ("GATEWAY_PORT", &port),
            // Handed on to the functions: that is how the SDK inside Verify finds the local directory.
            ("AWS_ENDPOINT_URL", &endpoint),
            ("TMPDIR", &path),
            ("STATE_DIR", &path),
            ("SFTP_ENABLED", "0"),
            ("IOT_MTLS_ENABLED", "0"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut ministack = Process::start("ministack", &repository::tool("ministack")?, &[], &environment)?;
        let http = client()?;
        let url = format!("{endpoint}/_ministack/ready");
        let ready = async || http.get(&url).send().await.is_ok_and(|response| response.status().is_success());
        ministack.wait_until(Duration::from_mins(1), ready).await?;
        Ok(Self { ministack, endpoint, directory })
    }

    /// Where the AWS API is.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// `cdk bootstrap`. It needs no app, and outside the app's folder it does not run one.
    ///
    /// # Errors
    /// It failed; the error shows what it printed.
    pub fn bootstrap(&self) -> Result<()> {
        let mut cdk = Command::new(repository::cdk()?);
        self.account(&mut cdk).current_dir(self.directory.path());
        run(cdk.args(["bootstrap", "--no-notices"]).arg(format!("aws://000000000000/{REGION}"))).map(|_| ())
    }

    /// `cdk deploy` for the Salesforce stand-in at `salesforce`; `audience` is the CDK context that decides the
    /// audience mode. A second call changes the stack that is there.
    ///
    /// # Errors
    /// It failed; the error shows what it printed.
    pub fn deploy(&self, salesforce: &str, audience: &[(&str, &str)]) -> Result<Outputs> {
        let outputs = self.directory.path().join("outputs.json");
        let mut cdk = Command::new(repository::cdk()?);
        self.account(&mut cdk).current_dir(repository::root().join("cdk"));
        cdk.args(["deploy", "--no-notices", "--require-approval", "never", "--output"]);
        cdk.arg(self.directory.path().join("cdk.out")).arg("--outputs-file").arg(&outputs);
        let always =
            [("salesforceDomainUrl", salesforce), ("salesforceOrganizationIds", ORGANIZATION), ("ephemeral", "true")];
        for (name, value) in always.iter().chain(audience) {
            cdk.args(["--context", &format!("{name}={value}")]);
        }
        run(&mut cdk)?;
        let mut stacks: Value = serde_json::from_slice(&std::fs::read(outputs)?)?;
        Ok(serde_json::from_value(stacks[STACK].take())?)
    }

    /// Runs the AWS CLI with `arguments` and returns its output as JSON; empty output is `null`.
    ///
    /// # Errors
    /// It failed; the error shows what it printed.
    pub fn cli(&self, arguments: &[&str]) -> Result<Value> {
        let mut aws = Command::new(repository::tool("aws")?);
        let printed = run(self.account(&mut aws).args(["--output", "json"]).args(arguments))?;
        if printed.trim().is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&printed)?) }
    }

    /// The JSON lines that a function has logged, oldest first.
    ///
    /// # Errors
    /// The log group cannot be read.
    pub fn log(&self, function: &str) -> Result<Vec<Value>> {
        let configuration = self.cli(&["lambda", "get-function-configuration", "--function-name", function])?;
        let group = configuration["LoggingConfig"]["LogGroup"].as_str().context("the function has no log group")?;
        let log = self.cli(&["logs", "filter-log-events", "--log-group-name", group])?;
        let events = log["events"].as_array().context("no events in the answer")?;
        let messages = events.iter().filter_map(|event| event["message"].as_str());
        Ok(messages.filter_map(|message| serde_json::from_str(message).ok()).collect())
    }

    /// Leaves ministack running; returns the id of the process to stop it by.
    ///
    /// # Errors
    /// It has ended already.
    pub fn keep(self) -> Result<u32> {
        let _ = self.directory.keep();
        self.ministack.keep()
    }

    /// A clean environment for a client of the local account.
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
