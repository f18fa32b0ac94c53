//! The mode for production: the app proves by an `id_token` that the login was for it and for this very sign-in.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result, ensure};
use integration_tests::lambda::client;
use integration_tests::tokens::PoolKeys;
use serde_json::{Value, json};

use crate::narration::Narration;
use crate::refusals::refuse;
use crate::sign_in::{initiate_auth, respond};
use crate::stage::Stage;

/// Deploys in that mode, signs Alice in, and shows what no longer does.
///
/// # Errors
/// Anything did not go as it must.
pub async fn perform(stage: Stage, narration: &mut Narration) -> Result<Stage> {
    narration.title("The same in the id_token mode: the login must have been for this app and this sign-in");
    let stage = stage.switch_to_id_tokens(narration).await?;
    let challenge = narration.step("InitiateAuth (CUSTOM_AUTH)", initiate_auth(&stage)).await?;
    let parameters = challenge.challenge_parameters().context("no challenge parameters")?;
    let nonce = parameters.get("nonce").context("no nonce")?;
    narration.fact("nonce", nonce);
    let login =
        narration.step("Alice logs in at Salesforce, which puts the nonce into an id_token", log_in(&stage, nonce));
    let tokens = login.await?;
    let answered = narration.step("RespondToAuthChallenge (ANSWER = both tokens, as JSON)", async {
        respond(&stage, &challenge, &tokens.to_string()).await
    });
    let issued = answered.await?.map_err(anyhow::Error::msg)?;
    let keys = PoolKeys::fetch(stage.local_aws.endpoint(), &stage.outputs).await?;
    let claims = keys.verify_id_token(issued.id_token().context("no id token")?)?;
    ensure!(claims["email"] == stage.salesforce.email.as_str(), "the id token is somebody else's");
    narration.fact("id token", format_args!("sub = {}", claims["sub"]));

    let alone = tokens["access_token"].as_str().context("no access token")?;
    refuse(&stage, narration, "the access token alone, which any app could hold", alone, "id-token-missing").await?;
    let captured = "the same two tokens, captured, in another sign-in";
    refuse(&stage, narration, captured, &tokens.to_string(), "id-token-nonce").await?;
    Ok(stage)
}

/// What the browser brings back from Salesforce's login page: an access token and an `id_token`.
async fn log_in(stage: &Stage, nonce: &str) -> Result<Value> {
    let url = format!("{}/services/oauth2/token", stage.salesforce.origin);
    let form = format!("grant_type=authorization_code&client_id={}&nonce={nonce}", stage.salesforce.consumer_key);
    let request = client()?.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
    let granted: Value = request.send().await?.error_for_status()?.json().await?;
    Ok(json!({"access_token": granted["access_token"], "id_token": granted["id_token"]}))
}
