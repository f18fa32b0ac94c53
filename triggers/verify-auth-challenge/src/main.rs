//! Verify Auth Challenge Response: wiring only. Every rule is in the `verification` crate.

mod config;
mod handler;

use std::process::ExitCode;

use cognito_trigger::Invocation;
use verification::Verifier;
use verification::cognito::CognitoDirectory;
use verification::salesforce::SalesforceClient;

use crate::config::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cognito_trigger::start_logging();
    let config = match Config::read(&settings::environment) {
        Ok(config) => config,
        Err(error) => return cognito_trigger::refuse_to_start(&error),
    };
    let salesforce = match SalesforceClient::new(&config.salesforce) {
        Ok(client) => client,
        Err(error) => return cognito_trigger::refuse_to_start(&error),
    };
    config.warn_of_risks();
    let verifier = Verifier::new(config.policy, salesforce, CognitoDirectory::new(config.aws));
    cognito_trigger::run(async |invocation: Invocation<'_, _>| handler::handle(&verifier, invocation).await).await
}
