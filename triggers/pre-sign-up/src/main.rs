//! Pre Sign-up: wiring only. Who is linked to whom is decided in [`decide`].

mod config;
mod decide;
mod handler;
mod identity;
mod local_name;
mod reason;

use std::process::ExitCode;

use cognito_trigger::pool_wide;
use verification::aws::AwsClients;
use verification::cognito::CognitoDirectory;
use verification::https::HttpsClient;
use verification::startup::Startup;

use crate::config::Config;

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
    let Config { policy, aws, .. } = config;
    let directory = CognitoDirectory::new(&AwsClients::new(aws, &https));
    let invocations =
        pool_wide::look_on(async |event, occasion| handler::handle(&policy, &directory, event, occasion).await);
    Box::pin(startup.then(invocations)).await
}
