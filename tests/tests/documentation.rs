//! The operations guide has exactly the codes that the log can contain, and docs/security.md names existing tests.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use integration_tests::repository;
use verification::{Cause, DenyReason};

/// The first column of the tables under a heading, without the backquotes.
fn codes_under(heading: &str) -> Result<BTreeSet<String>> {
    let guide = std::fs::read_to_string(repository::root().join("docs/operations.md"))?;
    let section = guide.split("\n## ").find(|section| section.starts_with(heading)).unwrap_or_default().to_owned();
    let first_cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    Ok(first_cells.map(|(code, _)| code.to_owned()).collect())
}

#[test]
fn every_deny_reason_is_explained() -> Result<()> {
    let codes: BTreeSet<_> = DenyReason::ALL.iter().map(|reason| reason.code().to_owned()).collect();
    assert_eq!(codes_under("Denied by Verify")?, codes);
    Ok(())
}

/// The files in `shared` that decide a reason, by the name of its variant.
fn deciding(variant: &str) -> Result<BTreeSet<String>> {
    let shared = repository::root().join("shared");
    let mut found = BTreeSet::new();
    for path in rust_files("shared")? {
        let file = path.strip_prefix(&shared)?.display().to_string();
        let not_shipped = ["/tests/", "tests.rs", "deny_reason.rs", "fuzzing.rs"];
        let code = std::fs::read_to_string(&path)?;
        let shipped = code.split("#[cfg(test)]").next().unwrap_or_default();
        let decides = shipped.split("DenyReason::").skip(1).any(|rest| {
            rest.strip_prefix(variant).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
        });
        if decides && !not_shipped.iter().any(|part| file.contains(part)) {
            found.insert(file);
        }
    }
    Ok(found)
}

#[test]
fn every_deny_reason_is_decided_in_the_files_that_the_guide_names() -> Result<()> {
    let guide = std::fs::read_to_string(repository::root().join("docs/operations.md"))?;
    for reason in DenyReason::ALL {
        let row = guide.lines().find(|line| line.starts_with(&format!("| `{}` |", reason.code()))).unwrap_or_default();
        let files = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let documented: BTreeSet<_> = files.split(", ").map(|file| file.trim_matches('`').to_owned()).collect();
        assert_eq!(documented, deciding(&format!("{reason:?}"))?, "{}", reason.code());
    }
    Ok(())
}

#[test]
fn every_cause_of_unavailability_is_explained() -> Result<()> {
    let codes: BTreeSet<_> = Cause::ALL.iter().map(|cause| cause.code().to_owned()).collect();
    assert_eq!(codes_under("Unavailable")?, codes);
    Ok(())
}

#[test]
fn every_reason_of_pre_sign_up_is_explained() -> Result<()> {
    let source = std::fs::read_to_string(repository::root().join("shared/linking/src/reason.rs"))?;
    let codes: BTreeSet<_> =
        source.lines().filter_map(|line| Some(line.split_once("=> \"")?.1.split_once('"')?.0.to_owned())).collect();
    assert!(codes.len() > 15, "{codes:?}");
    assert_eq!(codes_under("Left alone by Pre Sign-up")?, codes);
    Ok(())
}

/// Every Rust file in a folder of the repository.
fn rust_files(folder: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![repository::root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// The text of every Rust file in a folder of the repository.
fn sources(folder: &str) -> Result<String> {
    let texts: Result<Vec<_>, _> = rust_files(folder)?.into_iter().map(std::fs::read_to_string).collect();
    Ok(texts?.concat())
}

#[test]
fn every_test_that_the_threat_model_names_exists() -> Result<()> {
    let model = std::fs::read_to_string(repository::root().join("docs/security.md"))?;
    let tests = sources("tests/tests")? + &sources("shared")? + &sources("triggers")?;
    let last_cells = model.lines().filter(|line| line.starts_with("| ")).filter_map(|line| line.rsplit(" | ").next());
    let names: BTreeSet<_> = last_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(names.len() > 50, "{}", names.len());
    for name in names {
        let exists = tests.contains(&format!("fn {name}(")) || tests.contains(&format!("    {name}: "));
        assert!(exists, "{name}");
    }
    Ok(())
}
