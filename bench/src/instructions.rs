//! Instructions, counted by callgrind. Unlike time, they do not depend on the load of the machine.

use std::path::Path;

use anyhow::{Context, Result};

use crate::measure::TestBed;

/// Invocations after the first one. The count of a warm invocation is their average.
const WARM: usize = 50;

/// The instruction counts of a native subject.
#[derive(Clone, Copy)]
pub struct Instructions {
    /// From the start of the process until it has responded once and ended.
    pub cold: u64,
    /// For each further invocation.
    pub warm: u64,
}

impl Instructions {
    /// Runs a subject twice under callgrind: for one invocation, and for one and [`WARM`] more.
    pub async fn of(test_bed: &TestBed<'_>) -> Result<Self> {
        let cold = least(test_bed, 1).await?;
        let more = least(test_bed, 1 + WARM).await?;
        Ok(Self { cold, warm: more.saturating_sub(cold) / u64::try_from(WARM)? })
    }
}

/// The least of three runs, because a run sometimes executes more instructions while it ends or waits.
async fn least(test_bed: &TestBed<'_>, invocations: usize) -> Result<u64> {
    let mut least = counted(test_bed, invocations).await?;
    for _ in 0..2 {
        least = least.min(counted(test_bed, invocations).await?);
    }
    Ok(least)
}

async fn counted(test_bed: &TestBed<'_>, invocations: usize) -> Result<u64> {
    let (program, arguments) = &test_bed.subject.command;
    let callgrind = ["--tool=callgrind", "--callgrind-out-file=/dev/null"].map(ToOwned::to_owned);
    let program = [program.to_string_lossy().into_owned()];
    let command: Vec<_> = callgrind.into_iter().chain(program).chain(arguments.iter().cloned()).collect();
    let environment = test_bed.start_as(Path::new("valgrind"), &command).await?;
    for _ in 0..invocations {
        test_bed.invoke(&environment).await?;
    }
    collected(&environment.end().await?)
}

/// Reads the line `==123== Collected : 4567890`.
fn collected(output: &str) -> Result<u64> {
    let line = output.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = line.with_context(|| format!("callgrind counted nothing:\n{output}"))?;
    Ok(count.trim().parse()?)
}
