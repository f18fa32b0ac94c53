//! `make link-users` against local AWS: the tool as an operator runs it, and the SAML sign-ins before and after it.
//!
//! How Cognito links a SAML identity is local AWS's reading of the documentation here; `docs/live-checks.md` says what
//! remains to be seen on AWS.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use integration_tests::aws::REGION;
use integration_tests::local_aws::LocalAws;
use integration_tests::process::clean;
use integration_tests::repository;
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use serde_json::Value;
use tempfile::TempDir;

const PROVIDER: &str = "Okta";
// The AWS CLI would fetch what is behind an http address, and hand that over in its place.
const CALLBACK: &str = "acme://callback";

/// A pool with a SAML identity provider, and the operator's files.
struct Desk {
    aws: LocalAws,
    pool: String,
    client: String,
    files: TempDir,
}

impl Desk {
    async fn new() -> Result<Self> {
        let aws = LocalAws::start().await?;
        let created = aws.cli(&words("cognito-idp create-user-pool --pool-name saml --username-attributes email"))?;
        let pool = created["UserPool"]["Id"].as_str().context("no pool")?.to_owned();
        let details = "--provider-details MetadataURL=https://idp.example/metadata --attribute-mapping email=email";
        aws.cli(&words(&format!(
            "cognito-idp create-identity-provider --user-pool-id {pool} --provider-name {PROVIDER} \
             --provider-type SAML {details}"
        )))?;
        let oauth =
            "--allowed-o-auth-flows code --allowed-o-auth-scopes openid --allowed-o-auth-flows-user-pool-client";
        let created = aws.cli(&words(&format!(
            "cognito-idp create-user-pool-client --user-pool-id {pool} --client-name web {oauth} \
             --callback-urls {CALLBACK} --supported-identity-providers {PROVIDER}"
        )))?;
        let client = created["UserPoolClient"]["ClientId"].as_str().context("no client")?.to_owned();
        Ok(Self { aws, pool, client, files: repository::scratch()? })
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
        clean(&mut node).args(["--import", "tsx", "tools/link-users.ts"]).current_dir(repository::root().join("cdk"));
        node.envs([
            ("AWS_ENDPOINT_URL", self.aws.endpoint()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", REGION),
            ("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true"),
            ("POOL", &self.pool),
            ("PROVIDER", PROVIDER),
        ]);
        node.env("IDENTITIES", self.file("people.csv"));
        node.env("REPORT", self.file("report.csv")).env("JOURNAL", self.file("journal.jsonl"));
        node.envs(switches.iter().map(|switch| (switch, "1")));
        node.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        node
    }

    /// Runs the tool to its end and returns the classes of its report.
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
            self.pool
        )))?;
        Ok(created["User"]["Username"].as_str().context("no user")?.to_owned())
    }

    fn users(&self) -> Result<Vec<Value>> {
        let listed = self.aws.cli(&words(&format!("cognito-idp list-users --user-pool-id {}", self.pool)))?;
        Ok(listed["Users"].as_array().context("no users")?.clone())
    }

    /// A SAML sign-in in the browser; returns the `sub` of the ID token.
    async fn saml_sign_in(&self, name_id: &str, email: &str) -> Result<String> {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build()?;
        let url = |path: &str| format!("{}/{path}", self.aws.endpoint());
        let query = format!(
            "response_type=code&client_id={}&redirect_uri={CALLBACK}&scope=openid&identity_provider={PROVIDER}",
            self.client
        );
        let to_provider = location(&http.get(url(&format!("oauth2/authorize?{query}"))).send().await?)?;
        let relay = parameter(&to_provider, "RelayState")?;
        let assertion = format!(
            r#"<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Subject><NameID>{name_id}</NameID></Subject>
            <AttributeStatement><Attribute Name="email"><AttributeValue>{email}</AttributeValue></Attribute>
            </AttributeStatement></Assertion>"#
        );
        let form = [("SAMLResponse", STANDARD.encode(assertion)), ("RelayState", relay)];
        let back = location(&http.post(url("saml2/idpresponse")).form(&form).send().await?)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.client),
            ("redirect_uri", CALLBACK),
            ("code", &parameter(&back, "code")?),
        ];
        let tokens: Value = http.post(url("oauth2/token")).form(&form).send().await?.json().await?;
        let id_token = tokens["id_token"].as_str().context("no ID token")?;
        let payload = URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1).unwrap_or_default())?;
        let claims: Value = serde_json::from_slice(&payload)?;
        Ok(claims["sub"].as_str().context("no sub")?.to_owned())
    }
}

fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn location(response: &reqwest::Response) -> Result<String> {
    let location = response.headers().get(LOCATION).with_context(|| format!("{} is no redirect", response.status()))?;
    Ok(location.to_str()?.to_owned())
}

fn parameter(url: &str, name: &str) -> Result<String> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Ok(pairs.find(|(key, _)| *key == name).with_context(|| format!("no {name}"))?.1.to_owned())
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
    assert_eq!(desk.run(&[])?, ["needs-link", "needs-profile-and-link", "loses-sub-unproved"]);
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
async fn a_person_who_has_signed_in_by_saml_is_replaced_only_when_asked_and_has_another_sub() -> Result<()> {
    let desk = Desk::new().await?;
    let before = desk.saml_sign_in("bob", "bob@acme.example").await?;
    desk.list(one("bob@acme.example", "bob"))?;
    assert_eq!(desk.run(&["APPLY"])?, ["loses-sub"]);
    assert_eq!(desk.saml_sign_in("bob", "bob@acme.example").await?, before);

    desk.run(&["APPLY", "REPLACE_FEDERATED"])?;
    let after = desk.saml_sign_in("bob", "bob@acme.example").await?;
    assert_ne!(after, before);
    assert_eq!(desk.users()?.len(), 1);
    assert_eq!(desk.run(&[])?, ["linked"]);
    Ok(())
}

#[tokio::test]
async fn an_interrupted_run_ends_in_order_and_the_same_command_completes_it() -> Result<()> {
    let desk = Desk::new().await?;
    let people = (0..30).map(|index| (format!("person{index}@acme.example"), format!("id-{index}")));
    desk.list(people)?;
    let tool = desk.command(&["APPLY"]).spawn()?;
    while !desk.file("journal.jsonl").exists() {
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
