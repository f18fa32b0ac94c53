//! A driver that plays Cognito in the `CUSTOM_AUTH` flow, as documented and observed.
//!
//! Sources: "Custom authentication challenge Lambda triggers" and "Customizing user pool workflows with Lambda
//! triggers" in the Amazon Cognito developer guide, and error texts that users have published. `docs/live-checks.md`
//! lists what only AWS itself can show.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

mod challenge_names;
mod repeats;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use crate::lambda::{Invoked, Lambda};

pub use self::challenge_names::CHALLENGE_NAMES;
pub use self::repeats::{Repeats, Used, When};

pub const DEFINE: &str = "define-auth-challenge";
pub const CREATE: &str = "create-auth-challenge";
pub const VERIFY: &str = "verify-auth-challenge";
pub const PRE_TOKEN: &str = "pre-token-generation";
pub const PRE_SIGN_UP: &str = "pre-sign-up";

/// A pool user as in the events of the triggers.
#[derive(Clone, Debug)]
pub struct User {
    pub sub: String,
    /// `userAttributes` of the events.
    pub attributes: Value,
}

impl User {
    /// A confirmed user with a verified e-mail address.
    pub fn new(sub: &str, email: &str) -> Self {
        let attributes =
            json!({"sub": sub, "email": email, "email_verified": "true", "cognito:user_status": "CONFIRMED"});
        Self { sub: sub.to_owned(), attributes }
    }
}

/// An error that the Cognito API returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// `__type`.
    pub kind: &'static str,
    pub message: String,
}

/// A response of `InitiateAuth` or `RespondToAuthChallenge`.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Challenge {
        /// Valid for one answer.
        session: String,
        /// `ChallengeParameters`.
        parameters: Value,
    },
    /// The user is signed in. The driver issues no tokens, and returns their `sub` claim only.
    SignedIn {
        sub: String,
    },
    Failed(Exception),
}

impl Reply {
    pub fn is_signed_in(&self) -> bool {
        matches!(self, Self::SignedIn { .. })
    }

    pub fn exception(&self) -> Option<&Exception> {
        match self {
            Self::Failed(exception) => Some(exception),
            _ => None,
        }
    }
}

/// A user pool with its sessions. Each `Err` is a failure of the test set-up; errors of the API are in the [`Reply`].
pub struct Cognito {
    lambda: Arc<Lambda>,
    users: HashMap<String, User>,
    sessions: Mutex<HashMap<String, Session>>,
    /// How often each trigger is invoked with the same event, because Cognito may repeat an invocation.
    pub invocations: usize,
    pub repeats: Repeats,
}

/// A sign-in between two API calls.
#[derive(Clone)]
pub struct Session {
    username: String,
    client_id: String,
    /// `session` in the events: the finished challenges.
    pub history: Vec<Value>,
    /// `privateChallengeParameters` of the current challenge.
    pub private: Value,
    metadata: Value,
}

impl Session {
    /// A new sign-in.
    pub fn new(client_id: &str, username: &str) -> Self {
        let (username, client_id) = (username.to_owned(), client_id.to_owned());
        Self { username, client_id, history: Vec::new(), private: Value::Null, metadata: Value::Null }
    }
}

impl Cognito {
    pub fn new(lambda: Lambda) -> Self {
        let (lambda, repeats) = (Arc::new(lambda), Repeats::default());
        Self { lambda, users: HashMap::new(), sessions: Mutex::default(), invocations: 1, repeats }
    }

    pub fn lambda(&self) -> &Lambda {
        &self.lambda
    }

    /// Adds a user under the name that the caller signs in with.
    pub fn add(&mut self, username: &str, user: User) {
        self.users.insert(username.to_owned(), user);
    }

