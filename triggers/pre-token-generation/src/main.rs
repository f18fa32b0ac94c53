//! Pre Token Generation: wiring only. Whose tokens get what is decided in [`handler`].

mod answer;
mod config;
mod handler;
mod scope;

use std::process::ExitCode;

use cognito_trigger::pool_wide;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cognito_trigger::start_logging();
    let config = match config::read(&settings::environment) {
        Ok(config) => config,
        Err(error) => cognito_trigger::refuse_to_start(&error),
    };
    pool_wide::run(|event, request_id| handler::handle(&config, event, request_id)).await
}
