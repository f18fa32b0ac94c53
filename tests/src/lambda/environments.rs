//! Execution environments: processes of a function, each with its own Runtime API.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use crate::lambda::runtime_api::RuntimeApi;
use crate::lambda::{Invoked, environment};
use crate::{process, repository};

/// Longer than any function takes to start.
const START_LIMIT: Duration = Duration::from_secs(10);

pub struct Environments(Vec<(&'static str, Pool)>);

impl Environments {
    /// Starts `size` environments of each function, with the variables of the function.
    pub async fn start(size: usize, functions: &[(&'static str, Vec<(String, String)>)]) -> Result<Self> {
        let mut pools = Vec::new();
        for (name, variables) in functions {
            pools.push((*name, Pool::start(size, name, variables).await?));
        }
        Ok(Self(pools))
    }

    pub fn of(&self, function: &str) -> Result<&Pool> {
        let found = self.0.iter().find(|(name, _)| *name == function);
        found.map(|(_, pool)| pool).with_context(|| format!("{function} was not started"))
    }
}

/// The environments of one function. An invocation goes to an idle environment, or waits for one.
pub struct Pool {
    environments: Vec<Environment>,
    idle: Mutex<Vec<usize>>,
    permits: Semaphore,
}

impl Pool {
    async fn start(size: usize, function: &str, variables: &[(String, String)]) -> Result<Self> {
        let mut environments = Vec::new();
        for _ in 0..size {
            environments.push(Environment::start(function, variables).await?);
        }
        let idle = Mutex::new((0..environments.len()).collect());
        Ok(Self { environments, idle, permits: Semaphore::new(size) })
    }

    pub async fn invoke(&self, event: String) -> Result<Invoked> {
        let _permit = self.permits.acquire().await?;
        let turn = Turn { pool: self, index: self.idle().pop().context("no environment is idle")? };
        self.environments.get(turn.index).context("no such environment")?.invoke(event).await
    }

    pub fn each(&self) -> &[Environment] {
        &self.environments
    }

    /// The output of all processes so far.
    pub fn output(&self) -> String {
        self.environments.iter().map(Environment::output).collect()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<usize>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An environment in use. It becomes idle again even if the caller stops waiting for the response.
struct Turn<'a> {
    pool: &'a Pool,
    index: usize,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.pool.idle().push(self.index);
    }
}

/// One process of a function. The process ends with its Runtime API.
pub struct Environment {
    name: String,
    api: RuntimeApi,
    child: Child,
    started: Instant,
    directory: TempDir,
}

impl Environment {
    /// Starts a trigger, and waits until it is initialised.
    pub async fn start(function: &str, variables: &[(String, String)]) -> Result<Self> {
        Self::start_program(function, &repository::binary(function)?, &[], variables).await
    }

    /// Starts any program that uses the Runtime API, and waits until it is initialised.
    pub async fn start_program(
        name: &str,
        program: &Path,
        arguments: &[&str],
        variables: &[(String, String)],
    ) -> Result<Self> {
        let api = RuntimeApi::start().await?;
        let directory = repository::scratch()?;
        let output = File::create(output_file(&directory))?;
        let mut command = std::process::Command::new(program);
        process::clean(&mut command).args(arguments).envs(environment(name, api.address(), variables));
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let mut command = Command::from(command);
        let started = Instant::now();
        let child = command.kill_on_drop(true).spawn().with_context(|| format!("cannot start {name}"))?;
        let mut environment = Self { name: name.to_owned(), api, child, started, directory };
        environment.ready().await?;
        Ok(environment)
    }

    async fn ready(&mut self) -> Result<()> {
        let ended = tokio::select! {
            ready = tokio::time::timeout(START_LIMIT, self.api.ready()) => return ready?.map(drop),
            ended = self.child.wait() => ended?,
        };
        bail!("{} ended with {ended}:\n{}", self.name, self.output());
    }

    /// The time from the start of the process until its first request for an invocation.
    pub async fn start_up(&self) -> Result<Duration> {
        Ok(self.api.ready().await?.duration_since(self.started))
    }

    /// Invokes the function, and waits as long as Cognito does.
    pub async fn invoke(&self, event: String) -> Result<Invoked> {
        self.api.invoke(event).await
    }

    /// The exact text of the latest response.
    pub fn last_response(&self) -> String {
        self.api.last_response()
    }

    /// Ends the process by ending its Runtime API, and returns its output.
    pub async fn end(self) -> Result<String> {
        let Self { api, mut child, directory, .. } = self;
        drop(api);
        child.wait().await?;
        Ok(output_in(&directory))
    }

    /// The process id.
    pub fn id(&self) -> Result<u32> {
        self.child.id().with_context(|| format!("{} has ended:\n{}", self.name, self.output()))
    }

    /// The number of invocations so far.
    pub fn invocations(&self) -> u64 {
        self.api.invocations()
    }

    /// The output of the process so far.
    pub fn output(&self) -> String {
        output_in(&self.directory)
    }
}

fn output_in(directory: &TempDir) -> String {
    String::from_utf8_lossy(&std::fs::read(output_file(directory)).unwrap_or_default()).into_owned()
}

fn output_file(directory: &TempDir) -> PathBuf {
    directory.path().join("output")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::CREATE;

    #[tokio::test]
    async fn a_process_ends_with_its_runtime_api() {
        let mut environment = Environment::start(CREATE, &[]).await.unwrap();
        environment.api = RuntimeApi::start().await.unwrap();
        assert!(!environment.child.wait().await.unwrap().success());
    }

    #[tokio::test]
    async fn a_program_that_ends_before_it_is_ready_shows_what_it_printed() {
        let refused = [("SALESFORCE_DOMAIN_URL".to_owned(), "no origin".to_owned())];
        let error = Environment::start(CREATE, &refused).await.err().unwrap().to_string();
        assert!(error.contains("SALESFORCE_DOMAIN_URL"), "{error}");
    }

    #[tokio::test]
    async fn invocations_wait_for_an_idle_environment() {
        let pool = Pool::start(1, CREATE, &[]).await.unwrap();
        let event = r#"{"triggerSource":"CreateAuthChallenge_Authentication","request":{}}"#;
        let (one, other) = tokio::join!(pool.invoke(event.to_owned()), pool.invoke(event.to_owned()));
        for invoked in [one, other] {
            assert!(matches!(invoked.unwrap(), Invoked::Returned(_)));
        }
    }
}
