//! First sign-ins through a SAML provider: the release binary of Pre Sign-up, and the pool that it asks.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::cognito::PRE_SIGN_UP;
use crate::directory::{Directory, identities, with_attribute};
use crate::lambda::Invoked;
use crate::lambda::environments::Environment;

/// The provider that is listed.
pub const PROVIDER: &str = "Okta";

/// The address of the person who signs in.
pub const EMAIL: &str = "alice.canary@acme.example";

/// The NameID of the person who signs in.
pub const NAME_ID: &str = "Alice_Canary";

/// A pool, and the function that is shown its sign-ups.
pub struct SignUps {
    /// The process.
    pub function: Environment,
    /// The users of the pool.
    pub directory: Directory,
}

impl SignUps {
    /// Starts the function with one provider listed, and more variables or others.
    ///
    /// # Errors
    /// The program is missing or did not start.
    pub async fn start(variables: &[(&str, &str)]) -> Result<Self> {
        let directory = Directory::start().await;
        let function = start_function(&directory.origin(), variables).await?;
        Ok(Self { function, directory })
    }

    /// Shows the function an event, which must come back byte for byte.
    ///
    /// # Errors
    /// It did not.
    pub async fn goes_on(&self, event: &Value) -> Result<()> {
        goes_on(&self.function, event).await
    }

    /// Whom the linked identities of the pool belong to: provider, NameID and user name of each.
    pub fn links(&self) -> Vec<(String, String, String)> {
        Self::links_of(&self.directory.users())
    }

    /// Whom the linked identities of these users belong to.
    pub fn links_of(users: &[Value]) -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let of_user = |user: &Value| -> Vec<_> {
            let link = |entry: Value| (text(&entry["providerName"]), text(&entry["userId"]), text(&user["Username"]));
            identities(user).into_iter().filter(|entry| entry["primary"] == false).map(link).collect()
        };
        users.iter().flat_map(of_user).collect()
    }

    /// The lines of the log that hold a verdict.
    ///
    /// # Errors
    /// A line is not JSON.
    pub fn verdicts(&self) -> Result<Vec<Value>> {
        verdicts(&self.function)
    }

    /// The lines of the log from which CloudWatch makes metrics.
    ///
    /// # Errors
    /// A line is not JSON.
    pub fn metric_lines(&self) -> Result<Vec<Value>> {
        lines_with(&self.function, "_aws")
    }

    /// Verdict and reason of the only line that there is.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn only_verdict(&self) -> Result<(String, String)> {
        let verdicts = self.verdicts()?;
        ensure!(verdicts.len() == 1, "{verdicts:?}");
        let text = |name: &str| verdicts[0][name].as_str().unwrap_or_default().to_owned();
        Ok((text("verdict"), text("reason")))
    }
}

/// Starts the function with one provider listed, and more variables or others.
///
/// # Errors
/// The program is missing or did not start.
pub async fn start_function(directory: &str, variables: &[(&str, &str)]) -> Result<Environment> {
    let valid = [("SAML_PROVIDERS", PROVIDER), ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", directory)];
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Environment::start(PRE_SIGN_UP, &valid.iter().chain(variables).map(owned).collect::<Vec<_>>()).await
}

/// Shows a function an event, which must come back byte for byte.
///
/// # Errors
/// It did not.
pub async fn goes_on(function: &Environment, event: &Value) -> Result<()> {
    let text = serde_json::to_string_pretty(event)?;
    let invoked = function.invoke(text.clone()).await?;
    ensure!(matches!(invoked, Invoked::Returned(_)), "{event}: {invoked:?}");
    ensure!(function.answered() == text, "{event} came back as {}", function.answered());
    Ok(())
}

/// The lines of a function's log that hold a verdict.
///
/// # Errors
/// A line is not JSON.
pub fn verdicts(function: &Environment) -> Result<Vec<Value>> {
    lines_with(function, "verdict")
}

fn lines_with(function: &Environment, member: &str) -> Result<Vec<Value>> {
    let output = function.output();
    let lines = output.lines().map(|line| serde_json::from_str(line).with_context(|| format!("not JSON: {line}")));
    let lines: Vec<Value> = lines.collect::<Result<_>>()?;
    Ok(lines.into_iter().filter(|line| line.get(member).is_some()).collect())
}

/// The event of the first sign-in of an identity, as the developer guide has it.
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

/// The event of the person who signs in.
pub fn alice() -> Value {
    event(&format!("{PROVIDER}_{NAME_ID}"), EMAIL)
}

/// A local profile with the address.
pub fn local(name: &str) -> Value {
    crate::directory::user(name, EMAIL, true, true)
}

/// A profile that Cognito has made for an identity.
pub fn federated(provider: &str, name_id: &str) -> Value {
    let identities = json!([{"userId": name_id, "providerName": provider, "providerType": "SAML", "primary": true}]);
    let mut profile = local(&format!("{provider}_{name_id}"));
    profile["UserStatus"] = json!("EXTERNAL_PROVIDER");
    with_attribute(profile, "identities", &identities.to_string())
}
