//! The three release binaries in a world made for one test.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cognito::{Cognito, Exception, Reply, User};
use crate::directory::{self, Directory};
use crate::emulator::Emulator;
use crate::person::{self, ORGANIZATION};
use crate::salesforce::Salesforce;

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
    /// `ListUsers` of the pool.
    pub directory: Directory,
    /// Her address, the same at Salesforce and in the pool. She signs in with it.
    pub email: String,
    /// Her access token.
    pub token: String,
}

/// A world before it has started.
#[derive(Default)]
pub struct Builder {
    variables: Vec<(&'static str, String, String)>,
}

impl Builder {
    /// Sets a variable of one function, in place of the valid value.
    #[must_use]
    pub fn variable(mut self, function: &'static str, name: &str, value: &str) -> Self {
        self.variables.push((function, name.to_owned(), value.to_owned()));
        self
    }

    /// Starts everything: a world in which Alice can sign in.
    ///
    /// # Errors
    /// A program is missing or did not start.
    pub async fn start(self) -> Result<World> {
        let salesforce = Salesforce::start().await;
        let directory = Directory::start().await;
        let verify = [
            ("SALESFORCE_DOMAIN_URL", salesforce.origin()),
            ("SALESFORCE_ORGANIZATION_IDS", ORGANIZATION.to_owned()),
            ("SALESFORCE_AUDIENCE_MODE", "unchecked".to_owned()),
            ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", directory.origin()),
        ];
        let create = [("SALESFORCE_DOMAIN_URL", salesforce.origin())];
        let emulator = Emulator::start(&[
            ("define-auth-challenge", self.environment("define-auth-challenge", &[])),
            ("create-auth-challenge", self.environment("create-auth-challenge", &create)),
            ("verify-auth-challenge", self.environment("verify-auth-challenge", &verify)),
        ])
        .await?;
        let email = person::email_of("alice");
        let token = person::token_of(ORGANIZATION);
        salesforce.grant(&token, person::claims(&email));
        directory.add(directory::user(ALICE, &email, true, true));
        let mut cognito = Cognito::new(emulator);
        cognito.add(&email, User::new(ALICE, &email));
        Ok(World { cognito, salesforce, directory, email, token })
    }

    fn environment(&self, function: &str, valid: &[(&str, String)]) -> Vec<(String, String)> {
        let valid = valid.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let changed = self.variables.iter().filter(|(of, ..)| *of == function);
        valid.chain(changed.map(|(_, name, value)| (name.clone(), value.clone()))).collect()
    }
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

    /// The log lines of Verify's verdicts.
    ///
    /// # Errors
    /// A line that the function printed is not JSON.
    pub fn verdicts(&self) -> Result<Vec<Value>> {
        let lines = self.log("verify-auth-challenge")?;
        Ok(lines.into_iter().filter(|line| line.get("verdict").is_some()).collect())
    }

    /// All log lines of a function.
    ///
    /// # Errors
    /// A line that the function printed is not JSON.
    pub fn log(&self, function: &str) -> Result<Vec<Value>> {
        let output = self.cognito.emulator().output(function);
        output.lines().map(|line| serde_json::from_str(line).with_context(|| format!("not JSON: {line}"))).collect()
    }

    /// The reason of the latest verdict.
    ///
    /// # Errors
    /// There is no verdict.
    pub fn last_reason(&self) -> Result<String> {
        let verdicts = self.verdicts()?;
        let last = verdicts.last().context("Verify logged no verdict")?;
        Ok(last["reason"].as_str().unwrap_or_default().to_owned())
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
