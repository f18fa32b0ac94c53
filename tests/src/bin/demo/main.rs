//! The sign-in on one machine: a Salesforce token signs a pool user in, and others are denied.
//!
//! `demo` runs everything and ends it; `demo keep` leaves the stack up; `demo stop` ends a stack that was left up. The
//! exit status is 0 only if every step succeeded.

mod denials;
mod deployment;
mod id_token;
mod kept_stack;
mod narration;
mod sign_in;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::deployment::Deployment;
use crate::narration::Narration;

#[tokio::main]
async fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_default();
    // An interrupt must not skip the destructors: they end the processes and remove their directories.
    let finished = tokio::select! {
        finished = run(&argument) => finished,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    match finished {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            narration::failure(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(argument: &str) -> Result<()> {
    match argument {
        "" => perform(false).await,
        "keep" => perform(true).await,
        "stop" => kept_stack::stop(),
        _ => bail!("unknown argument: use `keep`, `stop` or none"),
    }
}

async fn perform(keep: bool) -> Result<()> {
    if keep {
        kept_stack::refuse_a_second_stack()?;
    }
    let mut narration = Narration::start();
    narration.title("A Salesforce access token signs a Cognito user in (local AWS, no account)");
    let deployment = Deployment::build(&mut narration).await?;
    sign_in::perform(&deployment, &mut narration).await?;
    denials::perform(&deployment, &mut narration).await?;
    let deployment = id_token::perform(deployment, &mut narration).await?;
    narration.end("Two sign-ins, verified and refreshed, and five denials.");
    if keep { kept_stack::leave_up(deployment) } else { Ok(()) }
}
