//! Compares the size and the instruction counts of each trigger with the committed baseline.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use integration_tests::ca::CertificateAuthority;
use integration_tests::repository;
use serde::{Deserialize, Serialize};

use crate::instructions::Instructions;
use crate::measure::TestBed;
use crate::size::compressed;
use crate::subject;

/// The allowed growth of the package, in percent.
const PACKAGE_PERCENT: u64 = 5;
/// The allowed growth of an instruction count, in percent.
const INSTRUCTIONS_PERCENT: u64 = 10;

/// The cost of one trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Bytes of the deployment package.
    package: u64,
    /// Instructions from the start of the process until its first response.
    cold: u64,
    /// Instructions of each further invocation.
    warm: u64,
}

type Costs = BTreeMap<String, Cost>;

/// Compares the release binaries with the baseline.
pub async fn check() -> Result<()> {
    let baseline: Costs = serde_json::from_str(&std::fs::read_to_string(file())?)?;
    let mut costs = measured().await?;
    for subject in subject::triggers()? {
        if subject.is_static_on_a_complete_toolchain() && !subject.is_static()? {
            eprintln!(
                "!!! {} is NOT compared: it is linked dynamically, because a target is missing !!!",
                subject.name
            );
            costs.remove(subject.name);
        }
    }
    let grown: Vec<_> =
        costs.iter().flat_map(|(name, cost)| growth(name, *cost, baseline.get(name).copied())).collect();
    ensure!(grown.is_empty(), "{}\nIf this is intended, accept it: make bench-accept", grown.join("\n"));
    Ok(())
}

/// Makes the release binaries the baseline.
pub async fn accept() -> Result<()> {
    let costs = serde_json::to_string_pretty(&measured().await?)? + "\n";
    std::fs::write(file(), costs).context("the baseline cannot be written")
}

async fn measured() -> Result<Costs> {
    let ca = CertificateAuthority::new()?;
    let mut costs = Costs::new();
    for subject in subject::triggers()? {
        let test_bed = TestBed::new(&subject, &ca, Duration::ZERO).await?;
        let Instructions { cold, warm } = Instructions::of(&test_bed).await?;
        let package = compressed(&subject.files)?.try_into()?;
        costs.insert(subject.name.to_owned(), Cost { package, cold, warm });
    }
    Ok(costs)
}

fn growth(name: &str, cost: Cost, baseline: Option<Cost>) -> Vec<String> {
    let Some(baseline) = baseline else { return vec![format!("{name} has no baseline")] };
    let parts = [
        ("bytes in its package", cost.package, baseline.package, PACKAGE_PERCENT),
        ("instructions in a cold start", cost.cold, baseline.cold, INSTRUCTIONS_PERCENT),
        ("instructions in a warm invocation", cost.warm, baseline.warm, INSTRUCTIONS_PERCENT),
    ];
    let grown = parts.into_iter().filter(|(_, now, before, percent)| now * 100 > before * (100 + percent));
    grown
        .map(|(what, now, before, percent)| {
            format!("{name} has {now} {what}: more than {percent} % above the {before} of the baseline")
        })
        .collect()
}

fn file() -> PathBuf {
    repository::root().join("bench/baseline.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASELINE: Cost = Cost { package: 1000, cold: 1000, warm: 1000 };

    #[test]
    fn growth_up_to_the_bound_is_accepted() {
        let cost = Cost { package: 1050, cold: 1100, warm: 1100 };
        assert_eq!(growth("define", cost, Some(BASELINE)), [""; 0]);
    }

    #[test]
    fn each_part_that_grows_beyond_its_bound_is_named() {
        let cost = Cost { package: 1051, cold: 1101, warm: 1101 };
        assert_eq!(growth("define", cost, Some(BASELINE)).len(), 3);
    }

    #[test]
    fn a_trigger_without_a_baseline_is_named() {
        assert_eq!(growth("define", BASELINE, None), ["define has no baseline"]);
    }
}
