//! Pre Token Generation: wiring only. Whose tokens get what is decided in [`handler`].

mod answer;
mod config;
mod handler;
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
