//! Define Auth Challenge: wiring only. [`next_step`] decides what comes next.

mod config;
#[cfg(test)]
mod exhaustive;
mod handler;
mod next_step;

use std::process::ExitCode;

use cognito_trigger::Invocation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cognito_trigger::start_logging();
    let clients = match config::allowed_clients(&settings::environment) {
        Ok(clients) => clients,
        Err(error) => cognito_trigger::refuse_to_start(&error),
    };
    cognito_trigger::run_challenge(async |invocation: Invocation<'_, _>| Ok(handler::handle(&clients, &invocation)))
        .await
}
