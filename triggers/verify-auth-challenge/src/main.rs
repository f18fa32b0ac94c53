//! Verify Auth Challenge Response: wiring only. The rules are in the crates `salesforce` and `verification`.

mod config;
mod handler;
mod metrics;

use std::process::ExitCode;

use aws::{AwsClients, CognitoDirectory, Secret, TokenUseTable};
use cognito_trigger::Invocation;
use https::{HttpsClient, Startup};
use salesforce::{SalesforceClient, SalesforceProvider};
use verification::{DirectoryMode, Verifier};

use crate::config::Config;
use crate::metrics::Metrics;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cognito_trigger::start_logging();
    let config = match Config::read(&settings::environment) {
        Ok(config) => config,
        Err(error) => cognito_trigger::refuse_to_start(&error),
    };
    config.warn_of_risks();
    let mut https = match HttpsClient::new(&config.transport) {
        Ok(client) => client,
        Err(error) => cognito_trigger::refuse_to_start(&error),
    };
    let connections = https.preconnect(config.preconnect_origins().collect());
    let metrics = match Metrics::start(&config.function_name, &config.provider_policy.audience) {
        Ok(metrics) => metrics,
        Err(error) => cognito_trigger::refuse_to_start(&error),
    };
    let Config { salesforce, provider_policy, policy, introspection_secret, token_use_table, aws, .. } = config;
    let aws = AwsClients::new(aws, &https);
    let secret = introspection_secret.map(|arn| Secret::new(&aws, arn));
    let salesforce = SalesforceClient::new(&https, &salesforce, secret);
    let token_store = token_use_table.map(|table| TokenUseTable::new(&aws, table));
    let needs_directory = policy.directory == DirectoryMode::ListUsers || policy.link_on_first_sign_in;
    let directory = needs_directory.then(|| CognitoDirectory::new(&aws));
    let provider = SalesforceProvider::new(provider_policy, &salesforce);
    let verifier = Verifier::new(policy, provider, directory, token_store);
    let mut startup = Startup::default();
    startup.add(connections);
    startup.add(salesforce.prefetch(verifier.provider().audience_mode()));
    let observe = |verification: &_| metrics.record(verification);
    let invocations = cognito_trigger::run_challenge(async |invocation: Invocation<'_, _>| {
        handler::handle(&verifier, observe, invocation).await
    });
    Box::pin(startup.then(invocations)).await
}
