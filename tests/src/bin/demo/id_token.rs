//! The mode for production: an `id_token` proves that the login was for this app and for this sign-in.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result, ensure};
use integration_tests::lambda::client;
use integration_tests::tokens::PoolKeys;
use serde_json::{Value, json};

use crate::denials::expect_denial;
use crate::deployment::Deployment;
use crate::narration::Narration;
use crate::sign_in::{initiate_auth, respond};

/// Deploys this mode, signs Alice in, and shows two denials.
pub async fn perform(deployment: Deployment, narration: &mut Narration) -> Result<Deployment> {
    narration.title("The same in the id_token mode: the login must have been for this app and this sign-in");
    let deployment = deployment.switch_to_id_tokens(narration).await?;
    let challenge = narration.step("InitiateAuth (CUSTOM_AUTH)", initiate_auth(&deployment)).await?;
    let parameters = challenge.challenge_parameters().context("no challenge parameters")?;
    let nonce = parameters.get("nonce").context("no nonce")?;
    narration.fact("nonce", nonce);
    let login = narration
        .step("Alice logs in at Salesforce, which puts the nonce into an id_token", log_in(&deployment, nonce));
    let tokens = login.await?;
    let answered = narration.step("RespondToAuthChallenge (ANSWER = both tokens, as JSON)", async {
        respond(&deployment, &challenge, &tokens.to_string()).await
    });
    let issued = answered.await?.map_err(anyhow::Error::msg)?;
    let keys = PoolKeys::fetch(deployment.local_aws.endpoint(), &deployment.outputs).await?;
    let claims = keys.verify_id_token(issued.id_token().context("no id token")?)?;
    ensure!(claims["email"] == deployment.salesforce.email.as_str(), "the ID token is for another user");
    narration.fact("id token", format_args!("sub = {}", claims["sub"]));

    let alone = tokens["access_token"].as_str().context("no access token")?;
    expect_denial(&deployment, narration, "the access token alone, which any app can have", alone, "id-token-missing")
        .await?;
    let captured = "the same two tokens in another sign-in, as after a capture";
    expect_denial(&deployment, narration, captured, &tokens.to_string(), "id-token-nonce").await?;
    Ok(deployment)
}

/// The result of a login at Salesforce: an access token and an `id_token`.
async fn log_in(deployment: &Deployment, nonce: &str) -> Result<Value> {
    let url = format!("{}/services/oauth2/token", deployment.salesforce.origin);
    let form = format!("grant_type=authorization_code&client_id={}&nonce={nonce}", deployment.salesforce.consumer_key);
    let request = client()?.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
    let granted: Value = request.send().await?.error_for_status()?.json().await?;
    Ok(json!({"access_token": granted["access_token"], "id_token": granted["id_token"]}))
}
