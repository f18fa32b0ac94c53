//! Instructions, counted by callgrind: unlike time, they do not depend on what else the machine does.

use std::path::Path;

use anyhow::{Context, Result};

use crate::measure::Stage;

/// Invocations beyond the first one, over which the count of a warm one is averaged.
const WARM: usize = 50;

/// How many instructions a native subject takes.
#[derive(Clone, Copy)]
pub struct Instructions {
    /// From the start of the process until it has answered once and ended.
    pub cold: u64,
    /// For each further invocation.
    pub warm: u64,
}

impl Instructions {
    /// Runs a subject twice under callgrind: for one invocation, and for one and [`WARM`] more.
    pub async fn of(stage: &Stage<'_>) -> Result<Self> {
        let cold = least(stage, 1).await?;
        let more = least(stage, 1 + WARM).await?;
        Ok(Self { cold, warm: more.saturating_sub(cold) / u64::try_from(WARM)? })
    }
}

/// The least of three runs: now and then one does more, at its end or while it waits.
async fn least(stage: &Stage<'_>, invocations: usize) -> Result<u64> {
    let mut least = counted(stage, invocations).await?;
    for _ in 0..2 {
        least = least.min(counted(stage, invocations).await?);
    }
    Ok(least)
}

async fn counted(stage: &Stage<'_>, invocations: usize) -> Result<u64> {
    let (program, arguments) = &stage.subject.command;
    let callgrind = ["--tool=callgrind", "--callgrind-out-file=/dev/null"].map(ToOwned::to_owned);
    let program = [program.to_string_lossy().into_owned()];
    let command: Vec<_> = callgrind.into_iter().chain(program).chain(arguments.iter().cloned()).collect();
    let environment = stage.start_as(Path::new("valgrind"), &command).await?;
    for _ in 0..invocations {
        stage.invoke(&environment).await?;
    }
    collected(&environment.end().await?)
}

/// `==123== Collected : 4567890`
fn collected(output: &str) -> Result<u64> {
    let line = output.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = line.with_context(|| format!("callgrind counted nothing:\n{output}"))?;
    Ok(count.trim().parse()?)
}
