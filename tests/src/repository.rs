//! Paths in the repository.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Result, bail, ensure};
use tempfile::TempDir;

pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The binary of a trigger: of the release profile, or in `TRIGGERS_DIR`. Fails if it is older than one of its sources,
/// because the test would then judge old code.
pub fn binary(trigger: &str) -> Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "`make test-one` sets it")]
    let folder = std::env::var_os("TRIGGERS_DIR").unwrap_or_else(|| "target/local".into());
    let path = existing(root().join(folder).join(trigger).join("bootstrap"), "make build")?;
    let built = path.metadata()?.modified()?;
    let sources = ["shared", "Cargo.toml", "Cargo.lock", ".cargo"].map(|source| root().join(source));
    for source in sources.into_iter().chain([root().join("triggers").join(trigger)]) {
        if let Some(newer) = newer_file(&source, built)? {
            bail!("{} is older than {}: run `make build` first", path.display(), newer.display());
        }
    }
    Ok(path)
}

/// A file in `path`, or `path` itself, that was changed after `time`.
fn newer_file(path: &Path, time: SystemTime) -> Result<Option<PathBuf>> {
    if !path.is_dir() {
        return Ok((path.metadata()?.modified()? > time).then(|| path.to_owned()));
    }
    for entry in std::fs::read_dir(path)? {
        if let Some(newer) = newer_file(&entry?.path(), time)? {
            return Ok(Some(newer));
        }
    }
    Ok(None)
}

/// The programs of the Python environment that `make tools` installs.
pub fn tools() -> PathBuf {
    root().join(".venv/bin")
}

pub fn tool(name: &str) -> Result<PathBuf> {
    existing(tools().join(name), "make tools")
}

/// A new directory for the files of one test, removed when dropped. It is in `target`, in case a test is killed.
pub fn scratch() -> Result<TempDir> {
    let parent = root().join("target/scratch");
    std::fs::create_dir_all(&parent)?;
    Ok(TempDir::new_in(parent)?)
}

/// The command line of the CDK.
pub fn cdk() -> Result<PathBuf> {
    existing(root().join("node_modules/.bin/cdk"), "make tools")
}

fn existing(path: PathBuf, made_by: &str) -> Result<PathBuf> {
    ensure!(path.exists(), "{} is missing: run `{made_by}` first", path.display());
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_that_changed_after_the_build_is_found_at_any_depth() {
        let scratch = scratch().unwrap();
        let file = scratch.path().join("a/b/source.rs");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "").unwrap();
        let changed = file.metadata().unwrap().modified().unwrap();
        assert_eq!(newer_file(scratch.path(), changed).unwrap(), None);
        assert_eq!(newer_file(scratch.path(), changed - Duration::from_millis(1)).unwrap(), Some(file));
    }
}
