//! Pre Sign-up: wiring only. Who is linked to whom is decided in the crate `linking`.

mod config;
mod handler;
mod metrics;
mod standing;

use std::process::ExitCode;

use aws::{AwsClients, CognitoDirectory};
use https::{HttpsClient, Startup};

use crate::config::Config;
use crate::handler::Linker;
use crate::standing::Standings;

/// Whether a user is confirmed or verified is not for this trigger to say.
const UNCHANGED: Option<()> = None;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cognito_trigger::start_logging();
    let config = match Config::read(&settings::environment) {
        Ok(config) => config,
        Err(error) => cognito_trigger::refuse_to_start(&error),
    };
    let mut https = match HttpsClient::new(&config.transport) {
        Ok(client) => client,
        Err(error) => cognito_trigger::refuse_to_start(&error),
    };
    let mut startup = Startup::default();
    startup.add(https.preconnect(vec![config.aws.cognito_origin()]));
    let Config { policy, function_name, aws, .. } = config;
    let directory = CognitoDirectory::new(&AwsClients::new(aws, &https));
    let standings = Standings::default();
    let linker = Linker { policy: &policy, directory: &directory, standings, function_name };
    let invocations = cognito_trigger::run(async |invocation| {
        linker.handle(&invocation).await?;
        Ok(UNCHANGED)
    });
    Box::pin(startup.then(invocations)).await
}
