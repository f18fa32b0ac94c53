//! Three tokens that must not sign anybody in.

use anyhow::{Context, Result, bail, ensure};
use integration_tests::lambda::client;

use crate::narration::Narration;
use crate::sign_in::{initiate_auth, respond};
use crate::stage::Stage;

/// What every caller of a denied sign-in sees, whatever the reason. (AWS ends the text with a full stop.)
const SEEN: &str = "NotAuthorizedException: Incorrect username or password";

/// Tries the three tokens.
///
/// # Errors
/// One got tokens, another text was shown, or another reason was logged.
pub async fn perform(stage: &Stage, narration: &mut Narration) -> Result<()> {
    narration.title("Three tokens that must not sign anybody in");
    let people = &stage.salesforce;
    let foreign = "a token of another organization, whose user has Alice's e-mail";
    refuse(stage, narration, foreign, &people.other_organization, "token-of-another-organization").await?;
    revoke(&people.origin, &people.alice_second).await?;
    refuse(stage, narration, "a token that Salesforce has revoked", &people.alice_second, "token-rejected").await?;
    let unverified = "a token of a user who claims Alice's e-mail, unverified";
    refuse(stage, narration, unverified, &people.unverified_email, "salesforce-email-unverified").await
}

/// Tries one answer, shows what the caller sees and what the log says, and checks both.
///
/// # Errors
/// It got tokens, another text was shown, or another reason was logged.
pub async fn refuse(stage: &Stage, narration: &mut Narration, what: &str, answer: &str, reason: &str) -> Result<()> {
    let attempt = narration.step(what, async { respond(stage, &initiate_auth(stage).await?, answer).await });
    let Err(seen) = attempt.await? else {
        bail!("{what} was given tokens");
    };
    let log = stage.local_aws.log(&stage.outputs.verify_function_name)?;
    let line = log.iter().rfind(|line| line.get("verdict").is_some()).context("Verify logged no verdict")?;
    narration.fact("caller sees", &seen);
    narration.fact("Verify's log", line);
    ensure!(seen.trim_end_matches('.') == SEEN, "the caller sees something else than the one text");
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
