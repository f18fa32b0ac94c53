//! First sign-ins through a SAML provider: the release binary of Pre Sign-up, and a simulated pool.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::cognito::PRE_SIGN_UP;
use crate::directory::{Directory, identities, with_attribute};
use crate::lambda::Invoked;
use crate::lambda::environments::Environment;

/// The provider in `SAML_PROVIDERS`.
pub const PROVIDER: &str = "Okta";

/// The address of the user who signs in.
pub const EMAIL: &str = "alice.canary@acme.example";

/// The NameID of the user who signs in.
pub const NAME_ID: &str = "Alice_Canary";

/// A pool, and the function that gets its sign-up events.
pub struct SignUps {
    pub function: Environment,
    pub directory: Directory,
}

impl SignUps {
    /// As [`start_function`].
    pub async fn start(variables: &[(&str, &str)]) -> Result<Self> {
        let directory = Directory::start().await;
        let function = start_function(&directory.origin(), variables).await?;
        Ok(Self { function, directory })
    }

    /// As [`returns_unchanged`].
    pub async fn returns_unchanged(&self, event: &Value) -> Result<()> {
        returns_unchanged(&self.function, event).await
    }

    /// The linked identities of the pool: provider, NameID and user name of each.
    pub fn links(&self) -> Vec<(String, String, String)> {
        Self::links_of(&self.directory.users())
    }

    /// The linked identities of these users.
    pub fn links_of(users: &[Value]) -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let of_user = |user: &Value| -> Vec<_> {
            let link = |entry: Value| (text(&entry["providerName"]), text(&entry["userId"]), text(&user["Username"]));
            identities(user).into_iter().filter(|entry| entry["primary"] == false).map(link).collect()
        };
        users.iter().flat_map(of_user).collect()
    }

    /// The log lines with a verdict.
    pub fn verdicts(&self) -> Result<Vec<Value>> {
        verdicts(&self.function)
    }

    /// The log lines from which CloudWatch makes metrics.
    pub fn metric_lines(&self) -> Result<Vec<Value>> {
        lines_with(&self.function, "_aws")
    }

    /// Verdict and reason of the only log line with a verdict. Fails if there are more.
    pub fn only_verdict(&self) -> Result<(String, String)> {
        let verdicts = self.verdicts()?;
        ensure!(verdicts.len() == 1, "{verdicts:?}");
        let text = |name: &str| verdicts[0][name].as_str().unwrap_or_default().to_owned();
        Ok((text("verdict"), text("reason")))
    }
}

/// Starts the function with one provider in `SAML_PROVIDERS`. `variables` are added to the valid ones, or replace them.
pub async fn start_function(directory: &str, variables: &[(&str, &str)]) -> Result<Environment> {
    let valid = [("SAML_PROVIDERS", PROVIDER), ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", directory)];
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Environment::start(PRE_SIGN_UP, &valid.iter().chain(variables).map(owned).collect::<Vec<_>>()).await
}

/// Invokes the function, which must return the event byte for byte.
pub async fn returns_unchanged(function: &Environment, event: &Value) -> Result<()> {
    let text = serde_json::to_string_pretty(event)?;
    let invoked = function.invoke(text.clone()).await?;
    ensure!(matches!(invoked, Invoked::Returned(_)), "{event}: {invoked:?}");
    let response = function.last_response();
    ensure!(response == text, "{event} became {response}");
    Ok(())
}

/// The log lines of a function with a verdict.
pub fn verdicts(function: &Environment) -> Result<Vec<Value>> {
    lines_with(function, "verdict")
}

fn lines_with(function: &Environment, member: &str) -> Result<Vec<Value>> {
    let output = function.output();
    let lines = output.lines().map(|line| serde_json::from_str(line).with_context(|| format!("not JSON: {line}")));
    let lines: Vec<Value> = lines.collect::<Result<_>>()?;
    Ok(lines.into_iter().filter(|line| line.get(member).is_some()).collect())
}

/// The event of the first sign-in of an identity, as in the developer guide.
pub fn event(user_name: &str, email: &str) -> Value {
    json!({
        "version": "1", "triggerSource": "PreSignUp_ExternalProvider", "region": "eu-west-1",
        "userPoolId": "eu-west-1_EXAMPLE", "userName": user_name,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "1example23456789"},
        "request": {
            "userAttributes": {
                "email": email, "email_verified": "false", "cognito:email_alias": "", "cognito:phone_number_alias": "",
            },
            "validationData": {},
        },
        "response": {"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false},
    })
}

/// The event of Alice's first sign-in.
pub fn alice_event() -> Value {
    event(&format!("{PROVIDER}_{NAME_ID}"), EMAIL)
}

/// A local profile with Alice's address.
pub fn local_profile(name: &str) -> Value {
    crate::directory::user(name, EMAIL, true, true)
}

/// A federated profile with Alice's address, as Cognito creates it for an identity.
pub fn federated_profile(provider: &str, name_id: &str) -> Value {
    let identities = json!([{"userId": name_id, "providerName": provider, "providerType": "SAML", "primary": true}]);
    let mut profile = local_profile(&format!("{provider}_{name_id}"));
    profile["UserStatus"] = json!("EXTERNAL_PROVIDER");
    with_attribute(profile, "identities", &identities.to_string())
}
