//! Execution environments: processes of a function, each with a Runtime API of its own.

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

/// The environments of several functions.
pub struct Environments(Vec<(&'static str, Pool)>);

impl Environments {
    /// Starts `size` environments of each function, with the variables given for it.
    ///
    /// # Errors
    /// A program is missing or did not start.
    pub async fn start(size: usize, functions: &[(&'static str, Vec<(String, String)>)]) -> Result<Self> {
        let mut pools = Vec::new();
        for (name, variables) in functions {
            pools.push((*name, Pool::start(size, name, variables).await?));
        }
        Ok(Self(pools))
    }

    /// The environments of one function.
    ///
    /// # Errors
    /// The function was not started.
    pub fn of(&self, function: &str) -> Result<&Pool> {
        let found = self.0.iter().find(|(name, _)| *name == function);
        found.map(|(_, pool)| pool).with_context(|| format!("there is no {function}"))
    }
}

/// The environments of one function. An invocation goes to an idle one and waits while there is none.
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

    /// Invokes the function in an idle environment.
    ///
    /// # Errors
    /// The process has ended.
    pub async fn invoke(&self, event: String) -> Result<Invoked> {
        let _permit = self.permits.acquire().await?;
        let turn = Turn { pool: self, index: self.idle().pop().context("no environment is idle")? };
        self.environments.get(turn.index).context("no such environment")?.invoke(event).await
    }

    /// Each environment.
    pub fn each(&self) -> &[Environment] {
        &self.environments
    }

    /// What all processes have printed so far.
    pub fn output(&self) -> String {
        self.environments.iter().map(Environment::output).collect()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<usize>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An environment in use; given back also when nobody waits for the answer any more.
struct Turn<'a> {
    pool: &'a Pool,
    index: usize,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.pool.idle().push(self.index);
    }
}

/// One process of a function. It ends with its Runtime API.
pub struct Environment {
    name: String,
    api: RuntimeApi,
    child: Child,
    started: Instant,
    directory: TempDir,
}

impl Environment {
    /// Starts a trigger and waits until it is initialised.
    ///
    /// # Errors
    /// The program is missing, or ended before it was ready.
    pub async fn start(function: &str, variables: &[(String, String)]) -> Result<Self> {
        Self::start_program(function, &repository::binary(function)?, &[], variables).await
    }

    /// Starts any program that speaks the Runtime API, and waits until it is initialised.
    ///
    /// # Errors
    /// The program is missing, or ended before it was ready.
    pub async fn start_program(
        name: &str,
        program: &Path,
        arguments: &[&str],
        variables: &[(String, String)],
    ) -> Result<Self> {
        let api = RuntimeApi::start().await?;
        let directory = repository::scratch()?;
        let output = File::create(output_of(&directory))?;
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

    /// The time from the start of the process until it first asked for an invocation.
    ///
    /// # Errors
    /// It has not asked.
    pub async fn start_up(&self) -> Result<Duration> {
        Ok(self.api.ready().await?.duration_since(self.started))
    }

    /// Invokes the function, and waits as long as Cognito does.
    ///
    /// # Errors
    /// The process has ended.
    pub async fn invoke(&self, event: String) -> Result<Invoked> {
        self.api.invoke(event).await
    }

    /// The text of the latest answer, to the byte.
    pub fn answered(&self) -> String {
        self.api.answered()
    }

    /// Ends the process by ending its Runtime API, and returns what it has printed.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub async fn end(self) -> Result<String> {
        let Self { api, mut child, directory, .. } = self;
        drop(api);
        child.wait().await?;
        Ok(printed(&directory))
    }

    /// The id of the process.
    ///
    /// # Errors
    /// It has ended.
    pub fn id(&self) -> Result<u32> {
        self.child.id().with_context(|| format!("{} has ended:\n{}", self.name, self.output()))
    }

    /// How many invocations it was given.
    pub fn invocations(&self) -> u64 {
        self.api.invocations()
    }

    /// What the process has printed so far.
    pub fn output(&self) -> String {
        printed(&self.directory)
    }
}

fn printed(directory: &TempDir) -> String {
    String::from_utf8_lossy(&std::fs::read(output_of(directory)).unwrap_or_default()).into_owned()
}

fn output_of(directory: &TempDir) -> PathBuf {
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
