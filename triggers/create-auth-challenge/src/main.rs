//! Create Auth Challenge: wiring only. [`challenge`] creates the challenge.

mod challenge;

use std::process::ExitCode;

use cognito_trigger::{CreateAuthChallenge, Invocation, PublicError};
use settings::{Origin, Settings, SettingsError};

use crate::challenge::Challenge;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cognito_trigger::start_logging();
    let salesforce = match salesforce_domain(&settings::environment) {
        Ok(origin) => origin,
        Err(error) => cognito_trigger::refuse_to_start(&error),
    };
    cognito_trigger::run_challenge(async |invocation: Invocation<'_, CreateAuthChallenge>| {
        Challenge::random(salesforce.as_ref()).map_err(|error| {
            tracing::error!(request_id = invocation.request_id, %error, "the random number generator failed");
            PublicError
        })
    })
    .await
}

fn salesforce_domain(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Option<Origin>, SettingsError> {
    let mut settings = Settings::new(lookup);
    let origin = settings.optional("SALESFORCE_DOMAIN_URL", "https://<My Domain>.my.salesforce.com", str::parse);
    settings.finish()?;
    Ok(origin)
}
