//! What the demo needs: local AWS, a Salesforce stand-in, the deployed stack and a user.

use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_cognitoidentityprovider::Client;
use integration_tests::aws;
use integration_tests::local_aws::{LocalAws, Outputs, UNCHECKED};
use integration_tests::process::Process;
use serde::Deserialize;

use crate::narration::Narration;

/// The running processes, and how to reach them.
pub struct Deployment {
    /// ministack with the deployed stack.
    pub local_aws: LocalAws,
    /// The process of the Salesforce stand-in.
    pub stand_in: Process,
    /// The origin and the tokens of the stand-in.
    pub salesforce: StandIn,
    /// The outputs of the stack.
    pub outputs: Outputs,
    /// A client of the Cognito API.
    pub cognito: Client,
}

/// The output of the stand-in after its start.
#[derive(Deserialize)]
pub struct StandIn {
    pub origin: String,
    /// The e-mail address of Alice.
    pub email: String,
    /// The consumer key of the app of the login.
    pub consumer_key: String,
    /// Alice's access token.
    pub alice: String,
    /// Another access token of Alice, which the demo revokes.
    pub alice_second: String,
    /// The token of a user of another organization who has Alice's address, verified there.
    pub other_organization: String,
    /// The token of a user of the same organization who has Alice's address, unverified.
    pub unverified_email: String,
}

impl Deployment {
    /// Starts and deploys everything.
    pub async fn build(narration: &mut Narration) -> Result<Self> {
        let local_aws = narration.step("start local AWS (ministack)", LocalAws::start()).await?;
        narration.fact("endpoint", local_aws.endpoint());
        let (stand_in, salesforce) = narration.step("start the Salesforce stand-in", start_stand_in()).await?;
        narration.fact("My Domain", &salesforce.origin);
        let origin = salesforce.origin.clone();
        let local_aws = narration.step("cdk bootstrap", blocking(local_aws, LocalAws::bootstrap)).await?.0;
        let deploy = blocking(local_aws, move |local_aws| local_aws.deploy(&origin, UNCHECKED));
        let (local_aws, outputs) = narration.step("cdk deploy", deploy).await?;
        narration.fact("user pool", &outputs.user_pool_id);
        narration.fact("app client", &outputs.user_pool_client_id);
        let cognito = aws::cognito(local_aws.endpoint());
        let deployment = Self { local_aws, stand_in, salesforce, outputs, cognito };
        narration.step("create the user, as an administrator", deployment.create_user()).await?;
        narration.fact("user", &deployment.salesforce.email);
        Ok(deployment)
    }

    /// Deploys again, in the mode that requires an `id_token` with the nonce of the challenge.
    pub async fn switch_to_id_tokens(mut self, narration: &mut Narration) -> Result<Self> {
        let origin = self.salesforce.origin.clone();
        let client_ids = self.salesforce.consumer_key.clone();
        let deploy = blocking(self.local_aws, move |local_aws| {
            let mode = [("salesforceAudienceMode", "id_token"), ("salesforceRequireNonce", "true")];
            local_aws.deploy(&origin, &[mode[0], mode[1], ("salesforceClientIds", &client_ids)])
        });
        (self.local_aws, self.outputs) = narration.step("cdk deploy (id_token mode, nonce required)", deploy).await?;
        Ok(self)
    }

    async fn create_user(&self) -> Result<()> {
        self.local_aws.create_user(&self.outputs.user_pool_id, &self.salesforce.email, true).await.map(drop)
    }
}

/// Runs on another thread, because the CDK runs for seconds, and an interrupt must work in that time.
async fn blocking<T: Send + 'static>(
    local_aws: LocalAws,
    run: impl FnOnce(&LocalAws) -> Result<T> + Send + 'static,
) -> Result<(LocalAws, T)> {
    tokio::task::spawn_blocking(move || run(&local_aws).map(|result| (local_aws, result))).await?
}

async fn start_stand_in() -> Result<(Process, StandIn)> {
    let program = std::env::current_exe()?.with_file_name("salesforce-stand-in");
    let mut process = Process::start("salesforce-stand-in", &program, &[], &[])?;
    let output = process.output_file().to_owned();
    let printed = async || std::fs::read_to_string(&output).is_ok_and(|text| text.ends_with('\n'));
    process.wait_until(Duration::from_secs(10), printed).await?;
    let stand_in = serde_json::from_str(&process.output()).context("the output of the stand-in is not as expected")?;
    Ok((process, stand_in))
}
