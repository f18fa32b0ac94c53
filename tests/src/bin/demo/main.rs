//! The main job on one machine: a Salesforce token signs a pool user in, and three that must not do not.
//!
//! `demo` runs everything and ends it; `demo keep` leaves the stack up; `demo stop` ends a stack that was left up.
//! The exit status is 0 only if everything that is announced happened.

mod id_token;
mod kept;
mod narration;
mod refusals;
mod sign_in;
mod stage;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::narration::Narration;
use crate::stage::Stage;

#[tokio::main]
async fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_default();
    // A kept stack outlives this program, so an interrupt must not skip the destructors.
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
        "stop" => kept::stop(),
        _ => bail!("unknown argument: use `keep`, `stop` or none"),
    }
}

async fn perform(keep: bool) -> Result<()> {
    if keep {
        kept::refuse_a_second_stack()?;
    }
    let mut narration = Narration::start();
    narration.title("A Salesforce access token signs a Cognito user in (local AWS, no account)");
    let stage = Stage::build(&mut narration).await?;
    sign_in::perform(&stage, &mut narration).await?;
    refusals::perform(&stage, &mut narration).await?;
    let stage = id_token::perform(stage, &mut narration).await?;
    narration.end("Everything above happened: two sign-ins, verified and refreshed, and five refusals.");
    if keep { kept::leave_up(stage) } else { Ok(()) }
}
