//! A world for one test: the release binaries of the three challenge triggers, the services that they call, and a user.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

pub use crate::builder::Builder;
use crate::cognito::{CREATE, Cognito, DEFINE, Exception, Reply, Session, User, VERIFY};
use crate::directory::Directory;
use crate::faults::network::Network;
use crate::faults::proxy::FaultProxy;
use crate::lambda::Invoked;
use crate::person;
use crate::proofs::Mode;
use crate::salesforce::Salesforce;
use crate::secrets::Secrets;
use crate::token_store::TokenStore;

/// The app client of the tests.
pub const CLIENT: &str = "1example23456789";

/// `sub` of Alice, the pool user of every world.
pub const ALICE: &str = "3f1d6c4e-0000-4000-8000-00000000a11c";

/// Alice, her token and the services of her sign-in.
pub struct World {
    pub cognito: Cognito,
    pub salesforce: Salesforce,
    pub directory: Directory,
    pub secrets: Secrets,
    pub token_store: TokenStore,
    /// Controls all proxies together.
    pub network: Network,
    pub salesforce_proxy: Option<FaultProxy>,
    pub directory_proxy: Option<FaultProxy>,
    pub token_store_proxy: Option<FaultProxy>,
    pub secrets_proxy: Option<FaultProxy>,
    pub mode: Mode,
    /// `SALESFORCE_DOMAIN_URL` of Verify.
    pub domain: String,
    /// `iss` of valid `id_token`s.
    pub issuer: String,
    /// Alice's address, the same at Salesforce and in the pool. It is her user name, too.
    pub email: String,
    /// Alice's access token.
    pub token: String,
}

impl World {
    /// A world in which Alice can sign in.
    pub async fn start() -> Result<Self> {
        Builder::default().start().await
    }

    /// Both API calls of a sign-in as Alice.
    pub async fn sign_in(&self, answer: &str) -> Result<Reply> {
        self.sign_in_as(&self.email, answer).await
    }

    /// `InitiateAuth`; returns the session and the public parameters of the challenge.
    pub async fn challenge(&self, username: &str) -> Result<(String, Value)> {
        match self.cognito.initiate_auth(CLIENT, username).await? {
            Reply::Challenge { session, parameters } => Ok((session, parameters)),
            other => bail!("no challenge: {other:?}"),
        }
    }

    /// Both API calls of a sign-in. Errors that the API returns are in the reply.
    pub async fn sign_in_as(&self, username: &str, answer: &str) -> Result<Reply> {
        match self.cognito.initiate_auth(CLIENT, username).await? {
            Reply::Challenge { session, .. } => self.cognito.respond(&session, answer, None).await,
            other => Ok(other),
        }
    }

    /// Both API calls of a sign-in as Alice, with an answer for the nonce of the challenge.
    pub async fn sign_in_with_nonce(&self, answer: impl FnOnce(&str) -> String) -> Result<Reply> {
        let (session, parameters) = self.challenge(&self.email).await?;
        let nonce = parameters["nonce"].as_str().context("no nonce")?;
        self.cognito.respond(&session, &answer(nonce), None).await
    }

    /// Changes one of Alice's claims at UserInfo.
    pub fn claim(&self, name: &str, value: Value) {
        let mut claims = person::claims(&self.email);
        claims[name] = value;
        self.salesforce.grant(&self.token, claims);
    }

    /// Sets these attributes of Alice in the events; all others are valid.
    pub fn attributes(&mut self, attributes: &[(&str, Value)]) {
        let mut user = User::new(ALICE, &self.email);
        for (name, value) in attributes {
            user.attributes[*name] = value.clone();
        }
        self.cognito.add(&self.email, user);
    }

    /// Replaces the users of the directory.
    pub fn set_directory_users(&self, users: impl IntoIterator<Item = Value>) {
        self.directory.clear();
        users.into_iter().for_each(|user| self.directory.add(user));
    }

    /// The event with which Cognito invokes `function` in Alice's sign-in: the first event of Define, or the event of
    /// Create, or that of Verify with her token.
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

    /// Invokes a function with this event, and returns the `response`. Fails if the function changed another member.
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

    /// How many requests Salesforce and the directory received.
    pub async fn requests(&self) -> (usize, usize) {
        (self.salesforce.requests().await, self.directory.requests().await)
    }

    /// The log line of the only verdict. Fails if there is none, or more than one.
    pub fn only_verdict(&self) -> Result<Value> {
        let mut verdicts = self.verdicts()?;
        ensure!(verdicts.len() == 1, "{verdicts:?}");
        verdicts.pop().context("Verify logged no verdict")
    }

    /// The log lines of Verify's verdicts.
    pub fn verdicts(&self) -> Result<Vec<Value>> {
        let lines = self.log(VERIFY)?;
        Ok(lines.into_iter().filter(|line| line.get("verdict").is_some()).collect())
    }

    /// The reason in the log line of the last verdict.
    pub fn last_reason(&self) -> Result<String> {
        let verdict = self.verdicts()?.pop().context("Verify logged no verdict")?;
        Ok(verdict["reason"].as_str().with_context(|| format!("no reason in {verdict}"))?.to_owned())
    }

    /// All log lines of a function, without those from which CloudWatch makes metrics.
    pub fn log(&self, function: &str) -> Result<Vec<Value>> {
        Ok(self.lines(function)?.into_iter().filter(|line| line.get("_aws").is_none()).collect())
    }

    /// The lines from which CloudWatch makes metrics. Of the three triggers only Verify prints them.
    pub fn metric_lines(&self) -> Result<Vec<Value>> {
        Ok(self.lines(VERIFY)?.into_iter().filter(|line| line.get("_aws").is_some()).collect())
    }

    /// All log lines of a function. Fails if one is not JSON.
    pub fn lines(&self, function: &str) -> Result<Vec<Value>> {
        let output = self.cognito.lambda().output(function);
        output.lines().map(|line| serde_json::from_str(line).with_context(|| format!("not JSON: {line}"))).collect()
    }
}

/// What the caller sees after each denial.
pub fn denied() -> Exception {
    Exception { kind: "NotAuthorizedException", message: "Incorrect username or password.".to_owned() }
}

/// What the caller sees if a service did not answer.
pub fn unavailable() -> Exception {
    Exception {
        kind: "UserLambdaValidationException",
        message: "VerifyAuthChallengeResponse failed with error temporarily_unavailable.".to_owned(),
    }
}
