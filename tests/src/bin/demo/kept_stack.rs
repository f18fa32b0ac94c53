//! A stack that keeps running after the demo: leaving it up, how to use it, and ending it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use integration_tests::aws::REGION;
use integration_tests::person::ORGANIZATION;
use integration_tests::{process, repository};

use crate::deployment::Deployment;
use crate::narration::say;

/// The ids of the running processes, one per line.
fn record() -> PathBuf {
    repository::root().join("target/demo.pids")
}

/// The variables of the stack, for a shell.
fn variables() -> PathBuf {
    repository::root().join("target/demo.env")
}

/// Fails if a stack is up, because the record has room for one.
pub fn refuse_a_second_stack() -> Result<()> {
    if record().exists() {
        bail!("a stack is up already, or was left behind: run `make demo-stop` first");
    }
    Ok(())
}

/// Leaves the stack up, and prints how to use it.
pub fn leave_up(deployment: Deployment) -> Result<()> {
    std::fs::write(variables(), environment(&deployment))?;
    say(&instructions(&deployment));
    let Deployment { local_aws, stand_in, .. } = deployment;
    std::fs::write(record(), format!("{}\n{}\n", local_aws.keep()?, stand_in.keep()?))?;
    Ok(())
}

/// Ends the stack that was left up.
pub fn stop() -> Result<()> {
    let ids = std::fs::read_to_string(record()).context("no stack was left up")?;
    for id in ids.lines() {
        process::stop_kept(id.parse()?)?;
    }
    std::fs::remove_file(record())?;
    std::fs::remove_file(variables())?;
    say("The stack is down.");
    Ok(())
}

/// The content of the file for `source`. Only the stand-in accepts the token.
fn environment(deployment: &Deployment) -> String {
    let Deployment { local_aws, salesforce, .. } = deployment;
    let variables = [
        ("AWS_ENDPOINT_URL", local_aws.endpoint()),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", REGION),
        ("ORIGIN", &salesforce.origin),
        ("ORGANIZATION", ORGANIZATION),
        ("EMAIL", &salesforce.email),
        ("TOKEN", &salesforce.alice),
    ];
    let lines = variables.map(|(name, value)| format!("export {name}='{value}'\n"));
    format!("{}export PATH='{}':\"$PATH\"\n", lines.concat(), repository::tools().display())
}

fn instructions(deployment: &Deployment) -> String {
    let Deployment { salesforce, outputs, .. } = deployment;
    let (client, pool) = (&outputs.user_pool_client_id, &outputs.user_pool_id);
    let (verify, key) = (&outputs.verify_function_name, &salesforce.consumer_key);
    format!(
        r#"
The stack is up, in the id_token mode. Sign in with the AWS CLI (paste into one bash):

  source target/demo.env
  read -r SESSION NONCE < <(aws cognito-idp initiate-auth --auth-flow CUSTOM_AUTH --client-id {client} \
    --auth-parameters USERNAME=$EMAIL --query '[Session,ChallengeParameters.nonce]' --output text)
  TOKENS=$(curl -s $ORIGIN/services/oauth2/token -d client_id={key} -d nonce="$NONCE" |
    python3 -c 'import json, sys; t = json.load(sys.stdin); print(json.dumps({{k: t[k] for k in ("access_token", "id_token")}}))')
  aws cognito-idp respond-to-auth-challenge --client-id {client} --challenge-name CUSTOM_CHALLENGE --session "$SESSION" \
    --challenge-responses "$(python3 -c 'import json, sys; print(json.dumps({{"USERNAME": sys.argv[1], "ANSWER": sys.argv[2]}}))' $EMAIL "$TOKENS")"

Look around:

  aws cognito-idp list-users --user-pool-id {pool}
  LOG=$(aws lambda get-function-configuration --function-name {verify} \
    --query LoggingConfig.LogGroup --output text)
  aws logs filter-log-events --log-group-name "$LOG" --query 'events[].message' --output text
  curl -s -H "Authorization: Bearer $TOKEN" $ORIGIN/services/oauth2/userinfo

Point it at a real Salesforce organization (the functions then call it over https), still on local AWS:

  (cd cdk && npx cdk deploy --require-approval never -c ephemeral=true -c binariesDir=../target/local \
    -c salesforceAudienceMode=id_token -c salesforceRequireNonce=true -c salesforceClientIds=<consumer key> \
    -c salesforceDomainUrl=https://<My Domain>.my.salesforce.com -c salesforceOrganizationIds=<00D...>)

Deploy to a real AWS account (in a shell without the variables above, with your own credentials):

  make build ARCH=arm64
  cd cdk && npx cdk bootstrap ... && npx cdk deploy ...   # both with the -c settings above, without ephemeral and binariesDir

Take it down: make demo-stop"#
    )
}
