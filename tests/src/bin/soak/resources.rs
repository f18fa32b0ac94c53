//! What the processes hold on to: memory and file descriptors, as Linux counts them.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use integration_tests::cognito::{CREATE, DEFINE, VERIFY};
use integration_tests::lambda::environments::{Environment, Environments};

/// By then an allocator has what it needs for the day.
const WARM_AFTER: u64 = 1000;

/// What each process held when it was warm.
pub struct Resources(Vec<(&'static str, usize, Option<Held>)>);

#[derive(Clone, Copy, Debug)]
struct Held {
    resident_kib: u64,
    descriptors: usize,
}

impl Resources {
    /// Nothing is known yet of any process.
    pub fn of(environments: &Environments) -> Result<Self> {
        let mut held = Vec::new();
        for function in [DEFINE, CREATE, VERIFY] {
            held.extend((0..environments.of(function)?.each().len()).map(|index| (function, index, None)));
        }
        Ok(Self(held))
    }

    /// Notes what a process holds as soon as it is warm.
    pub fn note_when_warm(&mut self, environments: &Environments) -> Result<()> {
        for (function, index, held) in &mut self.0 {
            let environment = environment(environments, function, *index)?;
            if held.is_none() && environment.invocations() >= WARM_AFTER {
                *held = Some(Held::by(environment)?);
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
            let end = Held::by(environment)?;
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

impl Held {
    fn by(environment: &Environment) -> Result<Self> {
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
