//! `make link-users` against local AWS: the tool as an operator runs it, and the SAML sign-ins before and after it.
//!
//! How Cognito links a SAML identity is local AWS's reading of the documentation here; `docs/live-checks.md` says what
//! remains to be seen on AWS.

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

/// A pool with a SAML identity provider, and the operator's files.
struct Desk {
    aws: LocalAws,
    saml: SamlPool,
    files: TempDir,
}

impl Desk {
    async fn new() -> Result<Self> {
        let aws = LocalAws::start().await?;
        let saml = SamlPool::create(&aws)?;
        Ok(Self { aws, saml, files: repository::scratch()? })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// The identity provider's list.
    fn list(&self, people: impl IntoIterator<Item = (String, String)>) -> Result<()> {
        let list = people
            .into_iter()
            .fold("email,name_id\n".to_owned(), |list, (email, name_id)| list + &email + "," + &name_id + "\n");
        Ok(std::fs::write(self.file("people.csv"), list)?)
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
        node.env("IDENTITIES", self.file("people.csv"));
        node.env("REPORT", self.file("report.csv"));
        node.envs(switches.iter().map(|switch| (switch, "1")));
        node.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        node
    }

    /// Runs the tool to its end and returns the verdicts of its report.
    fn run(&self, switches: &[&str]) -> Result<Vec<String>> {
        let output = self.command(switches).output()?;
        ensure!(output.status.success(), "{}", said(&output));
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

    /// A SAML sign-in in the browser; returns the `sub` of the ID token.
    async fn saml_sign_in(&self, name_id: &str, email: &str) -> Result<String> {
        self.saml.sign_in(&self.aws, name_id, email).await
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn one(email: &str, name_id: &str) -> [(String, String); 1] {
    [(email.to_owned(), name_id.to_owned())]
}

#[tokio::test]
async fn without_apply_the_pool_stays_as_it_is() -> Result<()> {
    let desk = Desk::new().await?;
    desk.create_local("alice@acme.example")?;
    desk.saml_sign_in("bob", "bob@acme.example").await?;
    desk.list([one("alice@acme.example", "alice"), one("carol@acme.example", "carol")].concat())?;
    let before = desk.users()?;
    assert_eq!(desk.run(&[])?, ["needs-link", "needs-profile-and-link", "federated-profile"]);
    assert_eq!(desk.users()?, before);
    Ok(())
}

#[tokio::test]
async fn the_first_saml_sign_in_of_a_linked_person_ends_in_the_local_profile() -> Result<()> {
    let desk = Desk::new().await?;
    let alice = desk.create_local("alice@acme.example")?;
    desk.list(one("alice@acme.example", "alice"))?;
    desk.run(&["APPLY"])?;
    assert_eq!(desk.saml_sign_in("alice", "alice@acme.example").await?, alice);
    assert_eq!(desk.users()?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn nobody_is_linked_to_a_provider_that_leaves_the_address_unverified() -> Result<()> {
    let desk = Desk::new().await?;
    create_provider(&desk.aws, &desk.saml.pool, "Entra", "email=email")?;
    desk.create_local("alice@acme.example")?;
    desk.list(one("alice@acme.example", "alice"))?;
    let before = desk.users()?;
    let output = desk.command(&["APPLY"]).env("PROVIDER", "Entra").output()?;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("maps email and not email_verified"), "{}", said(&output));
    assert_eq!(desk.users()?, before);
    Ok(())
}

#[tokio::test]
async fn a_person_who_has_signed_in_by_saml_keeps_profile_and_sub() -> Result<()> {
    let desk = Desk::new().await?;
    let before = desk.saml_sign_in("bob", "bob@acme.example").await?;
    desk.list(one("bob@acme.example", "bob"))?;
    assert_eq!(desk.run(&["APPLY"])?, ["federated-profile"]);
    assert_eq!(desk.saml_sign_in("bob", "bob@acme.example").await?, before);
    Ok(())
}

#[tokio::test]
async fn an_interrupted_run_ends_in_order_and_the_same_command_completes_it() -> Result<()> {
    let desk = Desk::new().await?;
    let people = (0..30).map(|index| (format!("person{index}@acme.example"), format!("id-{index}")));
    desk.list(people)?;
    let tool = desk.command(&["APPLY"]).spawn()?;
    while desk.users()?.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Command::new("kill").args(["-INT", &tool.id().to_string()]).status()?;
    let output = tool.wait_with_output()?;
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert!(said(&output).contains("Run the same command again"), "{}", said(&output));
    let done = desk.users()?.len();
    assert!((1..30).contains(&done), "{done}");

    desk.run(&["APPLY"])?;
    assert_eq!(desk.run(&[])?, vec!["linked"; 30]);
    Ok(())
}
