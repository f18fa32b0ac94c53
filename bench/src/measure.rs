//! Measures one process from outside: its response times, and its usage as Linux reports it.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use integration_tests::ca::CertificateAuthority;
use integration_tests::cognito::{DEFINE, PRE_SIGN_UP, PRE_TOKEN, VERIFY};
use integration_tests::lambda::Invoked;
use integration_tests::lambda::environments::Environment;
use serde_json::Value;

use crate::process::ProcessId;
use crate::server::Server;
use crate::subject::{self, Subject};

/// A subject with its own services, so that several can run at the same time.
pub struct TestBed<'a> {
    pub subject: &'a Subject,
    pub server: Server,
    variables: Vec<(String, String)>,
    event: String,
}

pub struct Cold {
    /// From the start of the process until its first request for an invocation.
    pub ready: Duration,
    /// From the first event until its response.
    pub first: Duration,
}

/// Warm invocations of one process.
#[derive(Default)]
pub struct Warm {
    /// From the event until its response.
    pub latencies: Vec<Duration>,
    /// The same without the slower of the two network calls.
    pub added: Vec<Duration>,
    /// CPU time of all invocations together.
    pub cpu: Duration,
    /// The peak resident size, in KiB.
    pub peak_resident: u64,
}

impl<'a> TestBed<'a> {
    pub async fn new(subject: &'a Subject, ca: &CertificateAuthority, delay: Duration) -> Result<Self> {
        let server = Server::start(ca, delay).await?;
        let certificates = ca.file().to_string_lossy().into_owned();
        let variables = subject::variables(subject.trigger, subject.signed, &server.origin(), &certificates);
        let event = subject::event(subject.trigger, &subject::token(subject.signed, &server.origin())).to_string();
        Ok(Self { subject, server, variables, event })
    }

    /// Starts a process, and waits until it is ready.
    pub async fn start(&self) -> Result<Environment> {
        let (program, arguments) = &self.subject.command;
        self.start_as(program, arguments).await
    }

    /// The same with another program, which starts the subject.
    pub async fn start_as(&self, program: &Path, arguments: &[String]) -> Result<Environment> {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        Environment::start_program(self.subject.trigger, program, &arguments, &self.variables).await
    }

    pub async fn cold(&self) -> Result<Cold> {
        let environment = self.start().await?;
        let ready = environment.start_up().await?;
        let first = self.invoke(&environment).await?;
        Ok(Cold { ready, first })
    }

    /// Adds so many invocations of a warm process to `warm`.
    pub async fn warm(&self, environment: &Environment, count: usize, warm: &mut Warm) -> Result<()> {
        let process = ProcessId(environment.id()?);
        let before = process.cpu_time()?;
        for _ in 0..count {
            let latency = self.invoke(environment).await?;
            warm.latencies.push(latency);
            warm.added.push(latency.saturating_sub(self.server.take_slowest()));
        }
        warm.cpu += process.cpu_time()?.saturating_sub(before);
        warm.peak_resident = process.peak_resident()?;
        Ok(())
    }

    /// One invocation. The response must be positive, because a quick denial would look like a fast program.
    pub async fn invoke(&self, environment: &Environment) -> Result<Duration> {
        let start = Instant::now();
        let invoked = environment.invoke(self.event.clone()).await?;
        let took = start.elapsed();
        let Invoked::Returned(event) = &invoked else {
            anyhow::bail!("{}: {invoked:?}\n{}", self.subject.name, environment.output())
        };
        let positive = match self.subject.trigger {
            DEFINE if self.subject.name.starts_with("no-op") => "/request",
            DEFINE => "/response/issueTokens",
            VERIFY => "/response/answerCorrect",
            PRE_TOKEN => "/response/claimsAndScopeOverrideDetails",
            // It always returns the event unchanged, so the log has to show the verdict.
            PRE_SIGN_UP if environment.output().contains(r#""verdict":"linked""#) => "/request",
            _ => "/response/publicChallengeParameters",
        };
        let member = event.pointer(positive);
        ensure!(
            member.is_some_and(|value| *value == Value::Bool(true) || value.is_object()),
            "{}: {event}",
            self.subject.name
        );
        Ok(took)
    }
}
