//! All measurements, interleaved, so that load of the machine affects all subjects alike.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use integration_tests::ca::CertificateAuthority;
use integration_tests::cognito::VERIFY;

use crate::instructions::Instructions;
use crate::measure::{TestBed, Warm};
use crate::size::compressed;
use crate::statistics::quantile;
use crate::subject::Subject;

/// The number of measurements.
pub struct Plan {
    /// Cold starts of each subject.
    pub cold: usize,
    /// Warm invocations of each subject, at each delay.
    pub warm: usize,
    /// Response times of the services, in addition to none.
    pub delays: &'static [Duration],
}

/// Warm invocations of one subject before the next subject.
const BATCH: usize = 100;
/// The response times of the whole benchmark.
pub const DELAYS: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(100)];

/// The measurements of one subject, in microseconds and KiB, one value for each round.
#[derive(Default)]
pub struct Figures {
    pub ready: Vec<f64>,
    pub first: Vec<f64>,
    pub warm: Vec<f64>,
    pub warm_p99: Vec<f64>,
    pub cpu: Vec<f64>,
    /// The median time without the slower of the two calls, by response time in milliseconds.
    pub added: BTreeMap<u128, Vec<f64>>,
    pub resident: Vec<f64>,
    pub instructions: Option<Instructions>,
    /// Bytes of the deployment package.
    pub package: usize,
}

impl Figures {
    /// From the start of the process until its first response.
    pub fn until_first_answer(&self) -> Vec<f64> {
        self.ready.iter().zip(&self.first).map(|(ready, first)| ready + first).collect()
    }
}

/// The figures of every subject, in the order of the tables.
pub struct All(Vec<(&'static str, Figures)>);

impl All {
    pub fn of(&self, name: &str) -> Result<&Figures> {
        let found = self.iter().find(|(subject, _)| *subject == name);
        found.map(|(_, figures)| figures).with_context(|| format!("{name} was not measured"))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Figures)> {
        self.0.iter().map(|(name, figures)| (*name, figures))
    }

    fn of_mut(&mut self, name: &str) -> Result<&mut Figures> {
        let found = self.0.iter_mut().find(|(subject, _)| *subject == name);
        found.map(|(_, figures)| figures).with_context(|| format!("there is no {name}"))
    }
}

pub async fn run(plan: &Plan, subjects: &[Subject], progress: impl Fn(&str)) -> Result<All> {
    let ca = CertificateAuthority::new()?;
    let mut figures = All(subjects.iter().map(|subject| (subject.name, Figures::default())).collect());
    let mut test_beds = Vec::new();
    for subject in subjects {
        test_beds.push(TestBed::new(subject, &ca, Duration::ZERO).await?);
        figures.of_mut(subject.name)?.package = compressed(&subject.files)?;
    }
    progress("cold starts");
    for _ in 0..plan.cold {
        for test_bed in &test_beds {
            let cold = test_bed.cold().await?;
            let figures = figures.of_mut(test_bed.subject.name)?;
            figures.ready.push(microseconds(cold.ready));
            figures.first.push(microseconds(cold.first));
        }
    }
    progress("warm invocations");
    warm(plan, &test_beds, &mut figures).await?;
    for &delay in plan.delays {
        progress(&format!("warm invocations, services that take {} ms", delay.as_millis()));
        delayed(plan, &ca, subjects, delay, &mut figures).await?;
    }
    progress("instructions");
    for test_bed in test_beds.iter().filter(|test_bed| test_bed.subject.native) {
        figures.of_mut(test_bed.subject.name)?.instructions = Some(Instructions::of(test_bed).await?);
    }
    Ok(figures)
}

async fn warm(plan: &Plan, test_beds: &[TestBed<'_>], figures: &mut All) -> Result<()> {
    let mut environments = Vec::new();
    for test_bed in test_beds {
        let environment = test_bed.start().await?;
        test_bed.warm(&environment, BATCH, &mut Warm::default()).await?;
        environments.push(environment);
    }
    for _ in 0..plan.warm.div_ceil(BATCH) {
        for (test_bed, environment) in test_beds.iter().zip(&environments) {
            let mut warm = Warm::default();
            test_bed.warm(environment, BATCH, &mut warm).await?;
            let figures = figures.of_mut(test_bed.subject.name)?;
            let latencies: Vec<_> = warm.latencies.into_iter().map(microseconds).collect();
            figures.warm.push(quantile(&latencies, 50));
            figures.warm_p99.push(quantile(&latencies, 99));
            figures.cpu.push(microseconds(warm.cpu) / f64::from(u32::try_from(BATCH)?));
            figures.resident.push(f64::from(u32::try_from(warm.peak_resident)?));
        }
    }
    Ok(())
}

/// The subjects that call services, at the same time, because they mostly wait.
async fn delayed(
    plan: &Plan,
    ca: &CertificateAuthority,
    subjects: &[Subject],
    delay: Duration,
    figures: &mut All,
) -> Result<()> {
    let calling = subjects.iter().filter(|subject| subject.trigger == VERIFY);
    let mut running = Vec::new();
    for subject in calling {
        let test_bed = TestBed::new(subject, ca, delay).await?;
        running.push(async move {
            let environment = test_bed.start().await?;
            test_bed.warm(&environment, 10, &mut Warm::default()).await?;
            let mut batches = Vec::new();
            for _ in 0..plan.warm.div_ceil(BATCH) {
                let mut warm = Warm::default();
                test_bed.warm(&environment, BATCH, &mut warm).await?;
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
