//! Memory and file descriptors of the processes, as Linux counts them.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use integration_tests::cognito::{CREATE, DEFINE, VERIFY};
use integration_tests::lambda::environments::{Environment, Environments};

/// After so many invocations, the allocator needs no more memory.
const WARM_AFTER: u64 = 1000;

/// The usage of each process when it was warm.
pub struct Resources(Vec<(&'static str, usize, Option<Usage>)>);

#[derive(Clone, Copy, Debug)]
struct Usage {
    resident_kib: u64,
    descriptors: usize,
}

impl Resources {
    pub fn of(environments: &Environments) -> Result<Self> {
        let mut usage = Vec::new();
        for function in [DEFINE, CREATE, VERIFY] {
            usage.extend((0..environments.of(function)?.each().len()).map(|index| (function, index, None)));
        }
        Ok(Self(usage))
    }

    /// Records the usage of each process as soon as it is warm.
    pub fn record_when_warm(&mut self, environments: &Environments) -> Result<()> {
        for (function, index, usage) in &mut self.0 {
            let environment = environment(environments, function, *index)?;
            if usage.is_none() && environment.invocations() >= WARM_AFTER {
                *usage = Some(Usage::of(environment)?);
            }
        }
        Ok(())
    }

    /// Compares what each process holds now with what it held when it was warm.
    #[expect(clippy::print_stdout, reason = "prints the result")]
    pub fn have_not_grown(&self, environments: &Environments) -> Result<()> {
        println!("process                   invocations   resident KiB: warm    end   descriptors: warm    end");
        let mut grown = Vec::new();
        for (function, index, warm) in &self.0 {
            let environment = environment(environments, function, *index)?;
            let warm = warm.with_context(|| format!("{function} had fewer than {WARM_AFTER} invocations"))?;
            let end = Usage::of(environment)?;
            println!(
                "{:<25} {:>11} {:>20} {:>6} {:>19} {:>6}",
                format!("{function} {index}"),
                environment.invocations(),
                warm.resident_kib,
                end.resident_kib,
                warm.descriptors,
                end.descriptors
            );
            if end.resident_kib * 10 > warm.resident_kib * 11 || end.descriptors > warm.descriptors {
                grown.push(format!("{function} {index}"));
            }
        }
        ensure!(grown.is_empty(), "more memory or file descriptors at the end: {grown:?}");
        Ok(())
    }
}

impl Usage {
    fn of(environment: &Environment) -> Result<Self> {
        let process = Path::new("/proc").join(environment.id()?.to_string());
        let status = std::fs::read_to_string(process.join("status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("the process has ended")?;
        let number = resident.split_whitespace().next().context("no number")?;
        Ok(Self { resident_kib: number.parse()?, descriptors: std::fs::read_dir(process.join("fd"))?.count() })
    }
}

fn environment<'a>(environments: &'a Environments, function: &str, index: usize) -> Result<&'a Environment> {
    environments.of(function)?.each().get(index).context("no such process")
}
