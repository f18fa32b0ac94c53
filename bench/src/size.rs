//! The size of a deployment package.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The size of these files in a zip archive, without its directory of some hundred bytes.
pub fn compressed(files: &[PathBuf]) -> Result<usize> {
    files.iter().try_fold(0, |sum, file| {
        let content = std::fs::read(file).with_context(|| format!("{} is missing", file.display()))?;
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&content)?;
        Ok(sum + encoder.finish()?.len())
    })
}
