//! The three release binaries in a world made for one test.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

pub use crate::builder::Builder;
use crate::cognito::{CREATE, Cognito, DEFINE, Exception, Reply, Session, User, VERIFY};
use crate::directory::Directory;
use crate::lambda::Invoked;
use crate::misbehaving::Misbehaving;
use crate::person;
use crate::proofs::Mode;
use crate::salesforce::Salesforce;
use crate::secrets::Secrets;
use crate::token_store::TokenStore;

/// The app client of the tests.
pub const CLIENT: &str = "1example23456789";

/// `sub` of Alice, the pool user of every world.
pub const ALICE: &str = "3f1d6c4e-0000-4000-8000-00000000a11c";

/// Alice, her token and everything that she talks to.
pub struct World {
    /// The user pool.
    pub cognito: Cognito,
    /// Her organization.
    pub salesforce: Salesforce,
    /// The user directory of the pool.
    pub directory: Directory,
    /// AWS Secrets Manager.
    pub secrets: Secrets,
    /// The table of tokens that were used.
    pub token_store: TokenStore,
    /// What stands in front of her organization, if anything does.
    pub before_salesforce: Option<Misbehaving>,
    /// What stands in front of the directory, if anything does.
    pub before_directory: Option<Misbehaving>,
    /// What stands in front of the table, if anything does.
    pub before_token_store: Option<Misbehaving>,
    /// What stands in front of Secrets Manager, if anything does.
    pub before_secrets: Option<Misbehaving>,
    /// How Verify checks whom a token was issued to.
    pub mode: Mode,
    /// `SALESFORCE_DOMAIN_URL` of Verify.
    pub domain: String,
    /// `iss` of honest id tokens.
    pub issuer: String,
    /// Her address, the same at Salesforce and in the pool. She signs in with it.
    pub email: String,
    /// Her access token.
    pub token: String,
}

impl World {
    /// A world in which Alice can sign in.
    ///
    /// # Errors
    /// A program is missing or did not start.
    pub async fn start() -> Result<Self> {
        Builder::default().start().await
    }

    /// Both API calls of a sign-in as Alice.
    ///
    /// # Errors
    /// The test set-up failed.
    pub async fn sign_in(&self, answer: &str) -> Result<Reply> {
        self.sign_in_as(&self.email, answer).await
    }

    /// The first API call of a sign-in: the session and the public parameters of the challenge.
    ///
    /// # Errors
    /// The test set-up failed, or there was no challenge.
    pub async fn challenge(&self, username: &str) -> Result<(String, Value)> {
        match self.cognito.initiate_auth(CLIENT, username).await? {
            Reply::Challenge { session, parameters } => Ok((session, parameters)),
            other => bail!("no challenge: {other:?}"),
        }
    }

    /// Both API calls of a sign-in.
    ///
    /// # Errors
    /// The test set-up failed.
    pub async fn sign_in_as(&self, username: &str, answer: &str) -> Result<Reply> {
        match self.cognito.initiate_auth(CLIENT, username).await? {
            Reply::Challenge { session, .. } => self.cognito.respond(&session, answer, None).await,
            other => Ok(other),
        }
    }

    /// Both API calls of a sign-in as Alice, with an answer made for the nonce of its challenge.
    ///
    /// # Errors
    /// The test set-up failed, or there was no challenge.
    pub async fn sign_in_with_nonce(&self, answer: impl FnOnce(&str) -> String) -> Result<Reply> {
        let (session, parameters) = self.challenge(&self.email).await?;
        let nonce = parameters["nonce"].as_str().context("no nonce")?;
        self.cognito.respond(&session, &answer(nonce), None).await
    }

    /// Changes one claim of Alice's at Salesforce.
    pub fn claim(&self, name: &str, value: Value) {
        let mut claims = person::claims(&self.email);
        claims[name] = value;
        self.salesforce.grant(&self.token, claims);
    }

    /// Makes `attributes` those of Alice in the pool, over the valid ones.
    pub fn attributes(&mut self, attributes: &[(&str, Value)]) {
        let mut user = User::new(ALICE, &self.email);
        for (name, value) in attributes {
            user.attributes[*name] = value.clone();
        }
        self.cognito.add(&self.email, user);
    }

