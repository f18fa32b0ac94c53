//! Pre Sign-up: wiring only. The crate `linking` decides which profile is linked.

mod config;
mod handler;
mod metrics;
mod provider_checks;

use std::process::ExitCode;

use aws::{AwsClients, CognitoDirectory};
use https::{HttpsClient, Startup};

use crate::config::Config;
use crate::handler::Linker;
use crate::provider_checks::ProviderChecks;

/// The event is returned unchanged, because this trigger must not decide whether a user is confirmed or verified.
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
    let provider_checks = ProviderChecks::default();
    let linker = Linker { policy: &policy, directory: &directory, provider_checks, function_name };
    let invocations = cognito_trigger::run(async |invocation| {
        linker.handle(&invocation).await?;
        Ok(UNCHANGED)
    });
    Box::pin(startup.then(invocations)).await
}
