//! The triggers, built with other release profiles.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use integration_tests::cognito::{DEFINE, VERIFY};
use integration_tests::{process, repository};

use crate::subject::{Subject, musl};

/// A release profile: the changes to ours, and the names of Define and Verify with it.
struct Profile {
    define: &'static str,
    verify: &'static str,
    changes: &'static [&'static str],
}

const PROFILES: [Profile; 4] = [
    Profile { define: "define: ours", verify: "verify: ours", changes: &[] },
    Profile { define: "define: z", verify: "verify: z", changes: &["opt-level='z'"] },
    Profile { define: "define: 3", verify: "verify: 3", changes: &["opt-level=3"] },
    Profile {
        define: "define: Cargo's own",
        verify: "verify: Cargo's own",
        changes: &["opt-level=3", "lto=false", "codegen-units=16", "strip='none'", "overflow-checks=false"],
    },
];

/// Builds Define, which is linked statically, and Verify, which is linked dynamically.
pub fn build(progress: impl Fn(&str)) -> Result<Vec<Subject>> {
    let mut subjects = (Vec::new(), Vec::new());
    for profile in &PROFILES {
        progress(&format!("builds of {} and {}", profile.define, profile.verify));
        subjects.0.push(Subject::native(profile.define, DEFINE, built(DEFINE, Some(&musl()), profile.changes)?));
        subjects.1.push(Subject::native(profile.verify, VERIFY, built(VERIFY, None, profile.changes)?));
    }
    subjects.0.append(&mut subjects.1);
    Ok(subjects.0)
}

fn built(trigger: &str, target: Option<&str>, changes: &[&str]) -> Result<PathBuf> {
    let folder = repository::root().join("target/profiles");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--release", "--locked", "--package", trigger, "--target-dir"]).arg(&folder);
    cargo.args(target.iter().flat_map(|target| ["--target", target]));
    cargo.args(changes.iter().flat_map(|change| ["--config".to_owned(), format!("profile.release.{change}")]));
    process::run(cargo.current_dir(repository::root()))?;
    let place = target.map_or_else(|| folder.clone(), |target| folder.join(target)).join("release").join(trigger);
    let kept = folder.join(format!("{trigger}-{}", changes.join(",")));
    std::fs::copy(place, &kept)?;
    Ok(kept)
}
