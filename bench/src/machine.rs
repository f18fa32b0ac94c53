//! The machine of the measurement.

use std::process::Command;

use anyhow::{Context, Result};
use integration_tests::process;

/// Processor, kernel and versions, in one sentence.
pub fn description() -> Result<String> {
    let processor = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown processor");
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let node = process::run(Command::new("node").arg("--version"))?;
    let rust = process::run(Command::new("rustc").arg("--version"))?;
    let rust = rust.split_whitespace().nth(1).context("rustc has no version")?;
    Ok(format!(
        "{} cores of{}, Linux {}, Rust {rust}, Node.js {}.",
        std::thread::available_parallelism()?,
        model.replace('\t', "").replacen(':', "", 1),
        kernel.trim(),
        node.trim()
    ))
}
