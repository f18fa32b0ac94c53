//! Child processes that end with their owner, even if the owner is killed.

use std::fs::File;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::repository;

/// Ends `"$@"` when standard input closes, unless it has read the word `keep`. The pipe also closes when the owner is
/// killed, and a destructor would not run then.
const SUPERVISOR: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- & child=$!
trap 'kill "$child" 2>/dev/null' TERM
{ read -r word; [ "$word" = keep ] || kill "$child" 2>/dev/null; } <&3 &
exec 3<&-
wait "$child" || wait "$child"
"#;

/// `$0` of the shell that runs [`SUPERVISOR`], for the list of processes.
const SUPERVISOR_NAME: &str = "cognito-triggers-supervisor";

/// The variables that a process inherits: enough to start, and nothing of the developer's AWS configuration.
const INHERITED: [&str; 4] = ["PATH", "HOME", "LANG", "TMPDIR"];

/// A running program whose output goes to a file.
pub struct Process {
    name: String,
    child: Child,
    lifeline: Option<ChildStdin>,
    output: PathBuf,
    directory: Option<TempDir>,
}

impl Process {
    /// Starts a program with these variables and the inherited ones.
    pub fn start(name: &str, program: &Path, arguments: &[&str], environment: &[(String, String)]) -> Result<Self> {
        let directory = repository::scratch()?;
        let output = directory.path().join("output");
        let file = File::create(&output)?;
        let mut command = Command::new("sh");
        command.args(["-c", SUPERVISOR, SUPERVISOR_NAME]).arg(program).args(arguments);
        clean(&mut command).envs(environment.iter().map(|(name, value)| (name, value)));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let lifeline = child.stdin.take();
        Ok(Self { name: name.to_owned(), child, lifeline, output, directory: Some(directory) })
    }

    /// The output of the program so far.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.output).unwrap_or_default()).into_owned()
    }

    pub fn output_file(&self) -> &Path {
        &self.output
    }

    /// Waits until `ready` returns true. Fails with the program's output if the program ends or takes too long.
    pub async fn wait_until(&mut self, limit: Duration, ready: impl AsyncFn() -> bool) -> Result<()> {
        let end = Instant::now() + limit;
        while !ready().await {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}:\n{}", self.name, self.output());
            }
            if Instant::now() > end {
                bail!("{} is not ready after {limit:?}:\n{}", self.name, self.output());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Leaves the program running when its owner ends. Returns the id of the process that [`stop_kept`] takes.
    pub fn keep(mut self) -> Result<u32> {
        let mut lifeline = self.lifeline.take().context("the program has been stopped")?;
        lifeline.write_all(b"keep\n")?;
        if let Some(directory) = self.directory.take() {
            let _ = directory.keep();
        }
        Ok(self.child.id())
    }

    /// Ends the program, and waits until it has ended.
    pub fn stop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // `keep` has taken the directory with it.
        if self.directory.is_some() {
            self.stop();
        }
    }
}

/// Ends a program that [`Process::keep`] left running. If another program has the id by now, it does nothing.
pub fn stop_kept(id: u32) -> Result<()> {
    let id = id.to_string();
    let is_ours = || -> Result<bool> {
        let listed = Command::new("ps").args(["-o", "args=", "-p", &id]).output()?;
        Ok(String::from_utf8_lossy(&listed.stdout).contains(SUPERVISOR_NAME))
    };
    if is_ours()? {
        run(Command::new("kill").arg(&id))?;
    }
    while is_ours()? {
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Clears the environment of a command, except for the inherited variables.
pub fn clean(command: &mut Command) -> &mut Command {
    #[expect(clippy::disallowed_methods, reason = "hands variables on; nothing is configured by them")]
    let inherited = INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    command.env_clear().envs(inherited)
}

/// Runs a program, and returns its standard output. Fails with all its output if the program fails.
pub fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {name}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{name} ended with {}:\n{printed}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(printed)
}

/// Starts a program on a free port, and up to twice more on another one, because another program can take the port
/// before this one binds it.
pub async fn on_free_port<T>(start: impl AsyncFn(u16) -> Result<T>) -> Result<T> {
    let mut tries = 0;
    loop {
        tries += 1;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        match start(port).await {
            Err(_) if tries < 3 => {}
            started => return started,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_ends_with_its_owner() {
        let mut process = Process::start("sleep", Path::new("sh"), &["-c", "echo $$; exec sleep 600"], &[]).unwrap();
        let output = process.output.clone();
        let printed = async || !std::fs::read_to_string(&output).unwrap_or_default().is_empty();
        process.wait_until(Duration::from_secs(5), printed).await.unwrap();
        let id = process.output().trim().to_owned();
        assert!(Path::new("/proc").join(&id).exists());
        drop(process);
        assert!(!Path::new("/proc").join(&id).exists());
    }

    #[tokio::test]
    async fn a_kept_process_outlives_its_owner_until_it_is_stopped() {
        let mut process = Process::start("sleep", Path::new("sh"), &["-c", "echo $$; exec sleep 600"], &[]).unwrap();
        let output = process.output.clone();
        let printed = async || !std::fs::read_to_string(&output).unwrap_or_default().is_empty();
        process.wait_until(Duration::from_secs(5), printed).await.unwrap();
        let id = process.output().trim().to_owned();
        let supervisor = process.keep().unwrap();
        assert!(Path::new("/proc").join(&id).exists());
        stop_kept(supervisor).unwrap();
        assert!(!Path::new("/proc").join(&id).exists());
    }

    #[tokio::test]
    async fn a_process_that_fails_shows_what_it_printed() {
        let mut process = Process::start("fails", Path::new("sh"), &["-c", "echo why; exit 3"], &[]).unwrap();
        let error = process.wait_until(Duration::from_secs(5), async || false).await.unwrap_err().to_string();
        assert!(error.contains("why") && error.contains('3'), "{error}");
    }
}
