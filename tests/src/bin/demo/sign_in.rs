//! The sign-in, through the AWS SDK, as an app does it.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result, ensure};
use aws_sdk_cognitoidentityprovider::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::initiate_auth::InitiateAuthOutput;
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, AuthenticationResultType, ChallengeNameType};
use integration_tests::tokens::PoolKeys;

use crate::deployment::Deployment;
use crate::narration::Narration;

/// What the app gets for an answer: tokens, or the code and the text of an error.
pub type Answered = Result<AuthenticationResultType, String>;

/// Signs Alice in, checks the tokens and refreshes them.
pub async fn perform(deployment: &Deployment, narration: &mut Narration) -> Result<()> {
    narration.title("Alice signs in with the access token that Salesforce gave to the app");
    let challenge = narration.step("InitiateAuth (CUSTOM_AUTH)", initiate_auth(deployment)).await?;
    for (name, value) in challenge.challenge_parameters().context("no challenge parameters")? {
        narration.fact(name, value);
    }
    let token = &deployment.salesforce.alice;
    let answered = narration.step("RespondToAuthChallenge (ANSWER = the access token)", async {
        respond(deployment, &challenge, token).await
    });
    let tokens = answered.await?.map_err(anyhow::Error::msg)?;

    let keys = narration
        .step("fetch the pool's JWKS", PoolKeys::fetch(deployment.local_aws.endpoint(), &deployment.outputs))
        .await?;
    let check = narration.step("verify the tokens' RS256 signatures, issuer and audience", async {
        let id = keys.verify_id_token(tokens.id_token().context("no id token")?)?;
        let access = keys.verify_access_token(tokens.access_token().context("no access token")?)?;
        ensure!(id["email"] == deployment.salesforce.email.as_str(), "the ID token is for another user");
        ensure!(id["sub"] == access["sub"], "the two tokens are for different users");
        Ok((id, access))
    });
    let (id, access) = check.await?;
    narration.claims("id token", &id);
    narration.claims("access token", &access);

    let refresh = narration.step("refresh the tokens once", async {
        let refresh_token = tokens.refresh_token().context("no refresh token")?;
        let request =
            deployment.cognito.get_tokens_from_refresh_token().client_id(&deployment.outputs.user_pool_client_id);
        let refreshed = request.refresh_token(refresh_token).send().await?;
        let result = refreshed.authentication_result().context("no tokens")?;
        let claims = keys.verify_id_token(result.id_token().context("no id token")?)?;
        ensure!(claims["sub"] == id["sub"], "the refreshed token is for another user");
        Ok(claims)
    });
    let refreshed = refresh.await?;
    narration.fact("new id token", format_args!("sub = {}", refreshed["sub"]));

    let log = deployment.local_aws.log(&deployment.outputs.verify_function_name)?;
    let verdict = log.iter().rfind(|line| line.get("verdict").is_some()).context("Verify logged no verdict")?;
    ensure!(verdict["verdict"] == "allowed", "Verify logged another verdict: {verdict}");
    narration.fact("Verify's log", verdict);
    Ok(())
}

/// Starts a sign-in as Alice.
pub async fn initiate_auth(deployment: &Deployment) -> Result<InitiateAuthOutput> {
    let request = deployment.cognito.initiate_auth().auth_flow(AuthFlowType::CustomAuth);
    let request = request.client_id(&deployment.outputs.user_pool_client_id);
    let challenge = request.auth_parameters("USERNAME", &deployment.salesforce.email).send().await?;
    ensure!(challenge.challenge_name() == Some(&ChallengeNameType::CustomChallenge), "not our challenge");
    Ok(challenge)
}

/// Answers the challenge. An error that the API returns is in the result.
pub async fn respond(deployment: &Deployment, challenge: &InitiateAuthOutput, answer: &str) -> Result<Answered> {
    let request = deployment.cognito.respond_to_auth_challenge().client_id(&deployment.outputs.user_pool_client_id);
    let request = request.challenge_name(ChallengeNameType::CustomChallenge).set_session(challenge.session.clone());
    let request = request.challenge_responses("USERNAME", &deployment.salesforce.email);
    match request.challenge_responses("ANSWER", answer).send().await {
        Ok(output) => Ok(output.authentication_result.ok_or_else(|| "another challenge".to_owned())),
        Err(SdkError::ServiceError(error)) => {
            let error = error.into_err();
            let (code, message) = (error.code().unwrap_or("no code"), error.message().unwrap_or("no message"));
            Ok(Err(format!("{code}: {message}")))
        }
        Err(error) => anyhow::bail!("{}", DisplayErrorContext(error)),
    }
}