    /// A sign-in that waits for an answer.
    pub fn session(&self, session: &str) -> Option<Session> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).get(session).cloned()
    }

    /// Removes a user. Cognito still invokes the triggers for this name.
    pub fn remove(&mut self, username: &str) {
        self.users.remove(username);
    }

    /// `InitiateAuth` with `AuthFlow=CUSTOM_AUTH`. Its `ClientMetadata` reaches no trigger of this flow.
    pub async fn initiate_auth(&self, client_id: &str, username: &str) -> Result<Reply> {
        self.define(Session::new(client_id, username), None).await
    }

    /// `RespondToAuthChallenge` with one `ANSWER`.
    pub async fn respond(&self, session: &str, answer: &str, client_metadata: Option<&Value>) -> Result<Reply> {
        let taken = self.sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
        let Some(mut session) = taken else {
            let message = "Invalid session for the user, session can only be used once.".to_owned();
            return Ok(Reply::Failed(Exception { kind: "NotAuthorizedException", message }));
        };
        let event = self.verify_event(&session, answer, client_metadata);
        let verdict = match self.trigger(VERIFY, "VerifyAuthChallengeResponse", &event).await? {
            Ok(response) => response,
            Err(exception) => return Ok(Reply::Failed(exception)),
        };
        let Some(correct) = verdict["answerCorrect"].as_bool() else {
            return Ok(Reply::Failed(unrecognizable()));
        };
        session.history.push(json!({
            "challengeName": "CUSTOM_CHALLENGE", "challengeResult": correct, "challengeMetadata": session.metadata,
        }));
        self.define(session, client_metadata).await
    }

    /// Invokes Define with a session of these finished challenges.
    pub async fn define_with_history(&self, client_id: &str, username: &str, history: Vec<Value>) -> Result<Reply> {
        self.define(Session { history, ..Session::new(client_id, username) }, None).await
    }

    async fn define(&self, session: Session, client_metadata: Option<&Value>) -> Result<Reply> {
        let event = self.define_event(&session, client_metadata);
        let step = match self.trigger(DEFINE, "DefineAuthChallenge", &event).await? {
            Ok(response) => response,
            Err(exception) => return Ok(Reply::Failed(exception)),
        };
        match (step["issueTokens"].as_bool(), step["failAuthentication"].as_bool(), step["challengeName"].as_str()) {
            (Some(true), Some(false), _) => match self.users.get(&session.username) {
                Some(user) => Ok(Reply::SignedIn { sub: user.sub.clone() }),
                None => bail!("Define issued tokens for a user who does not exist"),
            },
            (Some(false), Some(true), _) => {
                let message = "Incorrect username or password.".to_owned();
                Ok(Reply::Failed(Exception { kind: "NotAuthorizedException", message }))
            }
            (Some(false), Some(false), Some("CUSTOM_CHALLENGE")) => self.create(session, client_metadata).await,
            _ => bail!("AWS does not document what Cognito does with this response of Define: {step}"),
        }
    }

    async fn create(&self, mut session: Session, client_metadata: Option<&Value>) -> Result<Reply> {
        let event = self.create_event(&session, client_metadata);
        let challenge = match self.trigger(CREATE, "CreateAuthChallenge", &event).await? {
            Ok(response) => response,
            Err(exception) => return Ok(Reply::Failed(exception)),
        };
        let (Some(mut parameters), Some(_)) =
            (strings(&challenge["publicChallengeParameters"]), strings(&challenge["privateChallengeParameters"]))
        else {
            return Ok(Reply::Failed(unrecognizable()));
        };
        parameters.insert("USERNAME".to_owned(), json!(session.username));
        session.private = challenge["privateChallengeParameters"].clone();
        session.metadata = challenge["challengeMetadata"].clone();
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let id = format!("session-{}-{}", sessions.len(), crate::person::token_of(crate::person::ORGANIZATION));
        sessions.insert(id.clone(), session);
        Ok(Reply::Challenge { session: id, parameters: Value::Object(parameters) })
    }

    /// The event of Define.
    pub fn define_event(&self, session: &Session, client_metadata: Option<&Value>) -> Value {
        let mut event = self.event("DefineAuthChallenge", session, client_metadata);
        event["request"]["session"] = json!(session.history);
        event["response"] = json!({"challengeName": null, "issueTokens": null, "failAuthentication": null});
        event
    }

    /// The event of Create.
    pub fn create_event(&self, session: &Session, client_metadata: Option<&Value>) -> Value {
        let mut event = self.event("CreateAuthChallenge", session, client_metadata);
        event["request"]["challengeName"] = json!("CUSTOM_CHALLENGE");
        event["request"]["session"] = json!(session.history);
        event["response"] =
            json!({"publicChallengeParameters": null, "privateChallengeParameters": null, "challengeMetadata": null});
        event
    }

    /// The event of Verify.
    pub fn verify_event(&self, session: &Session, answer: &str, client_metadata: Option<&Value>) -> Value {
        let mut event = self.event("VerifyAuthChallengeResponse", session, client_metadata);
        event["request"]["privateChallengeParameters"] = session.private.clone();
        event["request"]["challengeAnswer"] = json!(answer);
        event["response"] = json!({"answerCorrect": null});
        event
    }

    /// The common members of an event. The app client has `PreventUserExistenceErrors`, so there are events for unknown
    /// users.
    fn event(&self, trigger: &str, session: &Session, client_metadata: Option<&Value>) -> Value {
        let user = self.users.get(&session.username);
        let attributes = user.map_or(json!({}), |user| user.attributes.clone());
        let mut request = json!({"userAttributes": attributes, "userNotFound": user.is_none()});
        if let Some(metadata) = client_metadata {
            request["clientMetadata"] = metadata.clone();
        }
        json!({
            "version": "1", "triggerSource": format!("{trigger}_Authentication"), "region": "eu-west-1",
            "userPoolId": "eu-west-1_EXAMPLE", "userName": session.username,
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": session.client_id},
            "request": request,
        })
    }

    /// Invokes a function [`invocations`](Self::invocations) times, and returns the result that Cognito uses. Fails if
    /// the results differ.
    pub async fn invoke(&self, function: &'static str, event: &Value) -> Result<Invoked> {
        self.repeats.invoke(self.invocations, &self.lambda, function, event).await
    }

    /// Invokes a trigger, checks that it returned the event unchanged, and returns the `response`.
    async fn trigger(&self, function: &'static str, trigger: &str, event: &Value) -> Result<Result<Value, Exception>> {
        Ok(match self.invoke(function, event).await? {
            Invoked::TimedOut => Err(Exception {
                kind: "UnexpectedLambdaException",
                message: format!(
                    "{trigger} invocation failed due to error Socket timeout while invoking Lambda function."
                ),
            }),
            Invoked::Failed { message, .. } => Err(Exception {
                kind: "UserLambdaValidationException",
                message: format!("{trigger} failed with error {message}."),
            }),
            Invoked::Returned(mut returned) => {
                let response = returned.get_mut("response").map_or(Value::Null, Value::take);
                let mut sent = event.clone();
                sent["response"] = Value::Null;
                if returned == sent && response.is_object() { Ok(response) } else { Err(unrecognizable()) }
            }
        })
    }
}

fn strings(parameters: &Value) -> Option<Map<String, Value>> {
    parameters.as_object().filter(|members| members.values().all(Value::is_string)).cloned()
}

fn unrecognizable() -> Exception {
    Exception { kind: "InvalidLambdaResponseException", message: "Unrecognizable lambda output".to_owned() }
}
