//! The operations guide names every code that the log can carry, and no other.

use std::collections::BTreeSet;

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

#[test]
fn every_cause_of_unavailability_is_explained() -> Result<()> {
    let codes: BTreeSet<_> = Cause::ALL.iter().map(|cause| cause.code().to_owned()).collect();
    assert_eq!(codes_under("Unavailable")?, codes);
    Ok(())
}
