//! The measured programs.

use std::path::PathBuf;

use anyhow::Result;
use integration_tests::cognito::{CREATE, DEFINE, PRE_SIGN_UP, PRE_TOKEN, VERIFY};
use integration_tests::person::{self, ORGANIZATION};
use integration_tests::proofs::{self, CONSUMER_KEY};
use integration_tests::repository;
use integration_tests::sign_ups::{self, NAME_ID, PROVIDER};
use integration_tests::signing_keys::SigningKey;
use integration_tests::world::ALICE;
use serde_json::{Value, json};

use crate::server::EMAIL;

/// One program under measurement.
pub struct Subject {
    /// The name in the tables.
    pub name: &'static str,
    /// The program and its arguments.
    pub command: (PathBuf, Vec<String>),
    /// The files of its deployment package.
    pub files: Vec<PathBuf>,
    /// The trigger whose events it gets.
    pub trigger: &'static str,
    /// Whether it is a native program, so that its instructions can be counted.
    pub native: bool,
    /// Whether it gets a JWT-based access token and checks its signature. Otherwise the access token is opaque.
    pub signed: bool,
}

impl Subject {
    /// A program of one file.
    pub fn native(name: &'static str, trigger: &'static str, path: PathBuf) -> Self {
        Self { name, files: vec![path.clone()], command: (path, vec![]), trigger, native: true, signed: false }
    }

    /// Whether `make build` links it statically if the target is installed.
    pub fn is_static_on_a_complete_toolchain(&self) -> bool {
        ![VERIFY, PRE_SIGN_UP].contains(&self.trigger)
    }

    /// Whether it is linked statically: it names no dynamic loader.
    pub fn is_static(&self) -> Result<bool> {
        const LOADER: &[u8] = b"/ld-linux";
        Ok(!std::fs::read(&self.command.0)?.windows(LOADER.len()).any(|bytes| bytes == LOADER))
    }
}

/// All measured programs.
pub fn all() -> Result<Vec<Subject>> {
    let root = repository::root();
    let node = |name, trigger: &'static str| {
        let files = ["runtime", trigger].map(|file| root.join("bench/node/dist").join(file).with_extension("mjs"));
        let arguments = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        // On Lambda, the loop is in the runtime and not in the package.
        let package = files.into_iter().skip(1).collect();
        Subject { name, files: package, command: ("node".into(), arguments), trigger, native: false, signed: false }
    };
    let minimal = |name: &str| root.join("target/release").join(name);
    Ok(vec![
        Subject::native("no-op, static", DEFINE, root.join("target").join(musl()).join("release/no-op")),
        Subject::native("define", DEFINE, repository::binary(DEFINE)?),
        Subject::native("create", CREATE, repository::binary(CREATE)?),
        Subject::native("no-op", DEFINE, minimal("no-op")),
        Subject::native("two-calls", VERIFY, minimal("two-calls")),
        Subject::native("verify", VERIFY, repository::binary(VERIFY)?),
        Subject { signed: true, ..Subject::native("verify, JWT", VERIFY, repository::binary(VERIFY)?) },
        node("Node.js define", DEFINE),
        node("Node.js create", CREATE),
        node("Node.js verify", VERIFY),
    ])
}

/// The target of statically linked triggers.
pub fn musl() -> String {
    format!("{}-unknown-linux-musl", std::env::consts::ARCH)
}

/// The triggers only, including the optional ones.
pub fn triggers() -> Result<Vec<Subject>> {
    let challenge = all()?.into_iter().filter(|subject| ["define", "create", "verify"].contains(&subject.name));
    let optional = [
        Subject::native("pre-token-generation", PRE_TOKEN, repository::binary(PRE_TOKEN)?),
        Subject::native("pre-sign-up", PRE_SIGN_UP, repository::binary(PRE_SIGN_UP)?),
    ];
    Ok(challenge.chain(optional).collect())
}

/// The event of a trigger. For Define it is the last event of a sign-in, which is the largest one.
pub fn event(trigger: &str, token: &str) -> Value {
    if trigger == PRE_SIGN_UP {
        return sign_ups::event(&format!("{PROVIDER}_{NAME_ID}"), EMAIL);
    }
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
        PRE_TOKEN => (
            "TokenGeneration",
            json!({"groupConfiguration": {}, "scopes": ["aws.cognito.signin.user.admin"]}),
            json!({"claimsAndScopeOverrideDetails": null}),
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
        "version": if trigger == PRE_TOKEN { "2" } else { "1" },
        "triggerSource": format!("{source}_Authentication"), "region": "eu-west-1",
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

/// The variables of a trigger whose services are at `origin`; `certificates` is the file of their CA.
pub fn variables(trigger: &str, signed: bool, origin: &str, certificates: &str) -> Vec<(String, String)> {
    let domain = ("SALESFORCE_DOMAIN_URL", origin);
    let variables = match trigger {
        DEFINE => vec![("ALLOWED_CLIENT_IDS", "1example23456789")],
        CREATE => vec![domain],
        PRE_TOKEN => vec![("ALLOWED_CLIENT_IDS", "1example23456789"), ("TOKEN_SCOPES", "orders/read")],
        PRE_SIGN_UP => vec![
            ("SAML_PROVIDERS", PROVIDER),
            ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", origin),
            ("SSL_CERT_FILE", certificates),
        ],
        _ => vec![
            domain,
            ("SALESFORCE_ORGANIZATION_IDS", ORGANIZATION),
            ("SALESFORCE_AUDIENCE_MODE", if signed { "access_token_jwt" } else { "unchecked" }),
            ("SALESFORCE_CLIENT_IDS", CONSUMER_KEY),
            ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", origin),
            ("SSL_CERT_FILE", certificates),
            ("NODE_EXTRA_CA_CERTS", certificates),
        ],
    };
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The access token. If it is signed, its issuer is `origin`.
pub fn token(signed: bool, origin: &str) -> String {
    if signed {
        SigningKey::current().sign(&proofs::access_header(), &proofs::access_claims(origin))
    } else {
        person::token_of(ORGANIZATION)
    }
}