    /// Makes `users` the ones whom the directory has.
    pub fn found(&self, users: impl IntoIterator<Item = Value>) {
        self.directory.clear();
        users.into_iter().for_each(|user| self.directory.add(user));
    }

    /// The event with which Cognito invokes `function` in Alice's sign-in: a first call of Define or
    /// Create, or a call of Verify with her token.
    pub fn event(&self, function: &str) -> Value {
        let mut session = Session::new(CLIENT, &self.email);
        match function {
            DEFINE => self.cognito.define_event(&session, None),
            CREATE => self.cognito.create_event(&session, None),
            _ => {
                session.private = json!({"nonce": "3q2-7wAAAAAAAAAAAAAAAA", "attemptId": "AAAAAAAAAAAAAAAAAAAAAA"});
                self.cognito.verify_event(&session, &self.token, None)
            }
        }
    }

    /// Invokes a function with an event of the test's choice and returns the `response`.
    ///
    /// # Errors
    /// The function failed, or changed the event beside `response`.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Value> {
        let Invoked::Returned(mut returned) = self.cognito.lambda().invoke(function, event).await? else {
            bail!("{function} failed for {event}");
        };
        let response = returned["response"].take();
        let mut sent = event.clone();
        sent["response"] = Value::Null;
        ensure!(returned == sent, "{function} turned {sent} into {returned}");
        Ok(response)
    }

    /// How many requests Salesforce and the directory got.
    pub async fn requests(&self) -> (usize, usize) {
        (self.salesforce.requests().await, self.directory.requests().await)
    }

    /// The log line of the only verdict that there was.
    ///
    /// # Errors
    /// There was none, or more than one.
    pub fn only_verdict(&self) -> Result<Value> {
        let mut verdicts = self.verdicts()?;
        ensure!(verdicts.len() == 1, "{verdicts:?}");
        verdicts.pop().context("Verify logged no verdict")
    }

    /// The log lines of Verify's verdicts.
    ///
    /// # Errors
    /// A line that the function printed is not JSON.
    pub fn verdicts(&self) -> Result<Vec<Value>> {
        let lines = self.log(VERIFY)?;
        Ok(lines.into_iter().filter(|line| line.get("verdict").is_some()).collect())
    }

    /// The reason in the log line of the last verdict.
    ///
    /// # Errors
    /// There was no verdict, or one without a reason.
    pub fn last_reason(&self) -> Result<String> {
        let verdict = self.verdicts()?.pop().context("Verify logged no verdict")?;
        Ok(verdict["reason"].as_str().with_context(|| format!("no reason in {verdict}"))?.to_owned())
    }

    /// All log lines of a function, without those from which CloudWatch makes metrics.
    ///
    /// # Errors
    /// A line that the function printed is not JSON.
    pub fn log(&self, function: &str) -> Result<Vec<Value>> {
        Ok(self.lines(function)?.into_iter().filter(|line| line.get("_aws").is_none()).collect())
    }

    /// The lines from which CloudWatch makes metrics; Verify alone prints any.
    ///
    /// # Errors
    /// A line that the function printed is not JSON.
    pub fn metric_lines(&self) -> Result<Vec<Value>> {
        Ok(self.lines(VERIFY)?.into_iter().filter(|line| line.get("_aws").is_some()).collect())
    }

    /// All lines of a function.
    ///
    /// # Errors
    /// A line that the function printed is not JSON.
    pub fn lines(&self, function: &str) -> Result<Vec<Value>> {
        let output = self.cognito.lambda().output(function);
        output.lines().map(|line| serde_json::from_str(line).with_context(|| format!("not JSON: {line}"))).collect()
    }
}

/// What a denied caller sees, whatever the reason.
pub fn denied() -> Exception {
    Exception { kind: "NotAuthorizedException", message: "Incorrect username or password.".to_owned() }
}

/// What a caller sees when there was no verdict, whatever the cause.
pub fn unavailable() -> Exception {
    Exception {
        kind: "UserLambdaValidationException",
        message: "VerifyAuthChallengeResponse failed with error temporarily_unavailable.".to_owned(),
    }
}
