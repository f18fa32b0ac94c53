//! Dependabot covers every manifest, CI installs its prerequisites, and local binaries carry their mark.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use integration_tests::repository;

/// Folders with generated files.
const GENERATED: [&str; 6] = ["target", "node_modules", ".venv", ".tools", ".git", "cdk.out"];

fn read(path: impl AsRef<Path>) -> Result<String> {
    let path = repository::root().join(path);
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// Every file of this name, as a path within the repository.
fn files_named(name: &str) -> Result<Vec<PathBuf>> {
    let root = repository::root();
    let (mut found, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() && !GENERATED.iter().any(|folder| entry.file_name() == *folder) {
                folders.push(entry.path());
            } else if entry.file_name() == name {
                found.push(entry.path().strip_prefix(&root)?.to_owned());
            }
        }
    }
    Ok(found)
}

/// The folders of one ecosystem in the Dependabot configuration, each as `/folder`.
fn configured_folders(ecosystem: &str) -> Result<Vec<String>> {
    let configuration = read(".github/dependabot.yml")?;
    let (_, entry) = configuration.split_once(&format!("package-ecosystem: {ecosystem}\n")).context("no such entry")?;
    let (_, list) = entry.split_once("directories: [").context("no list of folders")?;
    let (list, _) = list.split_once(']').context("no end of the list")?;
    Ok(list.split(", ").map(ToOwned::to_owned).collect())
}

#[test]
fn dependabot_covers_every_manifest() -> Result<()> {
    for (ecosystem, name, at_least) in
        [("cargo", "Cargo.lock", 2), ("npm", "package-lock.json", 2), ("pip", "requirements.txt", 2)]
    {
        let manifests = files_named(name)?;
        assert!(manifests.len() >= at_least, "{manifests:?}");
        let folder = |path: &PathBuf| format!("/{}", path.parent().unwrap_or(Path::new("")).display());
        let mut folders: Vec<_> = manifests.iter().map(folder).collect();
        let mut configured = configured_folders(ecosystem)?;
        folders.sort();
        configured.sort();
        assert_eq!(configured, folders, "{ecosystem}");
    }
    Ok(())
}

/// The image of the hosted runner has the other prerequisites.
#[test]
fn ci_installs_valgrind_before_the_checks() -> Result<()> {
    assert!(read("tests/scripts/check-prerequisites.sh")?.contains("command -v valgrind"));
    let workflow = read(".github/workflows/ci.yml")?;
    let (before, _) = workflow.split_once("run: .ci/run").context("CI does not run .ci/run")?;
    assert!(before.contains("apt-get install --yes --no-install-recommends valgrind"), "{before}");
    Ok(())
}

/// Synthesis does not deploy a binary with this mark: `cdk/lib/lambda-binary.ts`.
#[test]
fn a_binary_for_this_machine_ends_with_the_mark() -> Result<()> {
    let synthesis = read("cdk/lib/lambda-binary.ts")?;
    let (_, mark) = synthesis.split_once("LOCAL_MARK = '").context("no mark")?;
    let (mark, _) = mark.split_once('\'').context("no end of the mark")?;
    for trigger in std::fs::read_dir(repository::root().join("triggers"))? {
        let name = trigger?.file_name().to_string_lossy().into_owned();
        assert!(std::fs::read(repository::binary(&name)?)?.ends_with(mark.as_bytes()), "{name}");
    }
    Ok(())
}
