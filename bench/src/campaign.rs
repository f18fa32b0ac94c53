//! All measurements, interleaved: no subject has the quiet minutes for itself.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use integration_tests::cognito::VERIFY;
use integration_tests::tls_front::Authority;

use crate::instructions::Instructions;
use crate::measure::{Stage, Warm};
use crate::size::compressed;
use crate::statistics::quantile;
use crate::subject::Subject;

/// How much is measured.
pub struct Plan {
    /// Cold starts of each subject.
    pub cold: usize,
    /// Warm invocations of each subject, at each delay.
    pub warm: usize,
    /// How long the services take to answer, beside no time at all.
    pub delays: &'static [Duration],
}

/// Warm invocations in a row before the next subject has its turn.
const BATCH: usize = 100;
/// Of the whole benchmark.
pub const DELAYS: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(100)];

/// What was measured of one subject, in microseconds and KiB, one value for each round.
#[derive(Default)]
pub struct Figures {
    pub ready: Vec<f64>,
    pub first: Vec<f64>,
    pub warm: Vec<f64>,
    pub warm_p99: Vec<f64>,
    pub cpu: Vec<f64>,
    /// Median of what is added to the slower of the two calls, by delay in milliseconds.
    pub added: BTreeMap<u128, Vec<f64>>,
    pub resident: Vec<f64>,
    pub instructions: Option<Instructions>,
    /// Bytes of the deployment package.
    pub package: usize,
}

impl Figures {
    /// From the start of the process until its first answer.
    pub fn until_first_answer(&self) -> Vec<f64> {
        self.ready.iter().zip(&self.first).map(|(ready, first)| ready + first).collect()
    }
}

/// The figures of every subject, in the order in which they are shown.
pub struct All(Vec<(&'static str, Figures)>);

impl All {
    /// The figures of one subject.
    pub fn of(&self, name: &str) -> Result<&Figures> {
        let found = self.iter().find(|(subject, _)| *subject == name);
        found.map(|(_, figures)| figures).with_context(|| format!("{name} was not measured"))
    }

    /// Each subject's name and figures.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Figures)> {
        self.0.iter().map(|(name, figures)| (*name, figures))
    }

    fn of_mut(&mut self, name: &str) -> Result<&mut Figures> {
        let found = self.0.iter_mut().find(|(subject, _)| *subject == name);
        found.map(|(_, figures)| figures).with_context(|| format!("there is no {name}"))
    }
}

/// Measures all of them.
pub async fn run(plan: &Plan, subjects: &[Subject], progress: impl Fn(&str)) -> Result<All> {
    let authority = Authority::new()?;
    let mut figures = All(subjects.iter().map(|subject| (subject.name, Figures::default())).collect());
    let mut stages = Vec::new();
    for subject in subjects {
        stages.push(Stage::new(subject, &authority, Duration::ZERO).await?);
        figures.of_mut(subject.name)?.package = compressed(&subject.files)?;
    }
    progress("cold starts");
    for _ in 0..plan.cold {
        for stage in &stages {
            let cold = stage.cold().await?;
            let figures = figures.of_mut(stage.subject.name)?;
            figures.ready.push(microseconds(cold.ready));
            figures.first.push(microseconds(cold.first));
        }
    }
    progress("warm invocations");
    warm(plan, &stages, &mut figures).await?;
    for &delay in plan.delays {
        progress(&format!("warm invocations, services that take {} ms", delay.as_millis()));
        delayed(plan, &authority, subjects, delay, &mut figures).await?;
    }
    progress("instructions");
    for stage in stages.iter().filter(|stage| stage.subject.native) {
        figures.of_mut(stage.subject.name)?.instructions = Some(Instructions::of(stage).await?);
    }
    Ok(figures)
}

async fn warm(plan: &Plan, stages: &[Stage<'_>], figures: &mut All) -> Result<()> {
    let mut environments = Vec::new();
    for stage in stages {
        let environment = stage.start().await?;
        stage.warm(&environment, BATCH, &mut Warm::default()).await?;
        environments.push(environment);
    }
    for _ in 0..plan.warm.div_ceil(BATCH) {
        for (stage, environment) in stages.iter().zip(&environments) {
            let mut warm = Warm::default();
            stage.warm(environment, BATCH, &mut warm).await?;
            let figures = figures.of_mut(stage.subject.name)?;
            let latencies: Vec<_> = warm.latencies.into_iter().map(microseconds).collect();
            figures.warm.push(quantile(&latencies, 50));
            figures.warm_p99.push(quantile(&latencies, 99));
            figures.cpu.push(microseconds(warm.cpu) / f64::from(u32::try_from(BATCH)?));
            figures.resident.push(f64::from(u32::try_from(warm.peak_resident)?));
        }
    }
    Ok(())
}

/// Those that call services, at the same time: they do hardly anything but wait.
async fn delayed(
    plan: &Plan,
    authority: &Authority,
    subjects: &[Subject],
    delay: Duration,
    figures: &mut All,
) -> Result<()> {
    let calling = subjects.iter().filter(|subject| subject.trigger == VERIFY);
    let mut running = Vec::new();
    for subject in calling {
        let stage = Stage::new(subject, authority, delay).await?;
        running.push(async move {
            let environment = stage.start().await?;
            stage.warm(&environment, 10, &mut Warm::default()).await?;
            let mut batches = Vec::new();
            for _ in 0..plan.warm.div_ceil(BATCH) {
                let mut warm = Warm::default();
                stage.warm(&environment, BATCH, &mut warm).await?;
                let added: Vec<_> = warm.added.into_iter().map(microseconds).collect();
                batches.push(quantile(&added, 50));
            }
            anyhow::Ok((subject.name, batches))
        });
    }
    for measured in futures_util::future::join_all(running).await {
        let (name, batches) = measured?;
        figures.of_mut(name)?.added.insert(delay.as_millis(), batches);
    }
    Ok(())
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
