//! Where things are in the repository.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use tempfile::TempDir;

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The release binary of a trigger.
///
/// # Errors
/// It has not been built.
pub fn binary(trigger: &str) -> Result<PathBuf> {
    existing(root().join("target/local").join(trigger).join("bootstrap"), "make build")
}

/// The programs of the Python environment that the Makefile sets up.
pub fn tools() -> PathBuf {
    root().join(".venv/bin")
}

/// One of these programs.
///
/// # Errors
/// It has not been installed.
pub fn tool(name: &str) -> Result<PathBuf> {
    existing(tools().join(name), "make tools")
}

/// A new directory for one test's files, removed when dropped; what a killed test leaves goes with `target`.
///
/// # Errors
/// It cannot be made.
pub fn scratch() -> Result<TempDir> {
    let parent = root().join("target/scratch");
    std::fs::create_dir_all(&parent)?;
    Ok(TempDir::new_in(parent)?)
}

/// The CDK's command line.
///
/// # Errors
/// It has not been installed.
pub fn cdk() -> Result<PathBuf> {
    existing(root().join("node_modules/.bin/cdk"), "make tools")
}

fn existing(path: PathBuf, made_by: &str) -> Result<PathBuf> {
    ensure!(path.exists(), "{} is missing: run `{made_by}` first", path.display());
    Ok(path)
}
