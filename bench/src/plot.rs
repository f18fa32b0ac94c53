//! Draws the picture in `docs/performance.md` with matplotlib.

use std::process::Command;

use anyhow::Result;
use integration_tests::{process, repository};
use serde_json::json;

use crate::campaign::All;
use crate::statistics::median;

/// Draws the time until the first response of each subject.
pub fn draw(figures: &All) -> Result<()> {
    let bars: Vec<_> = figures
        .iter()
        .map(|(name, figures)| json!([name, median(&figures.ready) / 1000.0, median(&figures.first) / 1000.0]))
        .collect();
    let root = repository::root();
    let python = repository::tool("python3")?;
    let (script, picture) = (root.join("bench/plot.py"), root.join("docs/performance.png"));
    process::run(Command::new(python).arg(script).arg(picture).arg(json!(bars).to_string()))?;
    Ok(())
}
