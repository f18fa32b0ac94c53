//! `make link-users` on local AWS: the tool as an operator runs it, and SAML sign-ins before and after it.
//!
//! Local AWS links a SAML identity as its authors read the documentation of Cognito. `docs/live-checks.md` lists what
//! remains to be checked on AWS.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use integration_tests::aws::REGION;
use integration_tests::local_aws::LocalAws;
use integration_tests::process::clean;
use integration_tests::repository;
use integration_tests::saml::{PROVIDER, SamlPool, create_provider, words};
use serde_json::Value;
use tempfile::TempDir;

/// A pool with a SAML provider, and the files of the operator.
struct Operator {
    aws: LocalAws,
    saml: SamlPool,
    files: TempDir,
}

impl Operator {
    async fn new() -> Result<Self> {
        let aws = LocalAws::start().await?;
        let saml = SamlPool::create(&aws)?;
        Ok(Self { aws, saml, files: repository::scratch()? })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// Writes the list of identities.
    fn write_identities(&self, identities: impl IntoIterator<Item = (String, String)>) -> Result<()> {
        let list = identities
            .into_iter()
            .fold("email,name_id\n".to_owned(), |list, (email, name_id)| list + &email + "," + &name_id + "\n");
        Ok(std::fs::write(self.file("identities.csv"), list)?)
    }

    fn command(&self, switches: &[&str]) -> Command {
        let mut node = Command::new("node");
        clean(&mut node).args(["--import", "tsx", "tools/link-users/main.ts"]).current_dir(repository::root());
        node.envs([
            ("AWS_ENDPOINT_URL", self.aws.endpoint()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", REGION),
            ("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true"),
            ("POOL", &self.saml.pool),
            ("PROVIDER", PROVIDER),
        ]);
        node.env("IDENTITIES", self.file("identities.csv"));
        node.env("REPORT", self.file("report.csv"));
        node.envs(switches.iter().map(|switch| (switch, "1")));
        node.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        node
    }

    /// Runs the tool, and returns the verdicts in its report.
    fn run(&self, switches: &[&str]) -> Result<Vec<String>> {
        let output = self.command(switches).output()?;
        ensure!(output.status.success(), "{}", errors(&output));
        let report = std::fs::read_to_string(self.file("report.csv"))?;
        Ok(report.lines().skip(1).filter_map(|line| Some(line.split_once(',')?.0.to_owned())).collect())
    }

    fn create_local(&self, email: &str) -> Result<String> {
        let created = self.aws.cli(&words(&format!(
            "cognito-idp admin-create-user --user-pool-id {} --username {email} --message-action SUPPRESS \
             --user-attributes Name=email,Value={email} Name=email_verified,Value=true",
            self.saml.pool
        )))?;
        Ok(created["User"]["Username"].as_str().context("no user")?.to_owned())
    }

    fn users(&self) -> Result<Vec<Value>> {
        self.saml.users(&self.aws)
    }

    /// A SAML sign-in with a browser; returns the `sub` of the ID token.
    async fn saml_sign_in(&self, name_id: &str, email: &str) -> Result<String> {
        self.saml.sign_in(&self.aws, name_id, email).await
    }
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn one(email: &str, name_id: &str) -> [(String, String); 1] {
    [(email.to_owned(), name_id.to_owned())]
}

#[tokio::test]
async fn without_apply_the_tool_does_not_change_the_pool() -> Result<()> {
    let operator = Operator::new().await?;
    operator.create_local("alice@acme.example")?;
    operator.saml_sign_in("bob", "bob@acme.example").await?;
    operator.write_identities([one("alice@acme.example", "alice"), one("carol@acme.example", "carol")].concat())?;
    let before = operator.users()?;
    assert_eq!(operator.run(&[])?, ["needs-link", "needs-profile-and-link", "federated-profile"]);
    assert_eq!(operator.users()?, before);
    Ok(())
}

#[tokio::test]
async fn the_first_saml_sign_in_of_a_linked_identity_uses_the_local_profile() -> Result<()> {
    let operator = Operator::new().await?;
    let alice = operator.create_local("alice@acme.example")?;
    operator.write_identities(one("alice@acme.example", "alice"))?;
    operator.run(&["APPLY"])?;
    assert_eq!(operator.saml_sign_in("alice", "alice@acme.example").await?, alice);
    assert_eq!(operator.users()?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_tool_links_no_identity_of_a_provider_that_does_not_map_email_verified() -> Result<()> {
    let operator = Operator::new().await?;
    create_provider(&operator.aws, &operator.saml.pool, "Entra", "email=email")?;
    operator.create_local("alice@acme.example")?;
    operator.write_identities(one("alice@acme.example", "alice"))?;
    let before = operator.users()?;
    let output = operator.command(&["APPLY"]).env("PROVIDER", "Entra").output()?;
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    assert!(errors(&output).contains("maps email but not email_verified"), "{}", errors(&output));
    assert_eq!(operator.users()?, before);
    Ok(())
}

#[tokio::test]
async fn a_user_with_a_federated_profile_keeps_profile_and_sub() -> Result<()> {
    let operator = Operator::new().await?;
    let before = operator.saml_sign_in("bob", "bob@acme.example").await?;
    operator.write_identities(one("bob@acme.example", "bob"))?;
    assert_eq!(operator.run(&["APPLY"])?, ["federated-profile"]);
    assert_eq!(operator.saml_sign_in("bob", "bob@acme.example").await?, before);
    Ok(())
}

#[tokio::test]
async fn after_an_interrupt_the_same_command_completes_the_run() -> Result<()> {
    let operator = Operator::new().await?;
    let identities = (0..30).map(|index| (format!("person{index}@acme.example"), format!("id-{index}")));
    operator.write_identities(identities)?;
    let tool = operator.command(&["APPLY"]).spawn()?;
    while operator.users()?.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Command::new("kill").args(["-INT", &tool.id().to_string()]).status()?;
    let output = tool.wait_with_output()?;
    assert_eq!(output.status.code(), Some(130), "{}", errors(&output));
    assert!(errors(&output).contains("Run the same command again"), "{}", errors(&output));
    let done = operator.users()?.len();
    assert!((1..30).contains(&done), "{done}");

    operator.run(&["APPLY"])?;
    assert_eq!(operator.run(&[])?, vec!["linked"; 30]);
    Ok(())
}
