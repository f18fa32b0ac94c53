//! What is measured, and beside what.

use std::path::PathBuf;

use anyhow::Result;
use integration_tests::cognito::{CREATE, DEFINE, VERIFY};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::repository;
use integration_tests::world::ALICE;
use serde_json::{Value, json};

use crate::server::EMAIL;

/// One program under measurement.
pub struct Subject {
    /// What the tables call it.
    pub name: &'static str,
    /// The program and its arguments.
    pub command: (PathBuf, Vec<String>),
    /// What its deployment package holds.
    pub files: Vec<PathBuf>,
    /// The trigger whose event it gets.
    pub trigger: &'static str,
    /// Whether it is a native program, whose instructions can be counted.
    pub native: bool,
}

/// Everything that is measured.
pub fn all() -> Result<Vec<Subject>> {
    let root = repository::root();
    let native = |name, trigger, path: PathBuf| Subject {
        name,
        files: vec![path.clone()],
        command: (path, vec![]),
        trigger,
        native: true,
    };
    let node = |name, trigger: &'static str| {
        let files = ["runtime", trigger].map(|file| root.join("bench/node/dist").join(file).with_extension("mjs"));
        let arguments = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        // On Lambda the loop is part of the runtime and not of the package.
        let package = files.into_iter().skip(1).collect();
        Subject { name, files: package, command: ("node".into(), arguments), trigger, native: false }
    };
    let floor = |name: &str| root.join("target/release").join(name);
    Ok(vec![
        native("no-op", DEFINE, floor("no-op")),
        native("define", DEFINE, repository::binary(DEFINE)?),
        native("create", CREATE, repository::binary(CREATE)?),
        native("two-calls", VERIFY, floor("two-calls")),
        native("verify", VERIFY, repository::binary(VERIFY)?),
        node("Node.js define", DEFINE),
        node("Node.js create", CREATE),
        node("Node.js verify", VERIFY),
    ])
}

/// The triggers alone.
pub fn triggers() -> Result<Vec<Subject>> {
    Ok(all()?.into_iter().filter(|subject| ["define", "create", "verify"].contains(&subject.name)).collect())
}

/// The event that Cognito sends to a trigger: for Define the last round of a sign-in, which has most in it.
pub fn event(trigger: &str, token: &str) -> Value {
    let (source, request, response) = match trigger {
        DEFINE => (
            "DefineAuthChallenge",
            json!({"session": [{
                "challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "SALESFORCE_TOKEN",
            }]}),
            json!({"challengeName": null, "issueTokens": null, "failAuthentication": null}),
        ),
        CREATE => (
            "CreateAuthChallenge",
            json!({"challengeName": "CUSTOM_CHALLENGE", "session": []}),
            json!({"publicChallengeParameters": null, "privateChallengeParameters": null, "challengeMetadata": null}),
        ),
        _ => (
            "VerifyAuthChallengeResponse",
            json!({
                "privateChallengeParameters": {"nonce": "3q2-7wAAAAAAAAAAAAAAAA", "attemptId": "AAAAAAAAAAAAAAAAAAAAAA"},
                "challengeAnswer": token,
            }),
            json!({"answerCorrect": null}),
        ),
    };
    let mut event = json!({
        "version": "1", "triggerSource": format!("{source}_Authentication"), "region": "eu-west-1",
        "userPoolId": "eu-west-1_EXAMPLE", "userName": ALICE,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "1example23456789"},
        "request": request, "response": response,
    });
    if let Some(request) = event.get_mut("request").and_then(Value::as_object_mut) {
        let attributes = json!({
            "sub": ALICE, "email": EMAIL, "email_verified": "true", "cognito:user_status": "CONFIRMED",
        });
        request.extend([("userAttributes".to_owned(), attributes), ("userNotFound".to_owned(), json!(false))]);
    }
    event
}

/// The variables of a trigger whose services are at `origin`, behind a certificate of the authority in `certificates`.
pub fn variables(trigger: &str, origin: &str, certificates: &str) -> Vec<(String, String)> {
    let domain = ("SALESFORCE_DOMAIN_URL", origin);
    let variables = match trigger {
        DEFINE => vec![("ALLOWED_CLIENT_IDS", "1example23456789")],
        CREATE => vec![domain],
        _ => vec![
            domain,
            ("SALESFORCE_ORGANIZATION_IDS", ORGANIZATION),
            ("SALESFORCE_AUDIENCE_MODE", "unchecked"),
            ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", origin),
            ("SSL_CERT_FILE", certificates),
            ("NODE_EXTRA_CA_CERTS", certificates),
        ],
    };
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The access token that is sent.
pub fn token() -> String {
    person::token_of(ORGANIZATION)
}
