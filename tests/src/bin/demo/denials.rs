//! Three tokens that Verify denies.

use anyhow::{Context, Result, bail, ensure};
use integration_tests::lambda::client;

use crate::deployment::Deployment;
use crate::narration::Narration;
use crate::sign_in::{initiate_auth, respond};

/// What the caller sees after each denial. (AWS ends the text with a full stop.)
const SEEN: &str = "NotAuthorizedException: Incorrect username or password";

/// Sends the three tokens.
pub async fn perform(deployment: &Deployment, narration: &mut Narration) -> Result<()> {
    narration.title("Three tokens that Verify denies");
    let stand_in = &deployment.salesforce;
    let foreign = "a token of another organization, whose user has Alice's e-mail";
    expect_denial(deployment, narration, foreign, &stand_in.other_organization, "token-of-another-organization")
        .await?;
    revoke(&stand_in.origin, &stand_in.alice_second).await?;
    expect_denial(
        deployment,
        narration,
        "a token that Salesforce has revoked",
        &stand_in.alice_second,
        "token-rejected",
    )
    .await?;
    let unverified = "a token of a user with Alice's e-mail, unverified";
    expect_denial(deployment, narration, unverified, &stand_in.unverified_email, "salesforce-email-unverified").await
}

/// Sends one answer, shows what the caller sees and what the log says, and checks both.
pub async fn expect_denial(
    deployment: &Deployment,
    narration: &mut Narration,
    what: &str,
    answer: &str,
    reason: &str,
) -> Result<()> {
    let attempt = narration.step(what, async { respond(deployment, &initiate_auth(deployment).await?, answer).await });
    let Err(seen) = attempt.await? else {
        bail!("{what}: Cognito issued tokens");
    };
    let log = deployment.local_aws.log(&deployment.outputs.verify_function_name)?;
    let line = log.iter().rfind(|line| line.get("verdict").is_some()).context("Verify logged no verdict")?;
    narration.fact("caller sees", &seen);
    narration.fact("Verify's log", line);
    ensure!(seen.trim_end_matches('.') == SEEN, "the caller sees another text");
    ensure!(line["verdict"] == "denied" && line["reason"] == reason, "the log does not say {reason}");
    Ok(())
}

async fn revoke(origin: &str, token: &str) -> Result<()> {
    let url = format!("{origin}/services/oauth2/revoke");
    let form = format!("token={}", token.replace('!', "%21"));
    let request = client()?.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
    request.send().await?.error_for_status().context("the stand-in did not revoke the token")?;
    Ok(())
}
