//! Pre Token Generation: wiring only. [`handler`] decides which tokens change.

mod config;
mod handler;
mod response;
mod scope;

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cognito_trigger::start_logging();
    let config = match config::read(&settings::environment) {
        Ok(config) => config,
        Err(error) => cognito_trigger::refuse_to_start(&error),
    };
    cognito_trigger::run(async |invocation| Ok(handler::handle(&config, &invocation))).await
}
